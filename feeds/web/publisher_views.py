"""Add the pages that only the publisher sees: the metrics, the publisher's page and the statistics."""

from collections.abc import Callable
from functools import partial

from flask import Flask, Response, request

from feeds.catalog.catalog import Catalog
from feeds.model.clock import Clock
from feeds.settings import Settings
from feeds.site.pages.html import STATISTICS_PATH
from feeds.web.access import require_token
from feeds.web.cached_document import CacheKey
from feeds.web.catalog_metrics import describe_catalog
from feeds.web.greenlets import run_in_thread
from feeds.web.metrics import RequestMetrics
from feeds.web.request_kind import METRICS_PATH
from feeds.web.responses import FeedResponse
from feeds.web.statistics_view import make_statistics_response


def add_publisher_views(
    app: Flask, settings: Settings, *, catalog: Catalog, clock: Clock, metrics: RequestMetrics | None
) -> Callable[[CacheKey, float], None]:
    """Add the views, and return a function that takes the time to render a document.

    Without `metrics`, this process has its own.
    """
    counts = metrics or RequestMetrics()

    @app.get(METRICS_PATH)
    @require_token(settings.token)
    def show_metrics() -> Response:
        accept = request.headers.get("Accept", "")
        return run_in_thread(partial(write_metrics, accept))

    def write_metrics(accept: str) -> Response:
        described = describe_catalog(catalog, now=clock.now(), stale_after_seconds=settings.stale_after_seconds)
        body, media_type = counts.write(described, accept=accept)
        return FeedResponse(body, content_type=media_type)

    @app.get(STATISTICS_PATH)
    @require_token(settings.token)
    def show_statistics() -> Response:
        parameters = request.args.to_dict()
        answer = partial(make_statistics_response, catalog, settings, parameters=parameters, clock=clock)
        return run_in_thread(answer)

    return counts.add_rendering
