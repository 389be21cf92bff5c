"""Arrange topics and publishers for the pages that list them: in groups, from A to Z, by activity, or by date."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, TypeVar

import msgspec

from feeds.catalog.records import ProviderCount, Topic
from feeds.catalog.topic_ranking import (
    MAX_DESCRIBED,
    MAX_MOST_ACTIVE,
    MAX_RANKED,
    Activity,
    rank_by_activity,
    rank_by_date,
)
from feeds.site.name_order import LetterGroup, find_names, group_by_letter, sort_key
from feeds.site.topic_tree import TopicNode, make_nodes
from feeds.site.urls import TopicOrder

MAX_OPEN = 100
"""The maximum number of names in a list without letters that fold."""

MAX_FOUND = 100
"""The maximum number of names that a page shows for a text."""

T = TypeVar("T")


class NameListing(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """A list of names under their letters, out of `total`. With more than `MAX_OPEN` names the letters fold."""

    letters: tuple[LetterGroup[T], ...]
    total: int

    @property
    def is_folded(self) -> bool:
        """Whether the letters fold."""
        return sum(len(letter.items) for letter in self.letters) > MAX_OPEN


class TopicListing(NameListing[TopicNode], frozen=True, kw_only=True):
    """A list of topics in an order.

    A list `is_described` if it shows descriptions, pictures and charts. It `has_groups` if any topic is below another
    one, and `is_cut` if it shows only the first topics in its order.
    """

    order: TopicOrder
    is_described: bool
    has_groups: bool
    is_cut: bool = False


class Found(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """The first items with a text in their names, of `count` in all."""

    text: str
    items: Sequence[T]
    count: int


def list_topics(nodes: Sequence[TopicNode], order: TopicOrder, activity: Activity) -> TopicListing:
    """List the topics of a hierarchy in an order; without topics below others, `GROUPS` is the same as `NAME`."""
    topics = list(_flatten(nodes))
    is_ranked = order in {TopicOrder.ACTIVITY, TopicOrder.DATE}
    is_described = is_ranked or len(topics) <= MAX_DESCRIBED
    listed = sort_nodes(nodes) if order is TopicOrder.GROUPS else make_nodes(_sort(topics, order, activity))
    shown = listed[:MAX_RANKED] if is_ranked else listed
    has_letters = not is_described and (order is TopicOrder.NAME or len(listed) > MAX_OPEN)
    return TopicListing(
        letters=group_by_letter(shown, _name_node) if has_letters else (LetterGroup("", tuple(shown)),),
        total=len(topics),
        order=order,
        is_described=is_described,
        has_groups=len(topics) > len(nodes),
        is_cut=len(shown) < len(listed),
    )


def list_home(nodes: Sequence[TopicNode], activity: Activity) -> TopicListing:
    """List the topics on the home page: all in groups if they are few, else the most active."""
    topics = list(_flatten(nodes))
    if len(topics) <= MAX_DESCRIBED:
        return list_topics(nodes, TopicOrder.GROUPS, activity)
    return TopicListing(
        letters=(LetterGroup("", tuple(make_nodes(list_most_active(nodes, activity)))),),
        total=len(topics),
        order=TopicOrder.ACTIVITY,
        is_described=True,
        has_groups=len(topics) > len(nodes),
        is_cut=True,
    )


def list_most_active(nodes: Iterable[TopicNode], activity: Activity) -> list[Topic]:
    """Return the most active topics of a hierarchy."""
    return rank_by_activity(_flatten(nodes), activity)[:MAX_MOST_ACTIVE]


def list_providers(providers: Iterable[ProviderCount]) -> NameListing[ProviderCount]:
    """List all publishers under the letters of their domains, or without letters if they are few."""
    listed = sorted(providers, key=lambda each: sort_key(name_provider(each)))
    letters = (LetterGroup("", tuple(listed)),) if len(listed) <= MAX_OPEN else group_by_letter(listed, name_provider)
    return NameListing(letters=letters, total=len(listed))


def find_topics(nodes: Iterable[TopicNode], text: str) -> Found[Topic]:
    """Find the topics whose names contain a text; of equal matches, the largest topics come first."""
    topics = sorted(_flatten(nodes), key=lambda topic: (-topic.entries, topic.name))
    return _find(topics, text, lambda topic: topic.name)


def find_providers(providers: Iterable[ProviderCount], text: str) -> Found[ProviderCount]:
    """Find the publishers whose domains contain a text; of equal matches, the largest come first."""
    return _find(sorted(providers, key=lambda each: -each.entries), text, name_provider)


def sort_nodes(nodes: Iterable[TopicNode]) -> tuple[TopicNode, ...]:
    """Sort the topics of each level from A to Z."""
    listed = sorted(nodes, key=lambda node: _sort_topic(node.topic))
    return tuple(TopicNode(node.topic, sort_nodes(node.children)) for node in listed)


def name_provider(provider: ProviderCount) -> str:
    """Return the domain of a publisher without `www.`."""
    return provider.domain.removeprefix("www.")


def _sort(topics: Iterable[Topic], order: TopicOrder, activity: Activity) -> list[Topic]:
    if order is TopicOrder.ACTIVITY:
        return rank_by_activity(topics, activity)
    return rank_by_date(topics) if order is TopicOrder.DATE else sorted(topics, key=_sort_topic)


def _find(items: Sequence[T], text: str, name: Callable[[T], str]) -> Found[T]:
    found = find_names(items, text, name)
    return Found(text=text, items=found[:MAX_FOUND], count=len(found))


def _flatten(nodes: Iterable[TopicNode]) -> Iterator[Topic]:
    for node in nodes:
        yield node.topic
        yield from _flatten(node.children)


def _sort_topic(topic: Topic) -> tuple[tuple[int, str, str], str]:
    return sort_key(topic.name), topic.slug


def _name_node(node: TopicNode) -> str:
    return node.topic.name
