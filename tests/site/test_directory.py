from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import listparser
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from msgspec import structs

from feeds.catalog.records import ProviderCount, Topic
from feeds.site.directory import Directory, read_directory
from feeds.site.opml import write_opml
from feeds.site.opml_query import EVERY_TOPIC, OpmlQuery
from feeds.site.topic_tree import TopicNode, arrange_topics
from tests.support.app import make_settings
from tests.support.newsroom import Newsroom

EVERYTHING = ("", "/feed.atom")
NEWEST = datetime(2021, 3, 4, 12, tzinfo=UTC)


def make_topic(slug: str, parent: str = "") -> Topic:
    return Topic(slug=slug, name=slug.upper(), description="", image="", parent=parent, entries=1, newest=None)


def list_slugs(nodes: tuple[TopicNode, ...]) -> Iterator[str]:
    for node in nodes:
        yield node.topic.slug
        yield from list_slugs(node.children)


def draw(nodes: tuple[TopicNode, ...]) -> str:
    return " ".join(node.topic.slug + (f"({draw(node.children)})" if node.children else "") for node in nodes)


def test_topics_are_below_their_parents() -> None:
    topics = [make_topic("a", "c"), make_topic("b"), make_topic("c"), make_topic("d", "a"), make_topic("e", "c")]
    assert draw(arrange_topics(topics)) == "b c(a(d) e)"


def test_an_unknown_parent_is_ignored() -> None:
    assert draw(arrange_topics([make_topic("a", "gone"), make_topic("b", "b")])) == "a b"


def test_a_circle_is_cut_at_its_first_topic() -> None:
    topics = [make_topic("c", "a"), make_topic("a", "b"), make_topic("b", "c"), make_topic("d", "b")]
    assert draw(arrange_topics(topics)) == "a(c(b(d)))"


def test_a_long_chain_of_parents_is_cut() -> None:
    topics = [make_topic(f"t{number}", f"t{number + 1}") for number in range(5_000)]
    assert len(list(list_slugs(arrange_topics(topics)))) == 5_000


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("abcdefghij")))
def test_every_topic_is_listed_once(parents: dict[str, str]) -> None:
    arranged = arrange_topics([make_topic(slug, parent) for slug, parent in parents.items()])
    assert sorted(list_slugs(arranged)) == sorted(parents)


def list_feeds(directory: Directory, listing: OpmlQuery = EVERY_TOPIC) -> list[tuple[str, str]]:
    """Return the group and the path of each feed in the list."""
    read = listparser.parse(write_opml(directory, make_settings(), listing))
    assert read["bozo"] == 0
    path = "https://news.example"
    groups = ["/".join(next(iter(feed["categories"]), [])) for feed in read["feeds"]]
    return [(group, feed["url"].removeprefix(path)) for group, feed in zip(groups, read["feeds"], strict=True)]


def make_directory(*topics: Topic, providers: tuple[ProviderCount, ...] = ()) -> Directory:
    return Directory(topics=arrange_topics(topics), providers=providers, newest=NEWEST, changed=None)


def age(topic: Topic, *, days: int, entries: int = 1) -> Topic:
    return structs.replace(topic, newest=NEWEST - timedelta(days=days), entries=entries)


def test_opml_lists_every_topic_feed() -> None:
    assert list_feeds(make_directory(make_topic("möwe"), make_topic("b", "möwe"), make_topic("c"))) == [
        ("MÖWE", "/topics/m%C3%B6we.atom"),
        ("MÖWE", "/topics/b.atom"),
        ("", "/topics/c.atom"),
    ]


def test_opml_may_list_publishers_in_their_own_group() -> None:
    providers = (ProviderCount("a.example", 3, NEWEST), ProviderCount("b.example", 1, None))
    directory = make_directory(make_topic("a"), providers=providers)
    assert list_feeds(directory, OpmlQuery(with_providers=True)) == [
        ("", "/topics/a.atom"),
        ("Publishers", "/providers/a.example.atom"),
        ("Publishers", "/providers/b.example.atom"),
    ]
    assert list_feeds(directory, OpmlQuery(with_providers=True, active_days=1)) == [
        ("Publishers", "/providers/a.example.atom")
    ]
    assert list_feeds(directory, OpmlQuery(with_providers=True, min_entries=9)) == [EVERYTHING]


def test_opml_keeps_the_groups_of_listed_topics() -> None:
    directory = make_directory(
        age(make_topic("a"), days=90, entries=9),
        age(make_topic("b", "a"), days=30),
        age(make_topic("c", "b"), days=0, entries=2),
        age(make_topic("d"), days=31, entries=9),
    )
    assert list_feeds(directory, OpmlQuery(active_days=30)) == [("A/B", "/topics/b.atom"), ("A/B", "/topics/c.atom")]
    assert list_feeds(directory, OpmlQuery(min_entries=2)) == [
        ("A", "/topics/a.atom"),
        ("A/B", "/topics/c.atom"),
        ("", "/topics/d.atom"),
    ]
    assert list_feeds(directory, OpmlQuery(min_entries=2, active_days=1)) == [("A/B", "/topics/c.atom")]
    assert list_feeds(directory, OpmlQuery(min_entries=10)) == [EVERYTHING]


def test_a_topic_without_entries_is_not_active() -> None:
    assert list_feeds(make_directory(make_topic("a")), OpmlQuery(active_days=36_500)) == [EVERYTHING]


def test_opml_of_an_empty_catalog_has_the_feed_of_everything_and_no_date() -> None:
    directory = structs.replace(make_directory(), newest=None)
    root = etree.fromstring(write_opml(directory, make_settings()))
    assert [child.tag for child in root[0]] == ["title"]
    assert {str(name): str(value) for name, value in root[1][0].attrib.items()} == {
        "type": "rss",
        "text": "Harbour News",
        "title": "Harbour News",
        "xmlUrl": "https://news.example/feed.atom",
        "htmlUrl": "https://news.example/",
    }
    assert list_feeds(directory, OpmlQuery(active_days=1)) == [EVERYTHING]


def test_activity_is_measured_from_the_newest_released_entry(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"], publishedDateTime="2020-01-01T00:00:00Z")
    newsroom.write("b", topics=["Boats"], publishedDateTime="2019-12-02T00:00:00Z")
    newsroom.write("c", topics=["Chess"], publishedDateTime="2019-11-01T00:00:00Z")
    newsroom.write("z", topics=["Zoos"], publishedDateTime="2099-01-01T00:00:00Z")
    newsroom.collect()
    with newsroom.catalog.reading() as reader:
        directory = read_directory(reader, now=newsroom.now)
    assert directory.newest == datetime(2020, 1, 1, tzinfo=UTC)
    listed = [path for _, path in list_feeds(directory, OpmlQuery(active_days=30))]
    assert listed == ["/topics/ai.atom", "/topics/boats.atom"]
