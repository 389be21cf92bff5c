"""Add the pages that only the publisher sees: the metrics, the publisher's page and the statistics."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from flask import Flask, Response, request

from feeds.catalog.catalog import Catalog
from feeds.model.clock import Clock
from feeds.settings import Settings
from feeds.site.file_urls import METRICS_PATH, PUBLISHER_PATH, STATISTICS_PATH
from feeds.site.pages.html import render_publisher
from feeds.site.publisher_state import read_publisher_report
from feeds.web.access import require_token
from feeds.web.cached_document import CacheKey
from feeds.web.catalog_metrics import describe_catalog
from feeds.web.greenlets import run_in_thread
from feeds.web.metrics import RequestMetrics
from feeds.web.metrics_folder import FOLDER_VARIABLE
from feeds.web.responses import FeedResponse, make_page_response
from feeds.web.slow_documents import SlowDocuments
from feeds.web.statistics_view import make_statistics_response

_SLOWEST = 10


def add_publisher_views(
    app: Flask, settings: Settings, *, catalog: Catalog, clock: Clock, metrics: RequestMetrics | None
) -> Callable[[CacheKey, float], None]:
    """Add the views, and return a function that takes the time to render a document.

    Without `metrics`, this process has its own. Processes with one folder for metrics share their slowest documents.
    """
    counts = metrics or RequestMetrics()
    folder = os.environ.get(FOLDER_VARIABLE)
    slow = SlowDocuments(Path(folder) if folder else None)

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

    @app.get(PUBLISHER_PATH)
    @require_token(settings.token)
    def show_report() -> Response:
        return run_in_thread(write_report)

    def write_report() -> Response:
        with catalog.reading() as reader:
            report = read_publisher_report(reader, now=clock.now(), stale_after_seconds=settings.stale_after_seconds)
        slowest = slow.list_slowest(limit=_SLOWEST)
        page = render_publisher(report, settings, slowest=slowest, is_shared=slow.folder is not None)
        return make_page_response(200, page)

    def add_rendering(key: CacheKey, seconds: float) -> None:
        counts.add_rendering(key, seconds)
        slow.add(key, seconds)

    return add_rendering
