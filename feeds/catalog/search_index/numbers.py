"""Number entries and former versions by the day of publication.

The high bits of a number are the day, counted from 0001-01-01. The low bits count the entries of the day, 1, 2, 3 …
in order of arrival. A former version has a negative number, whose absolute value is made in the same way. Recent
changes have consecutive numbers above those of entries, in order of the changes.
"""

from datetime import UTC, datetime

from sqlalchemy import Connection, Table, func, select

from feeds.catalog import schema
from feeds.model.clock import find_day, to_seconds

SLOT_BITS = 24
_FIRST_DAY = find_day(to_seconds(datetime.min.replace(tzinfo=UTC)))
DAYS = range(_FIRST_DAY, _FIRST_DAY + 4_000_000)
"""All possible days of publication, counted from 1970-01-01, and more: up to the year 10952."""

CHANGE_NUMBERS = range(len(DAYS) << SLOT_BITS, (len(DAYS) + 100_000) << SLOT_BITS)
"""All possible numbers of recent changes."""


def find_number_day(number: int) -> int:
    """Return the day of publication of a number's entry, counted from 1970-01-01."""
    return (abs(number) >> SLOT_BITS) + DAYS.start


def list_entry_numbers(*, since: int | None = None, before: int = DAYS.stop) -> range:
    """Return all possible numbers of entries published since a day, counted from 1970-01-01, and before another day."""
    return range(1 if since is None else since - DAYS.start << SLOT_BITS, before - DAYS.start << SLOT_BITS)


def list_former_numbers(*, since: int | None = None, before: int = DAYS.stop) -> range:
    """Return all possible numbers of former versions, by the day of publication as `list_entry_numbers`."""
    numbers = list_entry_numbers(since=since, before=before)
    return range(1 - numbers.stop, 1 - numbers.start)


class NumberAllocator:
    """Allocate a free number, on the day of publication, for each new row of a table."""

    def __init__(self, connection: Connection, table: Table) -> None:
        self._connection = connection
        self._number = table.c.number
        self._sign = -1 if table is schema.former_versions else 1
        self._last: dict[int, int] = {}

    def allocate(self, published: int) -> int:
        """Return the next free number for a publication time, in seconds."""
        day = find_day(published)
        if day not in self._last:
            self._last[day] = self._read_last(day)
        self._last[day] += self._sign
        return self._last[day]

    def _read_last(self, day: int) -> int:
        """Return the last number of a day; of a day without numbers, the number before the first."""
        first = self._sign * (day - DAYS.start << SLOT_BITS)
        beyond = first + (self._sign << SLOT_BITS)
        taken = self._number.between(min(first, beyond), max(first, beyond))
        last = func.min(self._number) if self._sign < 0 else func.max(self._number)
        return self._connection.scalar(select(last).where(taken)) or first
