"""Changes are forgotten: no feed shows a difference, and `Last-Modified` of composed feeds never goes back."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from random import Random

import pytest

from feeds.catalog import recent_changes
from feeds.catalog.database import open_engine
from feeds.catalog.recent_numbers import find_recent
from feeds.model.expression import name, parse_expression
from feeds.model.periods import Cycle
from feeds.model.query import Query
from feeds.model.search import parse_search
from tests.support.newsroom import FeedView, Newsroom, open_newsroom, related
from tests.support.postgresql import DatabaseServer

PLAIN = (
    Query(),
    Query.for_topic("ai"),
    Query(topics=name("tides"), with_related=False),
    Query.for_provider("post.example"),
)
COMPOSED = (
    Query(search=parse_search("early")),
    Query(min_quality=50),
    Query(topics=parse_expression("ai+!tides")),
    Query(search=parse_search("nothing")),
)
FEEDS = [(query, limit) for query in (*PLAIN, *COMPOSED) for limit in (3, 50)]


@contextmanager
def open_pair(*urls: str) -> Iterator[tuple[Newsroom, Newsroom]]:
    with ExitStack() as stack:
        first, second = (stack.enter_context(open_newsroom(url)) for url in urls)
        yield first, second


def edit(newsrooms: tuple[Newsroom, Newsroom], random: Random, *, count: int) -> None:
    for story in random.sample(range(20), count):
        fields = {
            "title": random.choice(["Early", "Late"]),
            "publishedDateTime": f"2021-03-0{1 + story % 3}T12:{random.choice((10, 20))}:00Z",
            "topics": random.choice([["AI"], ["Tides"], ["AI", "Tides"], []]),
            "quality": random.choice([0, 50]),
            "published": random.random() < 0.8,
            "related": related(f"other-{story}"),
        }
        for newsroom in newsrooms:
            newsroom.write(f"s{story}", **fields)


def read_digests(newsroom: Newsroom) -> list[object]:
    with newsroom.catalog.reading() as reader:
        queries = [(query, cycle) for query in (*PLAIN, *COMPOSED) for cycle in Cycle]
        return [reader.read_digests(query, cycle, limit=9, max_stories=9) for query, cycle in queries]


def compare(newsrooms: tuple[Newsroom, Newsroom], monkeypatch: pytest.MonkeyPatch) -> None:
    """Edit both newsrooms, and let the first one forget all changes but the last few."""
    random, forgetful = Random(1), newsrooms[0]  # noqa: S311 no secret
    seen: dict[tuple[Query, int], FeedView] = {}
    edit(newsrooms, random, count=20)
    for step in range(8):
        for newsroom, kept in zip(newsrooms, (3, 1_000), strict=True):
            monkeypatch.setattr(recent_changes, "KEPT_CHANGES", kept)
            newsroom.wait(hours=15)
            newsroom.collect(force=True)
        assert read_digests(forgetful) == read_digests(newsrooms[1])
        before, seen = seen, forgetful.see_all(FEEDS)
        for (query, limit), expected in newsrooms[1].see_all(FEEDS).items():
            sight = seen[query, limit]
            assert sight.document == expected.document
            if query in PLAIN:
                assert sight.changed == expected.changed
            elif expected.changed:
                assert sight.changed is not None
                assert sight.changed >= expected.changed
            last = before[query, limit].changed if before else None
            assert last is None or (sight.changed is not None and sight.changed >= last)
        edit(newsrooms, random, count=1 + step)
    ((count,),) = forgetful.query("SELECT count(*) FROM recent_changes")
    assert 3 <= count < 6
    ((indexed,),) = forgetful.query("SELECT count(*) FROM recent_changes JOIN texts ON texts.rowid = number")
    assert indexed == count


def test_the_same_edits_give_the_same_feeds_with_and_without_forgetting(monkeypatch: pytest.MonkeyPatch) -> None:
    with open_pair("", "") as newsrooms:
        compare(newsrooms, monkeypatch)


def test_postgresql_forgets_alike(postgresql: DatabaseServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_pair(postgresql.create_schema(), "") as newsrooms:
        compare(newsrooms, monkeypatch)


def test_a_forgotten_change_counts_for_every_composed_feed(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent_changes, "KEPT_CHANGES", 1)
    newsroom.write("a", title="Early")
    newsroom.collect()
    early, late = Query(search=parse_search("early")), Query(search=parse_search("late"))
    assert newsroom.see(late).changed is None
    newsroom.write("a", title="Late")
    newsroom.collect()
    first = newsroom.now
    newsroom.write("a", title="Latest")
    newsroom.collect()
    assert newsroom.see(early).changed == first
    assert newsroom.see(Query(search=parse_search("nothing"))).changed == first
    assert newsroom.see(late).changed == newsroom.now
    assert newsroom.query("SELECT count(*) FROM recent_changes") == [(1,)]


def test_only_changes_later_than_those_of_the_feed_are_searched(newsroom: Newsroom) -> None:
    for story in ("a", "b"):
        newsroom.write(story, title="Early")
    newsroom.collect()
    for story in ("a", "b"):
        newsroom.write(story, title="Late")
        newsroom.collect()
    engine = open_engine(newsroom.database_url)
    with engine.connect() as connection:
        last = int(newsroom.now.timestamp())
        assert [len(find_recent(connection, after=time)[1]) > 0 for time in (0, last - 1, last)] == [True, True, False]
    engine.dispose()
    assert newsroom.see(Query(search=parse_search("late"))).changed == newsroom.now
    assert newsroom.see(Query(search=parse_search("early"))).changed == newsroom.now
