"""Record collects for the publisher's page."""

from contextlib import suppress
from datetime import UTC, datetime

from feeds.catalog.catalog import Catalog
from feeds.catalog.collect_history import CollectRecord
from feeds.collector.collect_result import CollectResult
from feeds.model.errors import CatalogError, ClockError, FeedsError, Level


def record_collect(catalog: Catalog, result: CollectResult) -> None:
    """Record a collect that has changed or reported anything; if the record cannot be written, do nothing."""
    if not (result.scopes or result.added or result.changed or result.withdrawn or result.files_removed) and not (
        result.read and result.problems
    ):
        return
    record = CollectRecord(
        time=datetime.now(UTC),
        read=result.read,
        removed=result.files_removed,
        rejected=result.rejected,
        warnings=sum(problem.level is Level.WARNING for problem in result.problems),
        added=result.added,
        changed=result.changed,
        withdrawn=result.withdrawn,
        feeds=sum(scope.startswith(("feed", "topics/", "providers/")) for scope in result.scopes),
        seconds=sum(result.seconds.values()),
    )
    _add(catalog, record)


def record_failure(catalog: Catalog, error: FeedsError) -> None:
    """Record that a collect has failed, unless the reason is the database; if it cannot be written, do nothing."""
    if not isinstance(error, CatalogError) or isinstance(error, ClockError):
        _add(catalog, CollectRecord(time=datetime.now(UTC), error=str(error)))


def _add(catalog: Catalog, record: CollectRecord) -> None:
    # The record is for information only: the next collect may have better luck.
    with suppress(FeedsError), catalog.writing_history() as history:
        history.add(record)
