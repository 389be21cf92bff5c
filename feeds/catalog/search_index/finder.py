"""Find the newest entries of any query, and the last time an entry left or joined the query, period by period."""

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from sqlalchemy import Connection, Table, func, select

from feeds.catalog import schema
from feeds.catalog.archive_blocks import EntryPosition, Span, lies_in, precedes
from feeds.catalog.rows import chunks
from feeds.catalog.search_index.attributes import EVERY, SlotSets
from feeds.catalog.search_index.full_text import check_texts, find_texts
from feeds.catalog.search_index.matching import QueryMatcher
from feeds.catalog.search_index.postings import (
    PostingsReader,
    find_period_start,
    group_slots,
    list_numbers,
    number_range,
)
from feeds.catalog.visibility import find_expired, find_waiting
from feeds.model.clock import to_seconds
from feeds.model.errors import OverloadError
from feeds.model.query import Query
from feeds.model.search import Search

_PAGE_SIZE = 200
_FIRST_PERIODS = 2
_PERIOD_GROWTH = 4
_MAX_PERIODS = 64
# Texts that the engine searches in the time of checking one text by number, or of listing one number.
_CHECK_COST = 500
_LIST_COST = 8

MAX_SECONDS = 3
"""The time after which a scan starts no further step; a step takes some hundred milliseconds at worst."""


class IndexScan:
    """A scan of entries or former versions for the matches of a query, period by period, newest first.

    `match` is the method of the matcher that finds slots by attributes. The scan also reads the `extra` attributes.
    """

    def __init__(
        self,
        connection: Connection,
        table: Table,
        *,
        matcher: QueryMatcher,
        match: Callable[[SlotSets], int],
        extra: frozenset[str] = frozenset(),
    ) -> None:
        self._connection = connection
        self._postings = PostingsReader(connection, table)
        self._has_former_versions = table is schema.former_version_postings
        self._matcher = matcher
        self._match = match
        self._attributes = matcher.attributes | extra

    def run(self, *, since: int | None = None) -> Iterator[tuple[int, int, SlotSets]]:
        """Yield each period with the matching slots and the sets of all attributes, newest period first.

        The last period is the period of `since`, a time in seconds, or the oldest. Each step reads more periods than
        the step before, because most searches end in the first step.

        Raises:
            OverloadError: the scan takes too long.
        """
        deadline = time.monotonic() + MAX_SECONDS
        periods = self._postings.list_periods(since=since)
        start, count = 0, _FIRST_PERIODS
        while step := periods[start : start + count]:
            if time.monotonic() > deadline:
                raise OverloadError("This query takes too long right now; narrow it or try again later.")
            sets = self._postings.read(self._attributes, newest=step[0], oldest=step[-1])
            found = {period: slots for period in step if (slots := self._match(sets[period]))}
            if self._matcher.search and found:
                size = sum(sets[period][EVERY].bit_count() for period in found)
                self._narrow(found, self._matcher.search, size=size)
            yield from ((period, found.get(period, 0), sets[period]) for period in step)
            start, count = start + count, min(count * _PERIOD_GROWTH, _MAX_PERIODS)

    def _narrow(self, found: dict[int, int], search: Search, *, size: int) -> None:
        """Keep only the slots whose texts match the search; the periods have `size` texts in total.

        The text of an entry has the entry's number, the text of a former version the negative number.
        """
        sign = -1 if self._has_former_versions else 1
        count = sum(slots.bit_count() for slots in found.values())
        listed: set[int] = set()
        if count * _LIST_COST <= size:
            listed = {sign * number for period in found for number in list_numbers(period, found[period])}
        if count * _CHECK_COST <= size:
            numbers = check_texts(self._connection, search, numbers=listed)
        else:
            within = number_range(min(found), max(found))
            signed = range(1 - within.stop, 1 - within.start) if self._has_former_versions else within
            numbers = find_texts(self._connection, search, numbers=signed)
        # Looking up a few numbers among many is cheaper than sorting the many.
        texts = group_slots(sign * number for number in (listed.intersection(numbers) if listed else numbers))
        for period in found:
            found[period] &= texts.get(period, 0)


