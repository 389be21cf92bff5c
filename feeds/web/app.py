"""Create the Flask app, with two routes: `feeds.site.url_parser` knows the paths."""

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
from feeds.web.fast_path import ADDRESS, FastPath
from feeds.web.responses import NO_STORE, FeedResponse, add_common_headers, make_document_response

_BYTES_PER_MB = 1024 * 1024


def create_app(settings: Settings, catalog: Catalog, *, clock: Clock = SYSTEM_CLOCK) -> Flask:
    """Create the app that serves `catalog`; the catalog is not opened before the first request."""
    app = Flask(__name__, static_folder=None, template_folder=None)
    # Werkzeug would redirect `//` to a URL with the host of the request.
    app.url_map.merge_slashes = False
    cache = DocumentCache(catalog, settings, clock=clock, max_bytes=settings.cache_mb * _BYTES_PER_MB)

    @app.get("/healthz")
    def report_health() -> Response:
        return _report_health(catalog, now=clock.now())

    @app.get("/", defaults={"path": ""})
    @app.get("/<path:path>")
    def serve(path: str) -> Response:
        query_string = request.query_string.decode(errors="replace")
        address = request.environ.get(ADDRESS) or parse_address(f"/{path}", query_string, defaults=settings.defaults)
        if isinstance(address, AssetAddress):
            check_spelling(f"/{path}", address)
            return make_document_response(make_asset_document(address), request.environ)
        cached = cache.fetch(address, path=f"/{path}")
        return make_document_response(cached.document, request.environ, encode=partial(cache.encode, cached))

    @app.after_request
    def complete_response(response: Response) -> Response:
        return add_common_headers(response, request.environ)

    register_error_handlers(app, settings)
    app.wsgi_app = FastPath(app.wsgi_app, cache)  # type: ignore[method-assign] # as Flask's documentation says
    return app


def _report_health(catalog: Catalog, *, now: datetime) -> Response:
    with catalog.reading() as reader:
        state = reader.read_state()
    age = int((now - state.collected).total_seconds()) if state.collected else None
    report = {"program": __version__, "catalog_version": state.version, "catalog_age_seconds": age}
    response = FeedResponse(msgspec.json.encode(report), content_type="application/json")
    response.headers["Cache-Control"] = NO_STORE
    return response
