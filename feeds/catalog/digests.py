"""Read what digests show: the best stories of each issue that is over, as they were when it was closed.

An issue is closed by the first collect after its end. What is edited, ranked otherwise or withdrawn later is kept as it
was then, among the departures, so that a digest is never another one the next time it is read.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import reduce
from heapq import merge, nsmallest
from itertools import groupby
from operator import or_
from typing import Self

import msgspec
from sqlalchemy import Connection, Table, select

from feeds.catalog import schema
from feeds.catalog.rows import Stored, chunks, look_up
from feeds.catalog.search_index.attributes import RANKING, Sets, find_best
from feeds.catalog.search_index.finding import Population, make_matcher
from feeds.catalog.search_index.postings import Postings, list_numbers
from feeds.model.clock import find_day, from_seconds
from feeds.model.entry import Entry
from feeds.model.periods import Cycle
from feeds.model.query import Query

_MORE = 4  # times as many are looked at where too few were so when their issue was closed

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


class _Part(msgspec.Struct, frozen=True):
    """What a table holds of some issues, within one period: slots by issue, and the sets of all attributes."""

    table: Table
    period: int
    slots: dict[int, int]
    sets: Sets

    def of(self, issues: Collection[int]) -> Self:
        """Give the part that is of some issues only."""
        slots = {issue: self.slots[issue] for issue in issues if issue in self.slots}
        return msgspec.structs.replace(self, slots=slots)


class DigestReader:
    """Reads the digests of one selection, over one connection."""

    def __init__(self, connection: Connection, query: Query, cycle: Cycle) -> None:
        self._connection = connection
        self._matcher = make_matcher(connection, query)
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
        chosen: dict[int, list[_Story]] = {}
        for parts in self._walk():
            issues = sorted({issue for part in parts for issue in part.slots}, reverse=True)
            while issues:
                # The one that the period before ends in, and as many as are still wanted: most issues have stories.
                some = issues[: most - len(chosen) + 1]
                issues = issues[len(some) :]
                found: dict[int, list[_Story]] = defaultdict(list)
                for part in parts:
                    self._find_best(part.of(some), stories=stories, into=found)
                for issue in some:
                    if issue not in chosen and len(chosen) == most:
                        return chosen
                    if both := chosen.get(issue, []) + found[issue]:
                        chosen[issue] = nsmallest(stories, both, key=lambda story: story.rank)
        return chosen

    def _walk(self) -> Iterator[list[_Part]]:
        """Give what is wanted of the entries and of the departures, period by period, the newest first."""
        both = (self._walk_one(schema.entries), self._walk_one(schema.former_versions))
        for _, group in groupby(merge(*both, key=_period_of, reverse=True), key=_period_of):
            yield list(group)

    def _walk_one(self, table: Table) -> Iterator[_Part]:
        # Of departures, those that were wanted as they were.
        population = Population(self._connection, _POSTINGS[table], self._matcher, self._matcher.find, also=RANKING)
        postings = Postings(self._connection, _POSTINGS[table])
        for period, slots, sets in population.walk():
            issues: dict[int, int] = defaultdict(int)
            if slots:
                for day, of_day in postings.read_days(period).items():
                    issues[self._cycle.find_issue(day)] |= slots & of_day
            closed = {issue: some for issue, some in issues.items() if some and self._close(issue) is not None}
            yield _Part(table, period, closed, sets)

    def _find_best(self, part: _Part, *, stories: int, into: dict[int, list[_Story]]) -> None:
        """Find at least so many of the best stories of each issue that were so when it was closed, or all there are."""
        seen = 0
        count = stories
        lacking = part.slots
        found: dict[int, list[_Story]] = {issue: [] for issue in lacking}
        while lacking:
            best = {issue: find_best(slots, part.sets, count=count) for issue, slots in lacking.items()}
            unseen = reduce(or_, best.values()) & ~seen
            for issue, story in self._read_stories(part.table, list_numbers(part.period, unseen)):
                found[issue].append(story)
            seen |= unseen
            lacking = {
                issue: slots for issue, slots in lacking.items() if len(found[issue]) < stories and best[issue] != slots
            }
            count *= _MORE
        for issue, some in found.items():
            into[issue] += some

    def _read_stories(self, table: Table, numbers: Collection[int]) -> Iterator[tuple[int, _Story]]:
        """Read what was so when its issue was closed, with the issue."""
        columns = table.c
        wanted = [columns[name] for name in ("number", "id", "published", "released", "since", "quality", "peak_heat")]
        if table is schema.former_versions:
            wanted.append(columns.until)
        for chunk in chunks(numbers):
            for row in self._connection.execute(select(*wanted).where(columns.number.in_(chunk))):
                issue = self._cycle.find_issue(find_day(row.published))
                closed = self._close(issue)
                if closed is not None and _was_so(row, closed):
                    yield issue, _Story(_rank(row), table, row.number)

    def _close(self, issue: int) -> int | None:
        return self._closings.find(self._cycle.list_days(issue)[-1])

    def _read_documents(self, stories: Sequence[_Story]) -> dict[tuple[str, int], Entry]:
        documents: dict[tuple[str, int], Entry] = {}
        for table in _POSTINGS:
            numbers = [story.number for story in stories if story.table is table]
            found = look_up(self._connection, table.c.number, table.c.document, numbers)
            documents |= {(table.name, number): msgspec.json.decode(found[number], type=Entry) for number in found}
        return documents


class _Closings:
    """When days were closed."""

    def __init__(self, connection: Connection) -> None:
        facts = schema.facts.c
        named = select(facts.name, facts.value).where(facts.name.in_(("created", "closed")))
        known = {name: int(value) for name, value in connection.execute(named)}
        self._born = known.get("created", 0)
        self._end = known.get("closed", 0)
        self._moments = {row.day: row.closed for row in connection.execute(select(schema.closings))}

    def find(self, day: int) -> int | None:
        """Give the moment at which a day was closed, in seconds; None where it is not."""
        return self._moments.get(day, self._born) if day < self._end else None


_POSTINGS = {schema.entries: schema.postings, schema.former_versions: schema.former_version_postings}


def _period_of(part: _Part) -> int:
    return part.period


def _was_so(row: Stored, closed: int) -> bool:
    """Say whether a row is how its entry was when its issue was closed."""
    until = row.until if hasattr(row, "until") else None
    return row.released <= closed and row.since <= closed and (until is None or closed < until)


def _rank(row: Stored) -> tuple[int, int, int, str]:
    """Rank by peak heat, then by quality, what has none last; then the newest first, ties by id."""
    lowest = -1
    heat, quality = (lowest if figure is None else figure for figure in (row.peak_heat, row.quality))
    return -heat, -quality, -row.published, row.id
