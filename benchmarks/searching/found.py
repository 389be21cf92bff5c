"""Search for expected stories; `python -m benchmarks.searching.found CONTENT [QUERIES]` collects and measures.

QUERIES is a JSON list of searches, each with the stories that a reader expects. A story is named by the first digits of
the fingerprint of its URL: the articles are other people's.
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from feeds.catalog.catalog import Catalog
from feeds.catalog.reader import CatalogReader
from feeds.collector.collect import Collector
from feeds.model.clock import SYSTEM_CLOCK
from feeds.model.entry import fingerprint
from feeds.model.query import MAX_ENTRIES, Query
from feeds.model.search import parse_search
from feeds.settings import Settings
from feeds.site.search_page import read_search
from feeds.site.search_view import SearchPage
from feeds.site.urls import Order, PageAddress

QUERIES = Path(__file__).parent / "queries.json"
"""Searches for a sample of articles, written before the searches were run."""

_DIGITS = 8
_FIRST = 10


class ExpectedStories(msgspec.Struct, frozen=True):
    """A search as a reader types it, the stories expected, and what the search is an example of."""

    query: str
    expected: tuple[str, ...]
    reason: str


class FoundStories(msgspec.Struct, frozen=True):
    """How many of the expected stories the results have, also after a click on the suggestion, and the first best."""

    query: str
    expected: int
    found: int
    with_suggestion: int
    results: int
    best: int
    suggested: str


def find_expected(
    reader: CatalogReader, queries: Sequence[ExpectedStories], *, settings: Settings
) -> Iterator[FoundStories]:
    """Search for expected stories, and count those found among the newest 200 results and the first ten best."""
    for each in queries:
        expected = set(each.expected)
        page = _search(reader, Query(search=parse_search(each.query)), settings=settings)
        suggested = _search(reader, page.suggested, settings=settings) if page.suggested else page
        best = _search(reader, suggested.address.query, settings=settings, order=Order.BEST)
        found = _name_stories(page)
        yield FoundStories(
            query=each.query,
            expected=len(expected),
            found=len(expected.intersection(found)),
            with_suggestion=len(expected.intersection([*found, *_name_stories(suggested)])),
            results=page.count,
            best=len(expected.intersection(_name_stories(best)[:_FIRST])),
            suggested=str(page.suggested.search) if page.suggested else "",
        )


def name_story(url: str) -> str:
    """Return the name of the story at a URL."""
    return fingerprint(url.encode())[:_DIGITS]


def _search(reader: CatalogReader, query: Query, *, settings: Settings, order: Order = Order.NEWEST) -> SearchPage:
    address = PageAddress(msgspec.structs.replace(query, limit=MAX_ENTRIES), order=order)
    return read_search(address, reader, settings=settings, now=SYSTEM_CLOCK.now())


def _name_stories(page: SearchPage) -> list[str]:
    return [name_story(entry.url) for entry in page.snapshot.feed.entries]


def main(content: str, queries: str = str(QUERIES)) -> None:
    """Collect a folder of articles, and print a table and the sums."""
    settings = Settings.from_environ({"FEEDS_SITE_URL": "https://news.example"})
    expected = msgspec.json.decode(Path(queries).read_bytes(), type=list[ExpectedStories])
    with tempfile.TemporaryDirectory() as folder:
        catalog = Catalog(f"sqlite:///{folder}/catalog.sqlite3")
        Collector(catalog, [Path(content)]).collect()
        with catalog.reading() as reader:
            rows = list(find_expected(reader, expected, settings=settings))
        catalog.close()
    print("expected  found  with suggestion  results  among the ten best  search")
    for row in rows:
        hint = f" → {row.suggested}" if row.suggested else ""
        counts = f"{row.expected:8}  {row.found:5}  {row.with_suggestion:15}  {row.results:7}  {row.best:18}"
        print(f"{counts}  {row.query}{hint}")
    sums = [sum(getattr(row, name) for row in rows) for name in ("expected", "found", "with_suggestion")]
    print(f"{sums[1]} of {sums[0]} expected stories found, {sums[2]} with one click on a suggestion")


if __name__ == "__main__":
    main(*sys.argv[1:])
