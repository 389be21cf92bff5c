"""Keep sets of entries by attribute, so that any selection is found without reading what it leaves out.

An entry's number says when it was published: numbers are handed out period by period, a period being some 24 days, and
within one as they come. The period and the place in it, the slot, can be read off a number; a set of entries is kept as
one set of slots for each period.
"""

import struct
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Select, Table, bindparam, select

from feeds.catalog import schema
from feeds.catalog.search_index.attributes import EVERY, day_attribute, day_of
from feeds.model.clock import find_day, to_seconds

_PERIOD_BITS = 21  # of seconds
_SLOT_BITS = 24
_LIST, _BITMAP = b"\x01", b"\x00"
_SLOT_BYTES = 4


def _select_sets(table: Table) -> Select[Any]:
    columns = table.c
    wanted = columns.attribute.in_(bindparam("attributes", expanding=True))
    within = columns.period.between(bindparam("oldest"), bindparam("newest"))
    return select(columns.attribute, columns.period, columns.slots).where(wanted, within)


def _select_days(table: Table) -> Select[Any]:
    columns = table.c
    named = (columns.attribute >= bindparam("first"), columns.attribute <= bindparam("last"))
    return select(columns.attribute, columns.slots).where(*named, columns.period == bindparam("period"))


# Built once: to build one costs more than to execute it.
_SELECT_SETS = {table: _select_sets(table) for table in (schema.postings, schema.former_version_postings)}
_SELECT_DAYS = {table: _select_days(table) for table in _SELECT_SETS}
_FIRST_DAY = find_day(to_seconds(datetime.min.replace(tzinfo=UTC)))


def find_period(published: int) -> int:
    """Give the period of a moment, in seconds; whatever was before 1970 belongs to the first."""
    return max(0, published >> _PERIOD_BITS)


def begin_period(period: int) -> int:
    """Give the moment, in seconds, at which a period begins."""
    return period << _PERIOD_BITS


def number_range(first: int, last: int | None = None) -> range:
    """Give the numbers that belong to a period, or to the periods up to `last`."""
    return range((first << _SLOT_BITS) + 1, (first if last is None else last) + 1 << _SLOT_BITS)


def split_number(number: int) -> tuple[int, int]:
    """Split a number into its period and its slot."""
    return number >> _SLOT_BITS, number % (1 << _SLOT_BITS)


def list_numbers(period: int, slots: int) -> list[int]:
    """Give the numbers of a set of slots, ascending."""
    base = period << _SLOT_BITS
    return [base + slot for slot in _list_slots(slots)]


def gather_slots(numbers: Iterable[int]) -> dict[int, int]:
    """Give the sets of slots that numbers come to, by period."""
    ordered = sorted(numbers)
    slots: dict[int, int] = {}
    start = 0
    while start < len(ordered):
        period = ordered[start] >> _SLOT_BITS
        base = period << _SLOT_BITS
        stop = bisect_left(ordered, base + (1 << _SLOT_BITS), start)
        slots[period] = make_set([number - base for number in ordered[start:stop]])
        start = stop
    return slots


class Postings:
    """Reads sets of slots."""

    def __init__(self, connection: Connection, table: Table) -> None:
        self._connection = connection
        self._table = table

    def periods(self, *, since: int | None = None) -> list[int]:
        """Read which periods there are, the newest first, back to that of a moment, in seconds."""
        columns = self._table.c
        found = select(columns.period).where(columns.attribute == EVERY).order_by(columns.period.desc())
        if since is not None:
            found = found.where(columns.period >= find_period(since))
        return list(self._connection.scalars(found))

    def read(self, attributes: Collection[str], *, newest: int, oldest: int) -> Mapping[int, Mapping[str, int]]:
        """Read the sets of these attributes in the periods from `newest` back to `oldest`, by period and attribute."""
        sets: dict[int, dict[str, int]] = defaultdict(dict)
        parameters = {"newest": newest, "oldest": oldest, "attributes": sorted(attributes)}
        for attribute, period, slots in self._connection.execute(_SELECT_SETS[self._table], parameters):
            sets[period][attribute] = unpack(slots)
        return sets

    def read_days(self, period: int) -> Mapping[int, int]:
        """Read what was published on which day of a period, by day."""
        first = find_day(begin_period(period)) if period else _FIRST_DAY
        last = find_day(begin_period(period + 1))
        parameters = {"period": period, "first": day_attribute(first), "last": day_attribute(last)}
        found = self._connection.execute(_SELECT_DAYS[self._table], parameters)
        return {day_of(attribute): unpack(slots) for attribute, slots in found}


def pack(slots: int) -> bytes:
    """Write a set of slots: as a list of them or as a bitmap, whichever is shorter."""
    length = (slots.bit_length() + 7) // 8
    if slots.bit_count() * _SLOT_BYTES < length:
        members = _list_slots(slots)
        return _LIST + struct.pack(f"<{len(members)}I", *members)
    return _BITMAP + slots.to_bytes(length, "little")


def unpack(data: bytes) -> int:
    """Read a set of slots that `pack` wrote."""
    if data[:1] == _BITMAP:
        return int.from_bytes(data[1:], "little")
    return make_set(struct.unpack(f"<{len(data) // _SLOT_BYTES}I", data[1:]))


def _list_slots(slots: int) -> list[int]:
    return [slot for slot, digit in enumerate(reversed(f"{slots:b}")) if digit == "1"]


def make_set(slots: Iterable[int]) -> int:
    """Make the set of these slots."""
    members = list(slots)
    bitmap = bytearray(max(members, default=0) // 8 + 1)
    for slot in members:
        bitmap[slot >> 3] |= 1 << (slot & 7)
    return int.from_bytes(bitmap, "little")
