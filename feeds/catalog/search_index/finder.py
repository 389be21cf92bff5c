"""Find the newest entries of any query, and the last time an entry left or joined the query."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from feeds.catalog import schema
from feeds.catalog.archive_blocks import Span, lies_in
from feeds.catalog.recent_numbers import find_recent
from feeds.catalog.rows import is_among
from feeds.catalog.search_index.full_text import read_numbers
from feeds.catalog.search_index.matching import make_conditions
from feeds.catalog.search_index.numbers import find_number_day, list_entry_numbers
from feeds.catalog.visibility import find_expired, find_waiting
from feeds.model.clock import to_seconds
from feeds.model.query import Query


class EntryFinder:
    """Find the entries of one query over one connection."""

    def __init__(self, connection: Connection, query: Query) -> None:
        self._connection = connection
        self._conditions = make_conditions(connection, query)

    def find_newest(self, *, limit: int, now: datetime) -> list[int]:
        """Return the numbers of the newest `limit` entries released by `now`, in order of days; ties by id."""
        found: list[int] = []
        for numbers in self._find_released(now):
            found += numbers
            if len(found) > limit and find_number_day(found[limit - 1]) > find_number_day(found[-1]):
                break
        return self.choose_newest(found, limit=limit)

    def choose_newest(self, found: Sequence[int], *, limit: int) -> list[int]:
        """Return the newest `limit` of numbers in order of days, which include the whole last day."""
        if len(found) <= limit:
            return list(found)
        last_day = find_number_day(found[limit - 1])
        newest = [number for number in found[:limit] if find_number_day(number) > last_day]
        others = [number for number in found if find_number_day(number) == last_day]
        entries = schema.entries.c
        last = (
            select(entries.number)
            .where(is_among(self._connection, entries.number, others))
            .order_by(entries.published.desc(), entries.id)
            .limit(limit - len(newest))
        )
        return newest + list(self._connection.scalars(last))

    def count(self, *, now: datetime) -> int:
        """Count the entries released by `now`."""
        return sum(map(len, self._find_released(now)))

    def find_last_left_or_joined(self, span: Span, *, now: datetime, after: int = 0) -> int:
        """Return the last time, in seconds, at which an entry left the query, or joined it with new quality or heat.

        Consider only entries inside `span`, which has no end, and times later than `after` and up to `now`. Return
        `after` if there is no such time. Every change that the catalog has forgotten counts.
        """
        changes = schema.recent_changes.c
        forgotten, numbers = find_recent(self._connection, after=after)
        times = [after, forgotten, self._find_last_expiry(span, now=now)]
        condition = self._conditions.left_or_joined()
        for found in read_numbers(self._connection, condition, numbers=numbers) if numbers else ():
            if found:
                is_found = is_among(self._connection, changes.number, found)
                where = (is_found, *lies_in(span.start, span.end, published=changes.published, id=changes.id))
                times.append(self._connection.scalar(select(func.max(changes.until)).where(*where)) or 0)
        return max(times)

    def _find_last_expiry(self, span: Span, *, now: datetime) -> int:
        """Return the last time at which an entry of the query expired since the last collect, in seconds, or 0."""
        entries = schema.entries.c
        times = [0]
        if expired := set(find_expired(self._connection, now=to_seconds(now))):
            numbers = range(min(expired), max(expired) + 1)
            for found in read_numbers(self._connection, self._conditions.match(), numbers=numbers):
                is_found = is_among(self._connection, entries.number, expired.intersection(found))
                where = (is_found, *lies_in(span.start, span.end, published=entries.published, id=entries.id))
                times.append(self._connection.scalar(select(func.max(entries.expires)).where(*where)) or 0)
        return max(times)

    def _find_released(self, now: datetime) -> Iterator[list[int]]:
        seconds = to_seconds(now)
        hidden = {*find_waiting(self._connection, now=seconds), *find_expired(self._connection, now=seconds)}
        for numbers in read_numbers(self._connection, self._conditions.match(), numbers=list_entry_numbers()):
            yield [number for number in numbers if number not in hidden]
