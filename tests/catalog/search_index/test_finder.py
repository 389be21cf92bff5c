"""Finding the newest entries of a query: over many years, in many steps, and never for too long."""

from datetime import timedelta

import pytest

from feeds.catalog.search_index import full_text
from feeds.catalog.search_index.entry_words import split_entry
from feeds.model.errors import OverloadError
from feeds.model.expression import parse_expression
from feeds.model.query import Query
from feeds.model.search import parse_search
from feeds.model.stemmer import find_stemmer
from tests.support.found_words import matches_text
from tests.support.newsroom import START, Newsroom, url_of

EVERY_OTHER = Query(topics=parse_expression("even,nothing"))
YEARS = 12


@pytest.fixture
def years(newsroom: Newsroom) -> Newsroom:
    """Collect a story every twenty days for years, and many on one day."""
    for number in range(YEARS * 18):
        published = START - timedelta(days=20 * number)
        topics = ["Even" if number % 2 == 0 else "Odd"]
        newsroom.write(f"s{number}", title=f"Story {number}", publishedDateTime=published.isoformat(), topics=topics)
    for number in range(300):
        published = START - timedelta(days=30, minutes=number)
        topics = ["Crowd", "Even"] if number % 50 else ["Crowd"]
        newsroom.write(f"c{number}", publishedDateTime=published.isoformat(), topics=topics)
    newsroom.collect()
    return newsroom


def test_entries_are_found_over_many_years(years: Newsroom) -> None:
    wanted = Query(topics=parse_expression("even+!crowd"))
    assert years.see(wanted, limit=200).ids == [url_of(f"s{number}") for number in range(0, YEARS * 18, 2)]
    rare = Query(topics=parse_expression("even+!crowd"), search=parse_search(f"story {YEARS * 18 - 2}"))
    assert years.see(rare).ids == [url_of(f"s{YEARS * 18 - 2}")]


def test_many_entries_of_one_day_are_found_in_order(years: Newsroom) -> None:
    everything = years.see(limit=1_000).entries
    for limit, text in [(5, "even+crowd"), (200, "even+crowd"), (10, "crowd+!even"), (4, "crowd,odd")]:
        expression = parse_expression(text)
        named = [entry for entry in everything if expression.holds(frozenset(each.term for each in entry.categories))]
        assert years.see(Query(topics=expression), limit=limit).ids == [entry.id for entry in named[:limit]]


def test_a_slow_query_is_stopped(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    newsroom.write("a", topics=["Even"])
    newsroom.collect()
    monkeypatch.setattr(full_text, "MAX_SECONDS", -1)
    with pytest.raises(OverloadError, match="takes too long right now; narrow it"):
        newsroom.see(EVERY_OTHER)


def test_a_search_is_found_among_many_entries(years: Newsroom) -> None:
    search = parse_search("story -100")
    wanted = Query(topics=parse_expression("even"), search=search)
    named = years.see(Query(topics=parse_expression("even")), limit=1_000).entries
    expected = [entry.id for entry in named if matches_text(search, split_entry(entry)[1], find_stemmer("en"))]
    assert 300 < len(expected) < len(named)
    assert years.see(wanted, limit=1_000).ids == expected
    years.wait(days=1)
    years.delete("s2")
    years.collect()
    sight = years.see(wanted, limit=1_000)
    assert sight.ids == [id for id in expected if id != url_of("s2")]
    assert sight.changed == years.now


def test_ties_of_one_time_are_in_order_of_ids(newsroom: Newsroom) -> None:
    names = [f"s{number:03}" for number in range(250)]
    for name in names[::-1]:
        newsroom.write(name, publishedDateTime=START.isoformat(), topics=["Even"], quality=50)
    newsroom.collect()
    newsroom.write("late", publishedDateTime=(START - timedelta(hours=20)).isoformat(), topics=["Even"], quality=50)
    newsroom.write("s2000", publishedDateTime=START.isoformat(), topics=["Even"], quality=50)
    newsroom.collect()
    expected = sorted([*names, "s2000"])
    for limit in (1, 99, 100, 101, 249, 250, 251):
        assert newsroom.see(Query(min_quality=50), limit=limit).ids == [url_of(name) for name in expected[:limit]]
    assert newsroom.see(Query(min_quality=50), limit=252).ids == [url_of(name) for name in [*expected, "late"]]
