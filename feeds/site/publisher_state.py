"""Read the state of a site for the publisher."""

from datetime import datetime

from feeds.catalog.reader import CatalogReader
from feeds.catalog.records import Topic
from feeds.model.errors import Level
from feeds.site.health import read_health
from feeds.site.publisher_report import MAX_PROBLEMS, TOPIC_QUIET_AFTER, PublisherReport

MAX_TOPICS = 50
"""How many quiet topics the page lists."""


def read_publisher_report(reader: CatalogReader, *, now: datetime, stale_after_seconds: int) -> PublisherReport:
    """Read the state of the site at `now`."""
    quiet = _list_quiet_topics(reader, now=now)
    return PublisherReport(
        now=now,
        health=read_health(reader, now=now, stale_after_seconds=stale_after_seconds),
        collected=reader.read_state().collected,
        changed=reader.find_last_change(now=now),
        collects=reader.list_collects(),
        counts=reader.count_problems(),
        rejections=reader.list_problems(Level.ERROR, limit=MAX_PROBLEMS),
        warnings=reader.list_problems(Level.WARNING, limit=MAX_PROBLEMS),
        pending=reader.outbox.list_pending(),
        quiet_topics=quiet[:MAX_TOPICS],
        quiet_topic_count=len(quiet),
    )


def _list_quiet_topics(reader: CatalogReader, *, now: datetime) -> list[Topic]:
    """List the topics without a new entry for long, the quietest first."""
    listed = (topic for topic in reader.list_topics(now=now) if topic.is_listed_at(now))
    quiet = (topic for topic in listed if topic.newest is None or now - topic.newest > TOPIC_QUIET_AFTER)
    return sorted(quiet, key=lambda topic: (topic.newest or datetime.min.replace(tzinfo=now.tzinfo), topic.slug))
