"""Arrange topics in their hierarchy."""

from collections.abc import Iterable, Mapping

import msgspec

from feeds.catalog.records import Topic
from feeds.catalog.topic_hierarchy import choose_parent


class TopicNode(msgspec.Struct, frozen=True):
    """A topic and its child topics, sorted by name."""

    topic: Topic
    children: tuple["TopicNode", ...]


def make_nodes(topics: Iterable[Topic]) -> list[TopicNode]:
    """Return topics as nodes without topics below them."""
    return [TopicNode(topic, ()) for topic in topics]


def arrange_topics(topics: Iterable[Topic]) -> tuple[TopicNode, ...]:
    """Put topics below their parents, in the given order, each topic exactly once.

    A topic with an unknown parent goes to the top level. So does the first topic by slug in a cycle of parents.
    """
    by_slug = {topic.slug: topic for topic in topics}
    below: dict[str, list[Topic]] = {}
    for topic in by_slug.values():
        below.setdefault(choose_parent(topic, by_slug), []).append(topic)
    return _make_nodes("", below)


def _make_nodes(parent: str, below: Mapping[str, Iterable[Topic]]) -> tuple[TopicNode, ...]:
    return tuple(TopicNode(topic, _make_nodes(topic.slug, below)) for topic in below.get(parent, ()))
