"""Create the Flask app, with two routes: `feeds.site.url_parser` knows the paths."""

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

import msgspec
from flask import Flask, Response, g, request

from feeds.catalog.catalog import Catalog
from feeds.model.clock import SYSTEM_CLOCK, Clock
from feeds.model.errors import NotFoundError
from feeds.model.query import Query
from feeds.settings import Settings
from feeds.site.file_urls import HEALTH_PATH
from feeds.site.former_feeds import comes_first
from feeds.site.health import read_health
from feeds.site.url_parser import parse_address
from feeds.web.cache import DocumentCache
from feeds.web.cached_document import CachedDocument
from feeds.web.compose_view import ComposeView
from feeds.web.error_handlers import register_error_handlers
from feeds.web.error_pages import ErrorPages
from feeds.web.fast_path import FastPath
from feeds.web.fetcher import DocumentFetcher
from feeds.web.greenlets import run_in_thread
from feeds.web.notices import add_form_notice, make_notice_response
from feeds.web.observing import observe_requests
from feeds.web.poller import Poller
from feeds.web.query_string import read_query_string
from feeds.web.request_log import RequestLog
from feeds.web.responses import NO_STORE, FeedResponse, add_common_headers, make_flask_response
from feeds.web.startup import FirstCollect
from feeds.web.startup_page import make_startup_response, needs_catalog

if TYPE_CHECKING:
    from feeds.web.metrics import RequestMetrics

_BYTES_PER_MB = 1024 * 1024


class ServerOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a server needs in addition to the app.

    Every `poll_seconds`, changes of the catalog are detected; None means once. While `first_collect` is running, all
    requests but those for static files are answered with its progress. `request_log` observes all answered requests,
    and `metrics` count requests and renderings for the publisher.
    """

    poll_seconds: float | None = None
    first_collect: FirstCollect | None = None
    request_log: RequestLog | None = None
    metrics: "RequestMetrics | None" = None


_NO_SERVER = ServerOptions()


def create_app(
    settings: Settings, catalog: Catalog, *, clock: Clock = SYSTEM_CLOCK, options: ServerOptions = _NO_SERVER
) -> Flask:
    """Create the app that serves `catalog`; the catalog is not opened before the first request.

    The poller is in `app.extensions["poller"]`.
    """
    app = Flask(__name__, static_folder=None, template_folder=None)
    # Werkzeug would redirect `//` to a URL with the host of the request.
    app.url_map.merge_slashes = False
    cache = DocumentCache(max_bytes=settings.cache_mb * _BYTES_PER_MB)
    poller = app.extensions["poller"] = Poller(catalog, cache, clock=clock, seconds=options.poll_seconds)
    fetcher = DocumentFetcher(catalog, settings, clock=clock, cache=cache, poller=poller)
    compose_view = ComposeView(fetcher.read_catalog, settings)

    if options.request_log:
        observe_requests(app, options.request_log)
    if options.first_collect:
        _answer_during(options.first_collect, app, settings)

    @app.get(HEALTH_PATH)
    def report_health() -> Response:
        return run_in_thread(partial(_report_health, catalog, settings, clock=clock))

    if settings.token:
        # Imported only now: the library for metrics takes long to import.
        add_views = import_module("feeds.web.publisher_views").add_publisher_views
        fetcher.on_render = add_views(app, settings, catalog=catalog, clock=clock, metrics=options.metrics)

    @app.get("/", defaults={"path": ""})
    @app.get("/<path:path>")
    def serve(path: str) -> Response:
        query_string = read_query_string()
        if answer := compose_view.respond(path, query_string):
            return add_form_notice(answer, query_string, settings)
        cached = _fetch(fetcher, f"/{path}", query_string, defaults=settings.defaults)
        g.key = cached.key
        notice = make_notice_response(cached, query_string, settings)
        return notice or make_flask_response(cached.respond(request.environ))

    @app.after_request
    def complete_response(response: Response) -> Response:
        add_common_headers(response, request.environ)
        if g.get("is_private"):
            del response.headers["Access-Control-Allow-Origin"]
        return response

    register_error_handlers(app, settings, ErrorPages(catalog, settings, clock=clock))
    app.wsgi_app = FastPath(app.wsgi_app, cache, log=options.request_log)  # type: ignore[method-assign] # as Flask's documentation says
    return app


def _answer_during(first_collect: FirstCollect, app: Flask, settings: Settings) -> None:
    """While the first collect is running, answer all requests but those for static files with its progress."""

    @app.before_request
    def wait_for_first_collect() -> Response | None:
        progress = first_collect.read()
        is_waiting = progress is not None and needs_catalog(request.path)
        return make_startup_response(request.path, settings, progress=progress) if is_waiting else None


def _fetch(fetcher: DocumentFetcher, path: str, query_string: str, *, defaults: Query) -> CachedDocument:
    """Fetch the document at a decoded path with an encoded query string, or the feed in place of an earlier feed."""
    if comes_first(path, query_string) and (former := fetcher.fetch_former(path, query_string)):
        return former
    try:
        return fetcher.fetch(parse_address(path, query_string, defaults=defaults), path=path)
    except NotFoundError:
        if former := fetcher.fetch_former(path, query_string):
            return former
        raise


def _report_health(catalog: Catalog, settings: Settings, *, clock: Clock) -> Response:
    with catalog.reading() as reader:
        health = read_health(reader, now=clock.now(), stale_after_seconds=settings.stale_after_seconds)
    response = FeedResponse(msgspec.json.encode(health), content_type="application/json")
    response.headers["Cache-Control"] = NO_STORE
    return response
