"""Arrange topics in their hierarchy."""

from collections.abc import Iterable, Mapping

import msgspec

from feeds.catalog.records import Topic

_MAX_DEPTH = 12
"""The maximum depth of the hierarchy. Deeper topics move to the top level, so no chain of parents is endless."""


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
