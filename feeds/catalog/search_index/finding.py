"""Find the newest entries of any selection, and when anything last left it, period by period."""

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from sqlalchemy import Connection, Table, func, select

from feeds.catalog import schema
from feeds.catalog.archive_blocks import Key, Span, lie_in, precedes
from feeds.catalog.rows import chunks
from feeds.catalog.search_index.attributes import EVERY, Matcher, Sets
from feeds.catalog.search_index.postings import Postings, begin_period, gather_slots, list_numbers, number_range
from feeds.catalog.search_index.texts import check_texts, find_texts
from feeds.model.clock import to_seconds
from feeds.model.errors import OverloadError
from feeds.model.query import Query
from feeds.model.search import Search

_FEW = 200
_PERIODS_AT_FIRST = 2
_FASTER = 4
_MOST_PERIODS = 64
# How many texts an engine looks through in the time in which one can be looked at by itself, or listed.
_CHECK_COST = 500
_LIST_COST = 8

LONGEST_SECONDS = 3
"""For how long a search may go on to another step; there are some hundred milliseconds of work in the worst."""


class Population:
    """Entries, or departures: what one selection wants of them, period by period.

    `find` is the matcher's way of finding what is wanted by its attributes; `also` are attributes to be read besides.
    """

    def __init__(
        self,
        connection: Connection,
        table: Table,
        matcher: Matcher,
        find: Callable[[Sets], int],
        *,
        also: frozenset[str] = frozenset(),
    ) -> None:
        self._connection = connection
        self._postings = Postings(connection, table)
        self._is_departed = table is schema.former_version_postings
        self._matcher = matcher
        self._find = find
        self._attributes = matcher.attributes | also

    def walk(self, *, since: int | None = None) -> Iterator[tuple[int, int, Sets]]:
        """Give each period with the slots that are wanted, and the sets of all attributes, from the newest period on.

        It goes back to the period of a moment, in seconds, or to the first one. More and more periods are read at a
        time, for most searches end in the first.

        Raises:
            OverloadError: it takes too long.
        """
        deadline = time.monotonic() + LONGEST_SECONDS
        periods = self._postings.periods(since=since)
        start, count = 0, _PERIODS_AT_FIRST
        while some := periods[start : start + count]:
            if time.monotonic() > deadline:
                raise OverloadError("It takes too long to find this at the moment; ask for less, or try again later.")
            sets = self._postings.read(self._attributes, newest=some[0], oldest=some[-1])
            found = {period: slots for period in some if (slots := self._find(sets[period]))}
            if self._matcher.search and found:
                self._narrow(found, self._matcher.search, size=sum(sets[period][EVERY].bit_count() for period in found))
            yield from ((period, found.get(period, 0), sets[period]) for period in some)
            start, count = start + count, min(count * _FASTER, _MOST_PERIODS)

    def _narrow(self, found: dict[int, int], search: Search, *, size: int) -> None:
        """Leave those slots whose texts are searched for, out of periods with so many texts.

        Texts have the numbers of entries, or negative ones.
        """
        sign = -1 if self._is_departed else 1
        count = sum(slots.bit_count() for slots in found.values())
        listed: set[int] = set()
        if count * _LIST_COST <= size:
            listed = {sign * number for period in found for number in list_numbers(period, found[period])}
        if count * _CHECK_COST <= size:
            numbers = check_texts(self._connection, search, listed)
        else:
            within = number_range(min(found), max(found))
            signed = range(1 - within.stop, 1 - within.start) if self._is_departed else within
            numbers = find_texts(self._connection, search, signed)
        # To look for a few among many is cheaper than to sort the many.
        texts = gather_slots(sign * number for number in (listed.intersection(numbers) if listed else numbers))
        for period in found:
            found[period] &= texts.get(period, 0)


