"""Read the results of a search for its page, in any order, and the titles in which people look for words."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeAlias

import msgspec
from sqlalchemy import Connection, Select, select

from feeds.catalog import schema
from feeds.catalog.rows import Stored, is_listed, write_numbers
from feeds.catalog.search_index.finder import EntryFinder
from feeds.catalog.visibility import is_visible
from feeds.model.clock import to_seconds
from feeds.model.entry import Entry, Headline, decode_entry, decode_headline
from feeds.model.query import Query

MAX_COUNTED = 1_000
"""Results are counted up to this number."""

MAX_COMPARED = 500
"""As many of the newest results are compared with each other."""

_ENTRIES = schema.entries.c
_IN_ORDER = (_ENTRIES.published.desc(), _ENTRIES.id)
_BATCH = 250
_MAX_CHARACTERS = 8_000_000
"""When the documents read so far have this many characters, no further batch is read: bodies may be long."""


class ComparedResult(msgspec.Struct, frozen=True):
    """A result to compare with others: its headline, the time of its publication in seconds, and its figures."""

    headline: Headline
    published: int
    quality: int | None
    peak_heat: int | None


Rank: TypeAlias = Callable[[Sequence[ComparedResult]], Sequence[int]]
"""Return the positions of candidates, which are in order of time, in another order."""


class SearchResults(msgspec.Struct, frozen=True):
    """The first results of a search; `count` is the number of all results, or `MAX_COUNTED` if it `has_more`."""

    entries: tuple[Entry, ...]
    count: int
    has_more: bool


class ResultReader:
    """Read the results of searches over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def count(self, query: Query, *, maximum: int, now: datetime) -> int:
        """Count the results of a query released by `now`, up to a maximum."""
        return len(EntryFinder(self._connection, query).find_newest(limit=maximum, now=now))

    def read(self, query: Query, *, limit: int, now: datetime, rank: Rank | None = None) -> SearchResults:
        """Read the first `limit` results released by `now`: the newest, or the first of the newest by `rank`."""
        finder = EntryFinder(self._connection, query)
        found = finder.find_newest(limit=MAX_COUNTED + 1, now=now)
        numbers = finder.choose_newest(found, limit=max(MAX_COMPARED, limit) if rank else limit)
        ordered = _sort_numbers(self._connection, numbers)
        if rank:
            candidates = list(_read_candidates(self._connection, ordered))
            ordered = [ordered[position] for position in rank(candidates)]
        entries = _read_entries(self._connection, ordered[:limit])
        return SearchResults(entries, min(len(found), MAX_COUNTED), has_more=len(found) > MAX_COUNTED)

    def read_newest_titles(self, *, limit: int, now: datetime) -> Iterator[str]:
        """Yield the titles of the newest entries shown at `now`, of fewer than `limit` if the entries are long."""
        shown = select(_ENTRIES.number).where(is_visible(to_seconds(now))).order_by(*_IN_ORDER).limit(limit)
        for candidate in _read_candidates(self._connection, list(self._connection.scalars(shown))):
            yield candidate.headline.title


def _sort_numbers(connection: Connection, numbers: Sequence[int]) -> list[int]:
    return [row.number for row in _read(connection, ("number",), numbers)]


def _read_candidates(connection: Connection, numbers: Sequence[int]) -> Iterator[ComparedResult]:
    characters = 0
    for start in range(0, len(numbers), _BATCH):
        rows = _read(connection, ("document", "published", "quality", "peak_heat"), numbers[start : start + _BATCH])
        for document, *figures in rows:
            characters += len(document)
            yield ComparedResult(decode_headline(document), *figures)
        if characters >= _MAX_CHARACTERS:
            return


def _read_entries(connection: Connection, numbers: Sequence[int]) -> tuple[Entry, ...]:
    documents = {row.number: row.document for row in _read(connection, ("number", "document"), numbers)}
    return tuple(decode_entry(documents[number]) for number in numbers)


def _read(connection: Connection, columns: tuple[str, ...], numbers: Sequence[int]) -> Sequence[Stored]:
    """Read columns of the entries with these numbers, in order of time."""
    dialect = connection.dialect.name
    return connection.execute(_select(columns, dialect), {"numbers": write_numbers(numbers, dialect=dialect)}).all()


# Statements are built once: building costs more than executing.
@cache
def _select(columns: tuple[str, ...], dialect: str) -> Select[Any]:
    found = select(*(_ENTRIES[name] for name in columns))
    return found.where(is_listed(_ENTRIES.number, "numbers", dialect=dialect)).order_by(*_IN_ORDER)
