"""Read digests: the best stories of each finished issue, in their versions at the time the issue was closed.

The first collect after the end of an issue closes the issue. If a story is edited, reranked or withdrawn later, the
catalog keeps the version from closing time among the former versions: a digest is the same on every reading.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from heapq import merge, nsmallest
from itertools import groupby, islice
from typing import Any, TypeAlias

import msgspec
from sqlalchemy import Column, Connection, Table, select

from feeds.catalog import schema
from feeds.catalog.rows import is_among, look_up
from feeds.catalog.search_index.finder import make_conditions, read_numbers
from feeds.catalog.search_index.numbers import find_number_day, list_entry_numbers, list_former_numbers
from feeds.model.clock import from_seconds
from feeds.model.entry import Headline, decode_headline
from feeds.model.periods import Cycle
from feeds.model.query import Query

DIGESTS = "digests"
"""The scope whose version changes whenever days are closed."""

_Candidates: TypeAlias = tuple[int, Sequence[int]]
"""An issue, and the numbers of entries or former versions that match."""

_Story: TypeAlias = tuple[int, int, int, str, int]
"""The rank of a story, and the number: sorted, the best stories come first."""


class Digest(msgspec.Struct, frozen=True):
    """The best stories of an issue, best first, and the time when the issue was closed."""

    issue: int
    closed: datetime
    stories: tuple[Headline, ...]


class DigestReader:
    """Read the digests of a query over one connection."""

    def __init__(self, connection: Connection, query: Query, *, cycle: Cycle) -> None:
        self._connection = connection
        self._condition = make_conditions(connection, query).match()
        self._cycle = cycle
        self._closings = _Closings(connection)

    def read_newest(self, *, limit: int, max_stories: int) -> tuple[Digest, ...]:
        """Read the newest `limit` digests, each of at most `max_stories` stories; an issue without stories has none."""
        chosen = self._choose(limit=limit, max_stories=max_stories)
        documents = self._read_documents([number for numbers in chosen.values() for number in numbers])
        return tuple(
            Digest(
                issue=issue,
                closed=from_seconds(self._find_closing(issue) or 0),
                stories=tuple(documents[number] for number in chosen[issue]),
            )
            for issue in sorted(chosen, reverse=True)
        )

    def _choose(self, *, limit: int, max_stories: int) -> dict[int, list[int]]:
        """Choose the numbers of the best stories, best first, of the newest issues with stories, by issue."""
        both = (self._find(list_entry_numbers()), self._find(list_former_numbers()))
        issues = groupby(merge(*both, key=_issue_of, reverse=True), key=_issue_of)
        chosen: dict[int, list[int]] = {}
        while len(chosen) < limit and (batch := [list(parts) for _, parts in islice(issues, limit - len(chosen))]):
            stories = self._read_stories([part for parts in batch for part in parts])
            for issue in stories:
                chosen[issue] = [number for *_, number in nsmallest(max_stories, stories[issue])]
        return chosen

    def _find(self, numbers: range) -> Iterator[_Candidates]:
        """Yield the matching numbers of each closed issue, newest issue first."""
        found = (each for page in read_numbers(self._connection, self._condition, numbers=numbers) for each in page)
        for issue, members in groupby(found, key=lambda number: self._cycle.find_issue(find_number_day(number))):
            if self._find_closing(issue) is not None:
                yield issue, list(members)

    def _read_stories(self, candidates: Sequence[_Candidates]) -> dict[int, list[_Story]]:
        """Read the stories, by issue, in the version of closing time."""
        issues = {number: issue for issue, numbers in candidates for number in numbers}
        closings = {issue: self._find_closing(issue) or 0 for issue, _ in candidates}
        stories: defaultdict[int, list[_Story]] = defaultdict(list)
        # One by one, and unpacked at once, because there may be thousands.
        for heat, quality, published, id, number, released, since, until in self._read_rows(sorted(issues)):
            closed = closings[issues[number]]
            if released <= closed and since <= closed and (until is None or closed < until):
                rank = (1 if heat is None else -heat, 1 if quality is None else -quality, -published, id)
                stories[issues[number]].append((*rank, number))
        return stories

    def _read_rows(self, numbers: Sequence[int]) -> Iterator[Sequence[Any]]:
        for table, until, own in _split_by_table(numbers):
            columns = table.c
            wanted = [columns[name] for name in ("peak_heat", "quality", "published", "id", "number")]
            found = select(*wanted, columns.released, columns.since, until)
            yield from self._connection.execute(found.where(is_among(self._connection, columns.number, own))).all()

    def _find_closing(self, issue: int) -> int | None:
        return self._closings.find(self._cycle.list_days(issue)[-1])

    def _read_documents(self, numbers: Sequence[int]) -> dict[int, Headline]:
        found: dict[int, str] = {}
        for table, _, own in _split_by_table(numbers):
            found |= look_up(self._connection, table.c.document, key=table.c.number, keys=own)
        return {number: decode_headline(document) for number, document in found.items()}


class _Closings:
    """The closing times of days."""

    def __init__(self, connection: Connection) -> None:
        facts = schema.facts.c
        named = select(facts.name, facts.value).where(facts.name.in_(("created", "closed")))
        known = {name: int(value) for name, value in connection.execute(named)}
        self._created = known.get("created", 0)
        self._end = known.get("closed", 0)
        self._times = {row.day: row.closed for row in connection.execute(select(schema.closings))}

    def find(self, day: int) -> int | None:
        """Return the closing time of a day, in seconds; None if the day is not closed."""
        return self._times.get(day, self._created) if day < self._end else None


def _split_by_table(numbers: Sequence[int]) -> Iterator[tuple[Table, Column[Any], list[int]]]:
    """Yield each table with any of the numbers, the column with the end of a version, and the numbers."""
    if own := [number for number in numbers if number > 0]:
        yield schema.entries, schema.entries.c.expires, own
    if own := [number for number in numbers if number < 0]:
        yield schema.former_versions, schema.former_versions.c.until, own


def _issue_of(candidates: _Candidates) -> int:
    issue, _ = candidates
    return issue