class Finder:
    """The searches for one selection, over one connection."""

    def __init__(self, connection: Connection, query: Query) -> None:
        self._connection = connection
        self._matcher = make_matcher(connection, query)

    def newest(self, *, limit: int, now: datetime) -> list[int]:
        """Give the numbers of the newest `limit` entries that are released by `now`, newest first, ties by id."""
        found: list[int] = []
        for period, slots, sets in self._walk_released(now):
            found += self._sort(period, slots, size=sets[EVERY].bit_count(), most=limit - len(found))
            if len(found) == limit:
                break
        return found

    def count(self, *, now: datetime) -> int:
        """Count the entries that are released by `now`."""
        return sum(slots.bit_count() for _, slots, _ in self._walk_released(now))

    def _walk_released(self, now: datetime) -> Iterator[tuple[int, int, Sets]]:
        entries = schema.entries.c
        waiting = select(entries.number).where(entries.released > to_seconds(now))
        withheld = gather_slots(self._connection.scalars(waiting))
        for period, slots, sets in self._gather(schema.postings, self._matcher.find).walk():
            yield period, slots & ~withheld.get(period, 0), sets

    def last_departure(self, span: Span) -> int:
        """Give the moment, in seconds, at which something last left the selection, or came into it by its figures.

        Only what stood in `span`, which has no end, counts; 0 where nothing did.
        """
        departures = schema.former_versions.c
        population = self._gather(schema.former_version_postings, self._matcher.find_departed)
        moments = [0]
        for period, slots, _ in population.walk(since=span.start.published if span.start else None):
            for numbers in chunks(list_numbers(period, slots)):
                where = (departures.number.in_(numbers), *lie_in(span, departures.published, departures.id))
                moments.append(self._connection.scalar(select(func.max(departures.until)).where(*where)) or 0)
        return max(moments)

    def _gather(self, table: Table, find: Callable[[Sets], int]) -> Population:
        return Population(self._connection, table, self._matcher, find)

    def _sort(self, period: int, slots: int, *, size: int, most: int) -> list[int]:
        """Give the newest of some slots of a period that has `size` entries."""
        count = slots.bit_count()
        # Either read all that was found, or read the period from its newest entry on until enough of them are there.
        if count <= _FEW or count * count <= most * size:
            return [number for _, _, number in sorted(self._read_keys(list_numbers(period, slots)))[:most]]
        found: list[int] = []
        wanted = set(list_numbers(period, slots))
        for number in self._walk(period):
            if number in wanted:
                found.append(number)
                if len(found) == most:
                    break
        return found

    def _read_keys(self, numbers: Iterable[int]) -> Iterator[tuple[int, str, int]]:
        """Read what numbers are to be sorted by, newest first."""
        entries = schema.entries.c
        for chunk in chunks(numbers):
            found = select(entries.published, entries.id, entries.number).where(entries.number.in_(chunk))
            yield from ((-published, id, number) for published, id, number in self._connection.execute(found))

    def _walk(self, period: int) -> Iterator[int]:
        """Read the numbers of a period's entries, newest first."""
        entries = schema.entries.c
        before = Key(begin_period(period + 1) - 1, "")
        begin = begin_period(period) if period else None
        while True:
            page = (
                select(entries.published, entries.id, entries.number)
                .where(precedes(entries.published, entries.id, before))
                .order_by(entries.published.desc(), entries.id)
                .limit(_FEW)
            )
            rows = self._connection.execute(page if begin is None else page.where(entries.published >= begin)).all()
            yield from (row.number for row in rows)
            if len(rows) < _FEW:
                return
            before = Key(rows[-1].published, rows[-1].id)


def make_matcher(connection: Connection, query: Query) -> Matcher:
    """Make the matcher of a selection, with its topics' numbers."""
    if not query.topics:
        return Matcher(query, {})
    topics = schema.topics.c
    found = select(topics.slug, topics.number).where(topics.slug.in_(query.topics.names))
    return Matcher(query, {row.slug: row.number for row in connection.execute(found)})
