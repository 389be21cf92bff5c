"""Make the Flask app: two routes, since which paths there are is the address module's to know."""

from datetime import datetime
from functools import partial

import msgspec
from flask import Flask, Response, request

from feeds import __version__
from feeds.catalog.catalog import Catalog
from feeds.model.clock import SYSTEM_CLOCK, Clock
from feeds.settings import Settings
from feeds.site.documents import make_asset_document
from feeds.site.url_parser import check_spelling, parse_address
from feeds.site.urls import AssetAddress
from feeds.web.cache import DocumentCache
from feeds.web.error_handlers import register_error_handlers
from feeds.web.fast_path import FastPath
from feeds.web.responses import NO_STORE, FeedResponse, answer, complete

_BYTES_PER_MB = 1024 * 1024


def create_app(settings: Settings, catalog: Catalog, *, clock: Clock = SYSTEM_CLOCK) -> Flask:
    """Make the app that serves `catalog`; nothing is opened before the first request."""
    app = Flask(__name__, static_folder=None, template_folder=None)
    # Werkzeug would redirect `//` by itself, to an address made from the request's Host.
    app.url_map.merge_slashes = False
    shelf = DocumentCache(catalog, settings, clock=clock, max_bytes=settings.cache_mb * _BYTES_PER_MB)

    @app.get("/healthz")
    def report_health() -> Response:
        return _report_health(catalog, now=clock.now())

    @app.get("/", defaults={"path": ""})
    @app.get("/<path:path>")
    def serve(path: str) -> Response:
        address = parse_address(f"/{path}")
        if isinstance(address, AssetAddress):
            check_spelling(f"/{path}", address)
            return answer(make_asset_document(address), request.environ)
        copy = shelf.fetch(f"/{path}", request.query_string.decode(errors="replace"))
        return answer(copy.representation, request.environ, encode=partial(shelf.body, copy))

    @app.after_request
    def complete_response(response: Response) -> Response:
        return complete(response, request.environ)

    register_error_handlers(app, settings)
    app.wsgi_app = FastPath(app.wsgi_app, shelf)  # type: ignore[method-assign] # as Flask's documentation says
    return app


def _report_health(catalog: Catalog, *, now: datetime) -> Response:
    with catalog.reading() as reader:
        state = reader.state()
    age = int((now - state.collected).total_seconds()) if state.collected else None
    report = {"program": __version__, "catalog_version": state.version, "catalog_age_seconds": age}
    response = FeedResponse(msgspec.json.encode(report), content_type="application/json")
    response.headers["Cache-Control"] = NO_STORE
    return response
