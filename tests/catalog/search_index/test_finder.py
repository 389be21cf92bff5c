"""Finding the newest entries of a query: over many periods, in many steps, and never for too long."""

from datetime import timedelta

import pytest

from feeds.catalog.search_index import finder
from feeds.catalog.search_index.full_text import list_words
from feeds.model.errors import OverloadError
from feeds.model.expression import parse_expression
from feeds.model.query import Query
from feeds.model.search import parse_search
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


def test_entries_are_found_over_many_periods(years: Newsroom) -> None:
    wanted = Query(topics=parse_expression("even+!crowd"))
    assert years.see(wanted, limit=200).ids == [url_of(f"s{number}") for number in range(0, YEARS * 18, 2)]
    rare = Query(topics=parse_expression("even+!crowd"), search=parse_search(f"story {YEARS * 18 - 2}"))
    assert years.see(rare).ids == [url_of(f"s{YEARS * 18 - 2}")]


def test_many_entries_of_one_period_are_found_in_order(years: Newsroom) -> None:
    everything = years.see(limit=1_000).entries
    for limit, text in [(5, "even+crowd"), (200, "even+crowd"), (10, "crowd+!even"), (4, "crowd,odd")]:
        expression = parse_expression(text)
        named = [entry for entry in everything if expression.holds(frozenset(each.term for each in entry.categories))]
        assert years.see(Query(topics=expression), limit=limit).ids == [entry.id for entry in named[:limit]]


def test_a_slow_query_is_stopped(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    newsroom.write("a", topics=["Even"])
    newsroom.collect()
    monkeypatch.setattr(finder, "MAX_SECONDS", -1)
    with pytest.raises(OverloadError, match="takes too long right now; narrow it"):
        newsroom.see(EVERY_OTHER)


@pytest.mark.slow
@pytest.mark.parametrize(("check_cost", "list_cost"), [(0, 0), (10**9, 0), (10**9, 10**9)])
def test_searching_one_by_one_and_all_together_finds_the_same(
    years: Newsroom, monkeypatch: pytest.MonkeyPatch, check_cost: int, list_cost: int
) -> None:
    monkeypatch.setattr(finder, "_CHECK_COST", check_cost)
    monkeypatch.setattr(finder, "_LIST_COST", list_cost)
    search = parse_search("story -100")
    wanted = Query(topics=parse_expression("even"), search=search)
    named = years.see(Query(topics=parse_expression("even")), limit=1_000).entries
    expected = [entry.id for entry in named if search.matches(list_words(entry))]
    assert 300 < len(expected) < len(named)
    assert years.see(wanted, limit=1_000).ids == expected
    years.wait(days=1)
    years.delete("s2")
    years.collect()
    sight = years.see(wanted, limit=1_000)
    assert sight.ids == [id for id in expected if id != url_of("s2")]
    assert sight.changed == years.now
