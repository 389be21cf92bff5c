"""Find the newest entries of any selection, and when anything last left it, period by period."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from feeds.catalog import schema
from feeds.catalog.attributes import EVERY, Matcher, Sets
from feeds.catalog.blocks import Key, Span, lie_in, precedes
from feeds.catalog.postings import Postings, begin_period, find_slots, list_numbers
from feeds.catalog.writer import chunks
from feeds.moments import to_seconds
from feeds.selection import Selection

_FEW = 200
_PERIODS_AT_FIRST = 2
_FASTER = 4


class Finder:
    """The searches for one selection, over one connection."""

    def __init__(self, connection: Connection, selection: Selection) -> None:
        self._connection = connection
        self._matcher = Matcher(selection, _read_numbers(connection, selection))

    def newest(self, *, limit: int, now: datetime) -> list[int]:
        """Give the numbers of the newest `limit` entries that are released by `now`, newest first, ties by id."""
        entries = schema.entries.c
        withheld = select(entries.number).where(entries.released > to_seconds(now))
        waiting = self._connection.scalars(withheld).all()
        found: list[int] = []
        postings = Postings(self._connection, schema.postings)
        for period, sets in self._read_sets(postings, postings.periods()):
            slots = self._matcher.find(sets) & ~find_slots(period, waiting)
            if slots:
                found += self._sort(period, slots, size=sets[EVERY].bit_count(), most=limit - len(found))
            if len(found) == limit:
                break
        return found

    def last_departure(self, span: Span) -> int:
        """Give the moment, in seconds, at which something last left the selection, or came into it by its figures.

        Only what stood in `span`, which has no end, counts; 0 where nothing did.
        """
        departures = schema.departures.c
        postings = Postings(self._connection, schema.departure_postings)
        periods = postings.periods(since=span.start.published if span.start else None)
        moments = [0]
        for period, sets in self._read_sets(postings, periods):
            for numbers in chunks(list_numbers(period, self._matcher.find_departed(sets))):
                where = (departures.number.in_(numbers), *lie_in(span, departures.published, departures.id))
                moments.append(self._connection.scalar(select(func.max(departures.moment)).where(*where)) or 0)
        return max(moments)

    def _read_sets(self, postings: Postings, periods: Sequence[int]) -> Iterator[tuple[int, Sets]]:
        """Read the sets of each period, in more and more periods at a time: most searches end in the first."""
        start, count = 0, _PERIODS_AT_FIRST
        while some := periods[start : start + count]:
            sets = postings.read(self._matcher.attributes, newest=some[0], oldest=some[-1])
            yield from ((period, sets[period]) for period in some)
            start, count = start + count, count * _FASTER

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


def _read_numbers(connection: Connection, selection: Selection) -> dict[str, int]:
    if not selection.topics:
        return {}
    topics = schema.topics.c
    found = select(topics.slug, topics.number).where(topics.slug.in_(selection.topics.names))
    return {row.slug: row.number for row in connection.execute(found)}
