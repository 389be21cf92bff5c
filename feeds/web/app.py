"""Make the Flask app: two routes, since which paths there are is the address module's to know."""

from datetime import datetime

import msgspec
from flask import Flask, Response, request

from feeds import __version__
from feeds.address import AssetAddress, check_spelling, parse_address
from feeds.catalog.store import Catalog
from feeds.moments import SYSTEM_CLOCK, Clock
from feeds.representation import Representation, locate, represent, represent_asset
from feeds.settings import Settings
from feeds.web.failures import register_failures
from feeds.web.responses import NO_STORE, Answer, answer, complete


def create_app(settings: Settings, catalog: Catalog, *, clock: Clock = SYSTEM_CLOCK) -> Flask:
    """Make the app that serves `catalog`; nothing is opened before the first request."""
    app = Flask(__name__, static_folder=None, template_folder=None)
    # Werkzeug would redirect `//` by itself, to an address made from the request's Host.
    app.url_map.merge_slashes = False

    def represent_path(path: str) -> Representation:
        address = parse_address(path)
        if isinstance(address, AssetAddress):
            check_spelling(path, address)
            return represent_asset(address)
        with catalog.reading() as reader:
            return represent(locate(path, reader), reader, settings=settings, now=clock.now())

    @app.get("/healthz")
    def report_health() -> Response:
        return _report_health(catalog, now=clock.now())

    @app.get("/", defaults={"path": ""})
    @app.get("/<path:path>")
    def serve(path: str) -> Response:
        return answer(represent_path(f"/{path}"), request.environ)

    @app.after_request
    def complete_response(response: Response) -> Response:
        return complete(response, request.method)

    register_failures(app, settings)
    return app


def _report_health(catalog: Catalog, *, now: datetime) -> Response:
    with catalog.reading() as reader:
        state = reader.state()
    age = int((now - state.collected).total_seconds()) if state.collected else None
    report = {"program": __version__, "catalog_version": state.version, "catalog_age_seconds": age}
    response = Answer(msgspec.json.encode(report), content_type="application/json")
    response.headers["Cache-Control"] = NO_STORE
    return response
