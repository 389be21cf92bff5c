"""Read the postings: for each attribute and period, the set of entries with the attribute.

The number of an entry tells when the entry was published. The high bits are the period of publication, a time of 2**21
seconds (some 24 days). The low bits are the slot: entries of a period get the slots 1, 2, 3 … in order of arrival. A
posting is one row of the table: an attribute, a period, and the set of slots of all entries with the attribute in the
period. Queries combine postings, without reading the entries that do not match.
"""

import struct
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Select, Table, bindparam, select

from feeds.catalog import schema
from feeds.catalog.search_index.attributes import EVERY, make_day_attribute, parse_day_attribute
from feeds.model.clock import find_day, to_seconds

_PERIOD_BITS = 21  # a period lasts 2**21 seconds
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


# Statements are built once: building costs more than executing.
_SELECT_SETS = {table: _select_sets(table) for table in (schema.postings, schema.former_version_postings)}
_SELECT_DAYS = {table: _select_days(table) for table in _SELECT_SETS}
_FIRST_DAY = find_day(to_seconds(datetime.min.replace(tzinfo=UTC)))


def find_period(published: int) -> int:
    """Return the period of a time, in seconds; all times before 1970 belong to period 0."""
    return max(0, published >> _PERIOD_BITS)


def find_period_start(period: int) -> int:
    """Return the start of a period, in seconds."""
    return period << _PERIOD_BITS


def number_range(first: int, last: int | None = None) -> range:
    """Return all numbers of a period, or of the periods from `first` to `last`."""
    return range((first << _SLOT_BITS) + 1, (first if last is None else last) + 1 << _SLOT_BITS)


def split_number(number: int) -> tuple[int, int]:
    """Split a number into its period and its slot."""
    return number >> _SLOT_BITS, number % (1 << _SLOT_BITS)


def list_numbers(period: int, slots: int) -> list[int]:
    """Return the numbers of a set of slots, ascending."""
    base = period << _SLOT_BITS
    return [base + slot for slot in _list_slots(slots)]


def group_slots(numbers: Iterable[int]) -> dict[int, int]:
    """Return the set of slots of numbers in each period, by period."""
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


class PostingsReader:
    """Read the postings of entries or of former versions over one connection."""

    def __init__(self, connection: Connection, table: Table) -> None:
        self._connection = connection
        self._table = table

    def list_periods(self, *, since: int | None = None) -> list[int]:
        """Return the periods with entries, newest first, back to the period of `since`, a time in seconds."""
        columns = self._table.c
        found = select(columns.period).where(columns.attribute == EVERY).order_by(columns.period.desc())
        if since is not None:
            found = found.where(columns.period >= find_period(since))
        return list(self._connection.scalars(found))

    def read(self, attributes: Collection[str], *, newest: int, oldest: int) -> Mapping[int, Mapping[str, int]]:
        """Read the sets of some attributes in the periods from `newest` back to `oldest`, by period and attribute."""
        sets: dict[int, dict[str, int]] = defaultdict(dict)
        parameters = {"newest": newest, "oldest": oldest, "attributes": sorted(attributes)}
        for attribute, period, slots in self._connection.execute(_SELECT_SETS[self._table], parameters):
            sets[period][attribute] = unpack(slots)
        return sets

    def read_days(self, period: int) -> Mapping[int, int]:
        """Read the set of entries published on each day of a period, by day."""
        first = find_day(find_period_start(period)) if period else _FIRST_DAY
        last = find_day(find_period_start(period + 1))
        parameters = {"period": period, "first": make_day_attribute(first), "last": make_day_attribute(last)}
        found = self._connection.execute(_SELECT_DAYS[self._table], parameters)
        return {parse_day_attribute(attribute): unpack(slots) for attribute, slots in found}


def pack(slots: int) -> bytes:
    """Encode a set of slots as a list of slots or as a bitmap, the shorter of the two."""
    length = (slots.bit_length() + 7) // 8
    if slots.bit_count() * _SLOT_BYTES < length:
        members = _list_slots(slots)
        return _LIST + struct.pack(f"<{len(members)}I", *members)
    return _BITMAP + slots.to_bytes(length, "little")


def unpack(data: bytes) -> int:
    """Decode a set of slots encoded by `pack`."""
    if data[:1] == _BITMAP:
        return int.from_bytes(data[1:], "little")
    return make_set(struct.unpack(f"<{len(data) // _SLOT_BYTES}I", data[1:]))


def _list_slots(slots: int) -> list[int]:
    return [slot for slot, digit in enumerate(reversed(f"{slots:b}")) if digit == "1"]


def make_set(slots: Iterable[int]) -> int:
    """Return the set of some slots."""
    members = list(slots)
    bitmap = bytearray(max(members, default=0) // 8 + 1)
    for slot in members:
        bitmap[slot >> 3] |= 1 << (slot & 7)
    return int.from_bytes(bitmap, "little")
