from collections.abc import Iterator

import listparser
from hypothesis import given
from hypothesis import strategies as st

from feeds.catalog.reader import Topic
from feeds.directory import Directory, TopicNode, arrange, write_opml
from feeds.feed import EMPTY_FEED_UPDATED
from tests.publications import make_settings


def make_topic(slug: str, parent: str = "") -> Topic:
    return Topic(slug=slug, name=slug.upper(), description="", image="", parent=parent, entries=1, newest=None)


def list_slugs(nodes: tuple[TopicNode, ...]) -> Iterator[str]:
    for node in nodes:
        yield node.topic.slug
        yield from list_slugs(node.children)


def draw(nodes: tuple[TopicNode, ...]) -> str:
    return " ".join(node.topic.slug + (f"({draw(node.children)})" if node.children else "") for node in nodes)


def test_topics_stand_below_their_parents() -> None:
    topics = [make_topic("a", "c"), make_topic("b"), make_topic("c"), make_topic("d", "a"), make_topic("e", "c")]
    assert draw(arrange(topics)) == "b c(a(d) e)"


def test_an_unknown_parent_is_no_parent() -> None:
    assert draw(arrange([make_topic("a", "gone"), make_topic("b", "b")])) == "a b"


def test_a_circle_is_cut_before_its_first() -> None:
    topics = [make_topic("c", "a"), make_topic("a", "b"), make_topic("b", "c"), make_topic("d", "b")]
    assert draw(arrange(topics)) == "a(c(b(d)))"


def test_a_long_line_of_parents_ends() -> None:
    topics = [make_topic(f"t{number}", f"t{number + 1}") for number in range(5_000)]
    assert len(list(list_slugs(arrange(topics)))) == 5_000


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("abcdefghij")))
def test_every_topic_is_there_once(parents: dict[str, str]) -> None:
    arranged = arrange([make_topic(slug, parent) for slug, parent in parents.items()])
    assert sorted(list_slugs(arranged)) == sorted(parents)


def test_opml_lists_every_topic_feed() -> None:
    topics = arrange([make_topic("möwe"), make_topic("b", "möwe")])
    document = write_opml(Directory(topics, (), EMPTY_FEED_UPDATED, None), make_settings())
    read = listparser.parse(document)
    assert read["bozo"] == 0
    assert [feed["url"] for feed in read["feeds"]] == [
        "https://news.example/topics/m%C3%B6we.atom",
        "https://news.example/topics/b.atom",
    ]
