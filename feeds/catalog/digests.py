"""Read what digests show: the best stories of each issue that is over, as they were when it was closed.

An issue is closed by the first collect after its end. What is edited, ranked otherwise or withdrawn later is kept as it
was then, among the departures, so that a digest is never another one the next time it is read.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from heapq import merge, nsmallest
from itertools import groupby

import msgspec
from sqlalchemy import Connection, Table, select

from feeds.catalog import schema
from feeds.catalog.finding import Population, make_matcher
from feeds.catalog.postings import begin_period, list_numbers
from feeds.catalog.rows import Stored, chunks
from feeds.cycle import Cycle
from feeds.entry import Entry
from feeds.moments import find_day, from_seconds
from feeds.selection import Selection

DIGESTS = "digests"
"""The scope whose version moves whenever days are closed."""


class Digest(msgspec.Struct, frozen=True):
    """The best stories of an issue, the best first, and when it was closed."""

    issue: int
    closed: datetime
    stories: tuple[Entry, ...]


class _Story(msgspec.Struct, frozen=True):
    """Where a story is kept, and how good it was: the lower, the better."""

    rank: tuple[int, int, int, str]
    table: Table
    number: int


class DigestReader:
    """Reads the digests of one selection, over one connection."""

    def __init__(self, connection: Connection, selection: Selection, cycle: Cycle) -> None:
        self._connection = connection
        self._matcher = make_matcher(connection, selection)
        self._cycle = cycle
        self._closings = _Closings(connection)

    def newest(self, *, most: int, stories: int) -> tuple[Digest, ...]:
        """Read the newest digests, at most `most`, each of at most so many stories; an issue without any has none."""
        chosen = self._choose(most=most, stories=stories)
        documents = self._read_documents([story for each in chosen.values() for story in each])
        return tuple(
            Digest(
                issue=issue,
                closed=from_seconds(self._close(issue) or 0),
                stories=tuple(documents[story.table.name, story.number] for story in chosen[issue]),
            )
            for issue in sorted(chosen, reverse=True)
        )

    def _choose(self, *, most: int, stories: int) -> dict[int, list[_Story]]:
        """Choose the stories of the newest issues that have some."""
        found: dict[int, list[_Story]] = defaultdict(list)
        for period, slots in self._walk():
            for table in slots:
                self._gather(table, list_numbers(period, slots[table]), into=found)
            # An issue that this period begins in may have more stories in the one before.
            begun = self._cycle.issue_of(find_day(begin_period(period)))
            if sum(issue > begun for issue in found) >= most:
                break
        newest = sorted(found, reverse=True)[:most]
        return {issue: nsmallest(stories, found[issue], key=lambda story: story.rank) for issue in newest}

    def _walk(self) -> Iterator[tuple[int, dict[Table, int]]]:
        """Give each period, the newest first, with the slots of entries and of departures that are wanted."""
        both = (self._walk_one(schema.entries), self._walk_one(schema.departures))
        for period, group in groupby(merge(*both, key=_period_of, reverse=True), key=_period_of):
            yield period, {table: slots for _, table, slots in group}

    def _walk_one(self, table: Table) -> Iterator[tuple[int, Table, int]]:
        # Of departures, those that were wanted as they were.
        population = Population(self._connection, _POSTINGS[table], self._matcher, self._matcher.find)
        for period, slots, _ in population.walk():
            yield period, table, slots

    def _gather(self, table: Table, numbers: Collection[int], *, into: dict[int, list[_Story]]) -> None:
        """Add what was so when its issue was closed."""
        columns = table.c
        wanted = [columns[name] for name in ("number", "id", "published", "released", "since", "quality", "peak_heat")]
        if table is schema.departures:
            wanted.append(columns.moment)
        for chunk in chunks(numbers):
            for row in self._connection.execute(select(*wanted).where(columns.number.in_(chunk))):
                issue = self._cycle.issue_of(find_day(row.published))
                closed = self._close(issue)
                if closed is not None and _was_so(row, closed):
                    into[issue].append(_Story(_rank(row), table, row.number))

    def _close(self, issue: int) -> int | None:
        return self._closings.find(self._cycle.days_of(issue)[-1])

    def _read_documents(self, stories: Sequence[_Story]) -> dict[tuple[str, int], Entry]:
        documents: dict[tuple[str, int], Entry] = {}
        for table in _POSTINGS:
            columns = table.c
            for chunk in chunks(story.number for story in stories if story.table is table):
                found = select(columns.number, columns.document).where(columns.number.in_(chunk))
                for number, document in self._connection.execute(found):
                    documents[table.name, number] = msgspec.json.decode(document, type=Entry)
        return documents


class _Closings:
    """When days were closed."""

    def __init__(self, connection: Connection) -> None:
        facts = schema.facts.c
        named = select(facts.name, facts.value).where(facts.name.in_(("born", "closed")))
        known = {name: int(value) for name, value in connection.execute(named)}
        self._born = known.get("born", 0)
        self._end = known.get("closed", 0)
        self._moments = {row.day: row.moment for row in connection.execute(select(schema.closings))}

    def find(self, day: int) -> int | None:
        """Give the moment at which a day was closed, in seconds; None where it is not."""
        return self._moments.get(day, self._born) if day < self._end else None


_POSTINGS = {schema.entries: schema.postings, schema.departures: schema.departure_postings}


def _period_of(walked: tuple[int, Table, int]) -> int:
    return walked[0]


def _was_so(row: Stored, closed: int) -> bool:
    """Say whether a row is how its entry was when its issue was closed."""
    until = row.moment if hasattr(row, "moment") else None
    return row.released <= closed and row.since <= closed and (until is None or closed < until)


def _rank(row: Stored) -> tuple[int, int, int, str]:
    """Rank by peak heat, then by quality, what has none last; then the newest first, ties by id."""
    lowest = -1
    heat, quality = (lowest if figure is None else figure for figure in (row.peak_heat, row.quality))
    return -heat, -quality, -row.published, row.id
