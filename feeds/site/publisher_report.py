"""Describe the state of a site for the publisher: freshness, collects, problems, the outbox and quiet topics."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from feeds import __version__
from feeds.catalog.collect_history import CollectRecord
from feeds.catalog.outbox import PendingOf
from feeds.catalog.problem_counts import ProblemCounts
from feeds.catalog.records import Topic
from feeds.model.errors import Problem

MAX_PROBLEMS = 200
"""How many rejected files and how many warnings the page lists."""

TOPIC_QUIET_AFTER = timedelta(days=30)
"""The age of the newest entry of a quiet topic."""


class Freshness(StrEnum):
    """Whether feeds have news: `active`, `quiet` while collects find nothing new, `stale` without collects."""

    ACTIVE = "active"
    QUIET = "quiet"
    STALE = "stale"


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The state of the catalog.

    `catalog_age_seconds` is the time since the last collect, whether or not it found anything. `changed_age_seconds` is
    the time since the last change that subscribers see, None if there never was an entry.
    """

    program: str = __version__
    freshness: Freshness
    catalog_version: int
    catalog_age_seconds: int | None
    changed_age_seconds: int | None


class SlowDocument(msgspec.Struct, frozen=True):
    """A document that took long to render: the URL path and query, the times in seconds, and when it was last rendered.

    `last_time` is in seconds since 1970.
    """

    url: str
    count: int
    slowest_seconds: float
    last_seconds: float
    last_time: float = 0


class PublisherReport(msgspec.Struct, frozen=True, kw_only=True):
    """The state of the site at `now`, for the publisher."""

    now: datetime
    health: Health
    collected: datetime | None
    changed: datetime | None
    collects: Sequence[CollectRecord]
    counts: ProblemCounts
    rejections: Sequence[Problem]
    warnings: Sequence[Problem]
    pending: Sequence[PendingOf]
    quiet_topics: Sequence[Topic]
    quiet_topic_count: int
