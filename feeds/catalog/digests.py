"""Read digests: the best stories of each finished issue, in their versions at the time the issue was closed.

The first collect after the end of an issue closes the issue. If a story is edited, reranked or withdrawn later, the
catalog keeps the version from closing time among the former versions: a digest is the same on every reading.
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
from feeds.catalog.search_index.attributes import SlotSets
from feeds.catalog.search_index.finder import IndexScan, make_matcher
from feeds.catalog.search_index.matching import RANKING, find_best
from feeds.catalog.search_index.postings import PostingsReader, list_numbers
from feeds.model.clock import find_day, from_seconds
from feeds.model.entry import Entry
from feeds.model.periods import Cycle
from feeds.model.query import Query

_GROWTH = 4  # how many times more stories to read if too few were the same at closing time

DIGESTS = "digests"
"""The scope whose version changes whenever days are closed."""


class Digest(msgspec.Struct, frozen=True):
    """The best stories of an issue, best first, and the time when the issue was closed."""

    issue: int
    closed: datetime
    stories: tuple[Entry, ...]


class _Story(msgspec.Struct, frozen=True):
    """The table and number of a story, and the rank of the story: a lower rank is better."""

    rank: tuple[int, int, int, str]
    table: Table
    number: int


class _Part(msgspec.Struct, frozen=True):
    """The slots of a table and a period by issue, and the sets of all attributes in the period."""

    table: Table
    period: int
    slots: dict[int, int]
    sets: SlotSets

    def narrow(self, issues: Collection[int]) -> Self:
        """Return the part for some issues only."""
        slots = {issue: self.slots[issue] for issue in issues if issue in self.slots}
        return msgspec.structs.replace(self, slots=slots)


class DigestReader:
    """Read the digests of a query over one connection."""

    def __init__(self, connection: Connection, query: Query, *, cycle: Cycle) -> None:
        self._connection = connection
        self._matcher = make_matcher(connection, query)
        self._cycle = cycle
        self._closings = _Closings(connection)

    def read_newest(self, *, limit: int, max_stories: int) -> tuple[Digest, ...]:
        """Read the newest `limit` digests, each of at most `max_stories` stories; an issue without stories has none."""
        chosen = self._choose(limit=limit, max_stories=max_stories)
        documents = self._read_documents([story for each in chosen.values() for story in each])
        return tuple(
            Digest(
                issue=issue,
                closed=from_seconds(self._find_closing(issue) or 0),
                stories=tuple(documents[story.table.name, story.number] for story in chosen[issue]),
            )
            for issue in sorted(chosen, reverse=True)
        )

    def _choose(self, *, limit: int, max_stories: int) -> dict[int, list[_Story]]:
        """Choose the stories of the newest issues with stories, by issue."""
        chosen: dict[int, list[_Story]] = {}
        for parts in self._walk():
            issues = sorted({issue for part in parts for issue in part.slots}, reverse=True)
            while issues:
                # The missing number, since most issues have stories, and the issue shared with the period before.
                next_issues = issues[: limit - len(chosen) + 1]
                issues = issues[len(next_issues) :]
                found: dict[int, list[_Story]] = defaultdict(list)
                for part in parts:
                    self._find_best(part.narrow(next_issues), max_stories=max_stories, into=found)
                for issue in next_issues:
                    if issue not in chosen and len(chosen) == limit:
                        return chosen
                    if both := chosen.get(issue, []) + found[issue]:
                        chosen[issue] = nsmallest(max_stories, both, key=lambda story: story.rank)
        return chosen

    def _walk(self) -> Iterator[list[_Part]]:
        """Yield the matching entries and former versions, period by period, newest first."""
        both = (self._walk_table(schema.entries), self._walk_table(schema.former_versions))
        for _, group in groupby(merge(*both, key=_period_of, reverse=True), key=_period_of):
            yield list(group)

    def _walk_table(self, table: Table) -> Iterator[_Part]:
        # Former versions match by their own attributes, not by the attributes after the change.
        scan = IndexScan(
            self._connection, _POSTINGS[table], matcher=self._matcher, match=self._matcher.match, extra=RANKING
        )
        postings = PostingsReader(self._connection, _POSTINGS[table])
        for period, slots, sets in scan.run():
            issues: dict[int, int] = defaultdict(int)
            if slots:
                for day, of_day in postings.read_days(period).items():
                    issues[self._cycle.find_issue(day)] |= slots & of_day
            closed = {
                issue: found for issue, found in issues.items() if found and self._find_closing(issue) is not None
            }
            yield _Part(table, period, closed, sets)

    def _find_best(self, part: _Part, *, max_stories: int, into: dict[int, list[_Story]]) -> None:
        """Find the best stories of each issue in the version of closing time: at least `max_stories`, or all."""
        seen = 0
        count = max_stories
        lacking = part.slots
        found: dict[int, list[_Story]] = {issue: [] for issue in lacking}
        while lacking:
            best = {issue: find_best(slots, part.sets, count=count) for issue, slots in lacking.items()}
            unseen = reduce(or_, best.values()) & ~seen
            for issue, story in self._read_stories(part.table, list_numbers(part.period, unseen)):
                found[issue].append(story)
            seen |= unseen
            lacking = {
                issue: slots
                for issue, slots in lacking.items()
                if len(found[issue]) < max_stories and best[issue] != slots
            }
            count *= _GROWTH
        for issue, best_stories in found.items():
            into[issue] += best_stories

    def _read_stories(self, table: Table, numbers: Collection[int]) -> Iterator[tuple[int, _Story]]:
        """Yield the stories in the version of closing time, each with its issue."""
        columns = table.c
        wanted = [columns[name] for name in ("number", "id", "published", "released", "since", "quality", "peak_heat")]
        until = columns.until if table is schema.former_versions else columns.expires
        for chunk in chunks(numbers):
            for row in self._connection.execute(select(*wanted, until.label("until")).where(columns.number.in_(chunk))):
                issue = self._cycle.find_issue(find_day(row.published))
                closed = self._find_closing(issue)
                if closed is not None and _was_current(row, closed):
                    yield issue, _Story(_rank(row), table, row.number)

    def _find_closing(self, issue: int) -> int | None:
        return self._closings.find(self._cycle.list_days(issue)[-1])

    def _read_documents(self, stories: Sequence[_Story]) -> dict[tuple[str, int], Entry]:
        documents: dict[tuple[str, int], Entry] = {}
        for table in _POSTINGS:
            numbers = [story.number for story in stories if story.table is table]
            found = look_up(self._connection, table.c.document, key=table.c.number, keys=numbers)
            documents |= {(table.name, number): msgspec.json.decode(found[number], type=Entry) for number in found}
        return documents


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


_POSTINGS = {schema.entries: schema.postings, schema.former_versions: schema.former_version_postings}


def _period_of(part: _Part) -> int:
    return part.period


def _was_current(row: Stored, closed: int) -> bool:
    """Return whether a row is the version of an entry from the closing time of its issue."""
    return row.released <= closed and row.since <= closed and (row.until is None or closed < row.until)


def _rank(row: Stored) -> tuple[int, int, int, str]:
    """Rank by peak heat, then by quality, missing figures last; then newest first, ties by id."""
    lowest = -1
    heat, quality = (lowest if figure is None else figure for figure in (row.peak_heat, row.quality))
    return -heat, -quality, -row.published, row.id
