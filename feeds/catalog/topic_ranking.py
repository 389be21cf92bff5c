"""Rank topics by activity or date, for pages that cannot show every topic in full."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TypeAlias

from feeds.catalog.records import Topic

MAX_PLAIN = 12
"""The maximum number of names in a list without a box to find names and links to other orders."""

MAX_DESCRIBED = 32
"""Up to this number, the home page and the lists show every topic with description, picture and chart."""

MAX_MOST_ACTIVE = 12
"""The maximum number of topics on the home page if there are more than `MAX_DESCRIBED`."""

MAX_RANKED = 50
"""The maximum number of topics on the pages of the most active topics, and of those with the newest entries."""

_RECENT_WEEKS = 4
_NEVER = datetime(1, 1, 1, tzinfo=UTC)

Activity: TypeAlias = Mapping[str, tuple[int, ...]]
"""The number of entries per week by topic slug, the oldest week first; quiet topics are missing."""


def rank_by_activity(topics: Iterable[Topic], activity: Activity) -> list[Topic]:
    """Sort topics by the entries of the last four weeks, then those of all weeks, all entries, and by name."""

    def rank(topic: Topic) -> tuple[int, int, int, str, str]:
        counts = activity.get(topic.slug, ())
        return -sum(counts[-_RECENT_WEEKS:]), -sum(counts), -topic.entries, topic.name, topic.slug

    return sorted(topics, key=rank)


def rank_by_date(topics: Iterable[Topic]) -> list[Topic]:
    """Sort topics by the date of the newest entry, the latest first, then by name."""
    named = sorted(topics, key=lambda topic: (topic.name, topic.slug))
    return sorted(named, key=lambda topic: topic.newest or _NEVER, reverse=True)
