"""Put topics below their parents: which parent of a topic counts, and which topics are around a topic."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from feeds.catalog.records import Topic
from feeds.model.entry import Category

MAX_DEPTH = 12
"""The maximum depth of the hierarchy. Deeper topics move to the top level, so no chain of parents is endless."""


class Surroundings(msgspec.Struct, frozen=True):
    """The topics above a topic, from the top, and the topics right below the topic, sorted by name."""

    ancestors: tuple[Topic, ...] = ()
    children: tuple[Topic, ...] = ()


NO_SURROUNDINGS = Surroundings()


class TopicContext(msgspec.Struct, frozen=True):
    """A topic, the topics above and below, and related topics, the most related first.

    `changed` is the time of the last change to any of this, None if nothing has changed since the first collect.
    """

    topic: Topic
    around: Surroundings
    related: tuple[Category, ...]
    changed: datetime | None

    @property
    def child_links(self) -> list[tuple[str, str]]:
        """The slugs and names of the topics below."""
        return [(each.slug, each.name) for each in self.around.children]

    @property
    def related_links(self) -> list[tuple[str, str]]:
        """The slugs and names of the related topics."""
        return [(each.term, each.label) for each in self.related]


def choose_parent(topic: Topic, by_slug: Mapping[str, Topic]) -> str:
    """Return the slug of the parent to use; empty for the top level.

    `by_slug` are all topics, or at least the topic and those above it. A topic with an unknown parent goes to the top
    level. So does the first topic by slug in a cycle of parents.
    """
    chain = [topic.slug]
    while (parent := by_slug[chain[-1]].parent) in by_slug and parent not in chain and len(chain) < MAX_DEPTH:
        chain.append(parent)
    is_first_in_cycle = parent == topic.slug == min(chain)
    is_too_deep = len(chain) == MAX_DEPTH
    return "" if topic.parent not in by_slug or is_first_in_cycle or is_too_deep else topic.parent


def arrange_surroundings(topics: Iterable[Topic]) -> dict[str, Surroundings]:
    """Return what is around each topic, by slug; `topics` are listed topics, sorted by name."""
    by_slug = {topic.slug: topic for topic in topics}
    parents = {slug: choose_parent(topic, by_slug) for slug, topic in by_slug.items()}
    children: dict[str, list[Topic]] = {}
    for slug, parent in parents.items():
        children.setdefault(parent, []).append(by_slug[slug])
    return {
        slug: Surroundings(tuple(_list_ancestors(slug, parents, by_slug)), tuple(children.get(slug, ())))
        for slug in by_slug
    }


def _list_ancestors(slug: str, parents: Mapping[str, str], by_slug: Mapping[str, Topic]) -> Sequence[Topic]:
    found: list[Topic] = []
    while slug := parents[slug]:
        found.insert(0, by_slug[slug])
    return found
