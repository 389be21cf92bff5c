"""Tell quiet feeds, for which there is no news, from stale feeds, which nobody collects."""

from datetime import datetime, timedelta

from feeds.catalog.reader import CatalogReader
from feeds.site.publisher_report import Freshness, Health

QUIET_AFTER = timedelta(days=1)
"""The time without a visible change after which feeds are quiet."""


def read_health(reader: CatalogReader, *, now: datetime, stale_after_seconds: int) -> Health:
    """Read the state of the catalog at `now`; without a collect for longer than `stale_after_seconds`, it is stale."""
    state = reader.read_state()
    collected_age = _measure(state.collected, now=now)
    changed_age = _measure(reader.find_last_change(now=now), now=now)
    return Health(
        freshness=_judge(collected_age, changed_age, stale_after_seconds=stale_after_seconds),
        catalog_version=state.version,
        catalog_age_seconds=collected_age,
        changed_age_seconds=changed_age,
    )


def _judge(collected_age: int | None, changed_age: int | None, *, stale_after_seconds: int) -> Freshness:
    if collected_age is None or collected_age > stale_after_seconds:
        return Freshness.STALE
    if changed_age is None or changed_age > QUIET_AFTER.total_seconds():
        return Freshness.QUIET
    return Freshness.ACTIVE


def _measure(since: datetime | None, *, now: datetime) -> int | None:
    return max(0, int((now - since).total_seconds())) if since else None
