"""Lists of topics in each order, at any number of topics and depth."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from feeds.catalog.records import ProviderCount, Topic
from feeds.catalog.topic_ranking import MAX_DESCRIBED, MAX_MOST_ACTIVE, MAX_RANKED
from feeds.site.topic_list import (
    MAX_FOUND,
    MAX_OPEN,
    TopicListing,
    find_topics,
    list_most_active,
    list_providers,
    list_topics,
)
from feeds.site.topic_tree import TopicNode, arrange_topics
from feeds.site.urls import TopicOrder

NEWEST = datetime(2021, 3, 4, 12, tzinfo=UTC)


def make_topic(number: int, *, parent: str = "", name: str = "") -> Topic:
    return Topic(
        slug=f"t{number}",
        name=name or f"Topic {number:04}",
        description="",
        image="",
        parent=parent,
        entries=number,
        newest=NEWEST - timedelta(days=number) if number else None,
    )


def list_slugs(nodes: tuple[TopicNode, ...]) -> Iterator[str]:
    for node in nodes:
        yield node.topic.slug
        yield from list_slugs(node.children)


def read_slugs(listing: TopicListing) -> list[str]:
    return [slug for letter in listing.letters for slug in list_slugs(letter.items)]


def test_few_topics_are_described_in_every_order() -> None:
    nodes = arrange_topics([make_topic(0, parent="t2"), *(make_topic(number) for number in range(1, MAX_DESCRIBED))])
    for order in TopicOrder:
        listing = list_topics(nodes, order, {"t3": (0, 1)})
        assert (listing.total, listing.is_described, listing.is_cut) == (MAX_DESCRIBED, True, False)
        assert [letter.letter for letter in listing.letters] == [""]
        assert set(read_slugs(listing)) == set(list_slugs(nodes))
        assert listing.has_groups
    assert read_slugs(list_topics(nodes, TopicOrder.ACTIVITY, {"t3": (0, 1)}))[0] == "t3"
    assert read_slugs(list_topics(nodes, TopicOrder.DATE, {}))[0] == "t1"
    assert read_slugs(list_topics(nodes, TopicOrder.DATE, {}))[-1] == "t0"


def test_many_topics_are_under_folding_letters() -> None:
    names = [f"{letter} {number}" for letter in "ÄZ" for number in range(MAX_OPEN)]
    nodes = arrange_topics([make_topic(number, name=name) for number, name in enumerate(names)])
    for order in (TopicOrder.GROUPS, TopicOrder.NAME):
        listing = list_topics(nodes, order, {})
        assert [(letter.letter, len(letter.items)) for letter in listing.letters] == [("A", 100), ("Z", 100)]
        assert (listing.is_folded, listing.is_described, listing.has_groups) == (True, False, False)


def test_only_the_first_topics_are_ranked() -> None:
    nodes = arrange_topics([make_topic(number) for number in range(MAX_RANKED + 5)])
    for order in (TopicOrder.ACTIVITY, TopicOrder.DATE):
        listing = list_topics(nodes, order, {})
        assert (len(read_slugs(listing)), listing.total) == (MAX_RANKED, MAX_RANKED + 5)
        assert (listing.is_cut, listing.is_described, listing.is_folded) == (True, True, False)


def test_a_topic_with_thousands_of_topics_below_is_one_group() -> None:
    nodes = arrange_topics([make_topic(0), *(make_topic(number, parent="t0") for number in range(1, 2_001))])
    listing = list_topics(nodes, TopicOrder.GROUPS, {})
    assert [len(letter.items) for letter in listing.letters] == [1]
    assert len(listing.letters[0].items[0].children) == 2_000
    assert not listing.is_folded
    assert list_topics(nodes, TopicOrder.NAME, {}).is_folded


def test_a_chain_of_topics_is_listed_whole() -> None:
    nodes = arrange_topics([make_topic(number, parent=f"t{number + 1}") for number in range(60)])
    assert len(read_slugs(list_topics(nodes, TopicOrder.GROUPS, {}))) == 60


def test_the_most_active_topics_are_those_of_the_last_four_weeks() -> None:
    nodes = arrange_topics([make_topic(number) for number in range(MAX_MOST_ACTIVE + 1)])
    activity = {"t1": (9, 0, 0, 0, 0), "t2": (0, 0, 0, 0, 1), "t3": (1, 0, 0, 0, 1)}
    topics = list_most_active(nodes, activity)
    assert [topic.slug for topic in topics][:4] == ["t3", "t2", "t1", "t12"]
    assert len(topics) == MAX_MOST_ACTIVE


def test_no_topics_are_an_empty_list() -> None:
    for order in TopicOrder:
        assert read_slugs(list_topics((), order, {})) == []


def test_a_text_finds_a_limited_number_of_topics_the_largest_first() -> None:
    nodes = arrange_topics([make_topic(number) for number in range(MAX_FOUND + 50)])
    found = find_topics(nodes, "TOPIC")
    assert (len(found.items), found.count) == (MAX_FOUND, MAX_FOUND + 50)
    assert found.items[0].entries == MAX_FOUND + 49
    assert find_topics(nodes, "ABC").count == 0


def test_publishers_are_under_the_letters_of_their_domains() -> None:
    few = [ProviderCount(domain, 1, None) for domain in ("www.zeit.example", "abend.example")]
    assert [letter.letter for letter in list_providers(few).letters] == [""]
    many = [*few, *(ProviderCount(f"m{number}.example", 1, None) for number in range(MAX_OPEN))]
    listing = list_providers(many)
    assert [letter.letter for letter in listing.letters] == ["A", "M", "Z"]
    assert listing.is_folded
