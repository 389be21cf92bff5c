"""Choose who observes the answered requests."""

import sys
from typing import TYPE_CHECKING

from feeds.catalog.catalog import Catalog
from feeds.settings import Settings
from feeds.web.access_log import AccessLog
from feeds.web.request_log import RequestConsumer, RequestLog
from feeds.web.statistics_recorder import StatisticsRecorder

if TYPE_CHECKING:
    from feeds.web.metrics import RequestMetrics


def make_request_log(settings: Settings, catalog: Catalog, *, metrics: "RequestMetrics | None") -> RequestLog | None:
    """Return the log of requests for metrics, access log and statistics; None if nobody observes requests."""
    consumers: list[RequestConsumer] = []
    if settings.access_log:
        consumers.append(AccessLog(sys.stdout.fileno()))
    if metrics:
        consumers.append(metrics)
    if settings.statistics:
        consumers.append(StatisticsRecorder(catalog, settings))
    log = RequestLog(consumers)
    if metrics:
        metrics.read_dropped = lambda: log.dropped
    return log if consumers else None