class EntryFinder:
    """Find the entries of one query over one connection."""

    def __init__(self, connection: Connection, query: Query) -> None:
        self._connection = connection
        self._matcher = make_matcher(connection, query)

    def find_newest(self, *, limit: int, now: datetime) -> list[int]:
        """Return the numbers of the newest `limit` entries released by `now`, newest first, ties by id."""
        found: list[int] = []
        for period, slots, sets in self._scan_released(now):
            found += self._sort(period, slots, size=sets[EVERY].bit_count(), limit=limit - len(found))
            if len(found) == limit:
                break
        return found

    def count(self, *, now: datetime) -> int:
        """Count the entries released by `now`."""
        return sum(slots.bit_count() for _, slots, _ in self._scan_released(now))

    def find_last_left_or_joined(self, span: Span, *, now: datetime) -> int:
        """Return the last time, in seconds, at which an entry left the query, or joined it with new quality or heat.

        Consider only entries inside `span`, which has no end, and times up to `now`. Return 0 if there is no such time.
        """
        versions = schema.former_versions.c
        scan = self._scan(schema.former_version_postings, self._matcher.match_left_or_joined)
        times = [0]
        for period, slots, _ in scan.run(since=span.start.published if span.start else None):
            for numbers in chunks(list_numbers(period, slots)):
                where = (versions.number.in_(numbers), *lies_in(span, published=versions.published, id=versions.id))
                times.append(self._connection.scalar(select(func.max(versions.until)).where(*where)) or 0)
        return max(*times, self._find_last_expiry(span, now=now))

    def _find_last_expiry(self, span: Span, *, now: datetime) -> int:
        """Return the last time at which an entry of the query expired since the last collect, in seconds, or 0."""
        entries = schema.entries.c
        expired = group_slots(find_expired(self._connection, now=to_seconds(now)))
        scan = self._scan(schema.postings, self._matcher.match)
        times = [0]
        if expired:
            for period, slots, _ in scan.run(since=span.start.published if span.start else None):
                for numbers in chunks(list_numbers(period, slots & expired.get(period, 0))):
                    where = (entries.number.in_(numbers), *lies_in(span, published=entries.published, id=entries.id))
                    times.append(self._connection.scalar(select(func.max(entries.expires)).where(*where)) or 0)
        return max(times)

    def _scan_released(self, now: datetime) -> Iterator[tuple[int, int, SlotSets]]:
        seconds = to_seconds(now)
        hidden = (*find_waiting(self._connection, now=seconds), *find_expired(self._connection, now=seconds))
        withheld = group_slots(hidden)
        for period, slots, sets in self._scan(schema.postings, self._matcher.match).run():
            yield period, slots & ~withheld.get(period, 0), sets

    def _scan(self, table: Table, match: Callable[[SlotSets], int]) -> IndexScan:
        return IndexScan(self._connection, table, matcher=self._matcher, match=match)

    def _sort(self, period: int, slots: int, *, size: int, limit: int) -> list[int]:
        """Return the numbers of the newest `limit` slots of a period with `size` entries."""
        count = slots.bit_count()
        # Either read all matches, or read the period from its newest entry on until there are enough matches.
        if count <= _PAGE_SIZE or count * count <= limit * size:
            return [number for _, _, number in sorted(self._read_keys(list_numbers(period, slots)))[:limit]]
        found: list[int] = []
        wanted = set(list_numbers(period, slots))
        for number in self._walk(period):
            if number in wanted:
                found.append(number)
                if len(found) == limit:
                    break
        return found

    def _read_keys(self, numbers: Iterable[int]) -> Iterator[tuple[int, str, int]]:
        """Yield the sort key of each number: sorted, the keys are newest first."""
        entries = schema.entries.c
        for chunk in chunks(numbers):
            found = select(entries.published, entries.id, entries.number).where(entries.number.in_(chunk))
            yield from ((-published, id, number) for published, id, number in self._connection.execute(found))

    def _walk(self, period: int) -> Iterator[int]:
        """Yield the numbers of a period's entries, newest first."""
        entries = schema.entries.c
        before = EntryPosition(find_period_start(period + 1) - 1, "")
        begin = find_period_start(period) if period else None
        while True:
            page = (
                select(entries.published, entries.id, entries.number)
                .where(precedes(entries.published, entries.id, key=before))
                .order_by(entries.published.desc(), entries.id)
                .limit(_PAGE_SIZE)
            )
            rows = self._connection.execute(page if begin is None else page.where(entries.published >= begin)).all()
            yield from (row.number for row in rows)
            if len(rows) < _PAGE_SIZE:
                return
            before = EntryPosition(rows[-1].published, rows[-1].id)


def make_matcher(connection: Connection, query: Query) -> QueryMatcher:
    """Return the matcher of a query, with the numbers of its topics."""
    if not query.topics:
        return QueryMatcher(query, {})
    topics = schema.topics.c
    found = select(topics.slug, topics.number).where(topics.slug.in_(query.topics.names))
    return QueryMatcher(query, {row.slug: row.number for row in connection.execute(found)})
