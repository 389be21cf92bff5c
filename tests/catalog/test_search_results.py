"""Results are read newest first or ranked, counted up to a limit, and only if they are shown."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from feeds.catalog import search_results
from feeds.catalog.search_results import Rank, ResultReader, SearchResults
from feeds.model.query import Query
from feeds.model.search import parse_search
from tests.support.newsroom import START, Newsroom

NOW = START + timedelta(days=1)


def use(newsroom: Newsroom, read: Callable[[ResultReader], Any]) -> Any:  # noqa: ANN401 of the function
    with newsroom.catalog.reading() as reader:
        return read(reader.results)


def search(
    newsroom: Newsroom, text: str, *, limit: int = 50, rank: Rank | None = None, now: datetime = NOW
) -> SearchResults:
    query = Query(search=parse_search(text))
    found: SearchResults = use(newsroom, lambda results: results.read(query, limit=limit, rank=rank, now=now))
    return found


def list_titles(results: SearchResults) -> list[str]:
    return [entry.title for entry in results.entries]


@pytest.fixture
def harbour(newsroom: Newsroom) -> Newsroom:
    """Collect six stories about boats: one of them released in two days, one expired after an hour."""
    for number in range(4):
        published = (START - timedelta(minutes=number)).isoformat()
        newsroom.write(f"s{number}", title=f"Boat {number}", publishedDateTime=published, quality=number * 10)
    newsroom.write("later", title="Secret boat", publishedDateTime=(NOW + timedelta(days=1)).isoformat())
    newsroom.write("gone", title="Expired boat", expiryDate=(START + timedelta(hours=1)).isoformat())
    newsroom.collect()
    return newsroom


def test_results_are_in_order_of_time_or_ranked(harbour: Newsroom) -> None:
    found = search(harbour, "boat", limit=3)
    assert list_titles(found) == ["Boat 0", "Boat 1", "Boat 2"]
    assert (found.count, found.has_more) == (4, False)
    ranked = search(harbour, "boat", limit=3, rank=lambda candidates: sorted(range(len(candidates)), reverse=True))
    assert list_titles(ranked) == ["Boat 3", "Boat 2", "Boat 1"]
    assert ranked.count == 4
    assert search(harbour, "boat nothing") == SearchResults((), 0, has_more=False)


def test_candidates_have_what_ranking_needs(harbour: Newsroom) -> None:
    seen: list[search_results.ComparedResult] = []

    def rank(candidates: Any) -> list[int]:  # noqa: ANN401 a sequence
        seen.extend(candidates)
        return list(range(len(candidates)))

    search(harbour, "boat", rank=rank)
    assert [(each.headline.title, each.quality) for each in seen[:2]] == [("Boat 0", 0), ("Boat 1", 10)]
    assert seen[0].published - seen[1].published == 60


def test_results_are_counted_up_to_a_limit(harbour: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_results, "MAX_COUNTED", 3)
    found = search(harbour, "boat", limit=2)
    assert (found.count, found.has_more, len(found.entries)) == (3, True, 2)
    query = Query(search=parse_search("boat"))
    assert use(harbour, lambda results: results.count(query, maximum=2, now=NOW)) == 2


def test_only_entries_shown_at_the_time_are_read(harbour: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    later = NOW + timedelta(days=2)
    assert "Secret boat" in list_titles(search(harbour, "boat", now=later))
    titles = use(harbour, lambda results: list(results.read_newest_titles(limit=10, now=NOW)))
    assert titles == [f"Boat {number}" for number in range(4)]
    monkeypatch.setattr(search_results, "_BATCH", 2)
    monkeypatch.setattr(search_results, "_MAX_CHARACTERS", 1)
    assert use(harbour, lambda results: list(results.read_newest_titles(limit=10, now=NOW))) == titles[:2]
