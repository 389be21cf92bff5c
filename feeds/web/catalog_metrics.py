"""Describe the state of the catalog as metrics."""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric

from feeds import __version__
from feeds.catalog.catalog import Catalog
from feeds.model.clock import to_seconds
from feeds.model.errors import CatalogError, OverloadError
from feeds.site.health import read_health
from feeds.site.publisher_report import Freshness


def describe_catalog(catalog: Catalog, *, now: datetime, stale_after_seconds: int) -> Iterator[Metric]:
    """Give the metrics of the catalog at `now`; if the catalog cannot be read, only that."""
    yield InfoMetricFamily("topic_feeds", "The program.", {"version": __version__})
    try:
        metrics = list(_read(catalog, now=now, stale_after_seconds=stale_after_seconds))
    except (CatalogError, OverloadError):
        metrics = []
    yield _gauge("catalog_readable", "1 if the catalog can be read, otherwise 0.", bool(metrics))
    yield from metrics


def _read(catalog: Catalog, *, now: datetime, stale_after_seconds: int) -> Iterator[Metric]:
    with catalog.reading() as reader:
        health = read_health(reader, now=now, stale_after_seconds=stale_after_seconds)
        problems = reader.count_problems()
        pending = reader.outbox.count_pending()
    yield _gauge("catalog_version", "Number of the last commit with changes to feeds.", health.catalog_version)
    yield _gauge("catalog_age_seconds", "Time since the last collect.", health.catalog_age_seconds)
    yield _gauge("catalog_changed_age_seconds", "Time since the last visible change.", health.changed_age_seconds)
    freshness = GaugeMetricFamily("topic_feeds_freshness", "1 for the present state of the feeds.", labels=["state"])
    for state in Freshness:
        freshness.add_metric([state], state is health.freshness)
    yield freshness
    yield _gauge("rejected_files", "Article files with a rejected current version.", problems.rejected_files)
    yield _gauge("warnings", "Warnings about article files.", problems.warnings)
    yield _gauge("outbox_notifications", "Pending notifications.", pending.count)
    oldest = max(0, to_seconds(now) - pending.oldest) if pending.oldest else 0
    yield _gauge("outbox_oldest_seconds", "Time since the oldest change with a pending notification.", oldest)


def _gauge(name: str, text: str, value: float | None) -> Metric:
    return GaugeMetricFamily(f"topic_feeds_{name}", text, value)
