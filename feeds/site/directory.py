"""Read the directory of all topics and providers."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from feeds.catalog.activity import WEEKS
from feeds.catalog.reader import CatalogReader
from feeds.catalog.records import ProviderCount, Topic
from feeds.model.feed import Feed

_MAX_DEPTH = 12
"""The maximum depth of the hierarchy. Deeper topics move to the top level, so no chain of parents is endless."""


class TopicNode(msgspec.Struct, frozen=True):
    """A topic and its child topics, sorted by name."""

    topic: Topic
    children: tuple["TopicNode", ...]


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


def arrange_topics(topics: Iterable[Topic]) -> tuple[TopicNode, ...]:
    """Put topics below their parents, in the given order, each topic exactly once.

    A topic with an unknown parent goes to the top level. So does the first topic by slug in a cycle of parents.
    """
    by_slug = {topic.slug: topic for topic in topics}
    below: dict[str, list[Topic]] = {}
    for topic in by_slug.values():
        below.setdefault(_choose_parent(topic, by_slug), []).append(topic)
    return _make_nodes("", below)


def _make_nodes(parent: str, below: Mapping[str, Iterable[Topic]]) -> tuple[TopicNode, ...]:
    return tuple(TopicNode(topic, _make_nodes(topic.slug, below)) for topic in below.get(parent, ()))


def _choose_parent(topic: Topic, by_slug: Mapping[str, Topic]) -> str:
    """Return the slug of the parent to use; empty for the top level."""
    chain = [topic.slug]
    while (parent := by_slug[chain[-1]].parent) in by_slug and parent not in chain and len(chain) < _MAX_DEPTH:
        chain.append(parent)
    is_first_in_cycle = parent == topic.slug == min(chain)
    is_too_deep = len(chain) == _MAX_DEPTH
    return "" if topic.parent not in by_slug or is_first_in_cycle or is_too_deep else topic.parent
