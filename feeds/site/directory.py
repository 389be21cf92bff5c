"""Read the directory of all topics and providers."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from feeds.catalog.activity import WEEKS
from feeds.catalog.reader import CatalogReader
from feeds.catalog.records import ProviderCount
from feeds.model.feed import Feed
from feeds.site.topic_tree import TopicNode, arrange_topics


class Directory(msgspec.Struct, frozen=True):
    """All topics except retired topics, sorted by name, and all providers, sorted by domain.

    Topics without a parent are at the top level. `newest` is the date of the newest entry, and `changed` the time of
    the last visible change; both are None without any entry.
    """

    topics: tuple[TopicNode, ...]
    providers: tuple[ProviderCount, ...]
    newest: datetime | None
    changed: datetime | None


def read_directory(reader: CatalogReader, *, now: datetime) -> Directory:
    """Read all topics and providers at `now`."""
    topics = [topic for topic in reader.list_topics(now=now) if topic.is_listed_at(now)]
    return Directory(
        topics=arrange_topics(topics),
        providers=tuple(reader.list_providers(now=now)),
        newest=reader.find_newest(now=now),
        changed=reader.find_last_change(now=now),
    )


def read_activity(feed: Feed, reader: CatalogReader, *, now: datetime) -> Mapping[str, tuple[int, ...]]:
    """Count entries per week by topic slug, the oldest week first; `feed` has the newest entries of the catalog.

    The weeks end at the newest entry, not at the current time: the same catalog always gives the same page.
    """
    newest = max((entry.published for entry in feed.entries), default=None)
    return reader.count_weekly_entries(end=newest, weeks=WEEKS, now=now) if newest else {}
