"""Write sets of entries by attribute, and choose the numbers of entries."""

from array import array
from collections import defaultdict
from collections.abc import Collection
from typing import TypeAlias

from sqlalchemy import Connection, Table, func, select

from feeds.catalog.rows import RowWriter, look_up
from feeds.catalog.search_index.postings import find_period, make_set, number_range, pack, split_number, unpack

_Members: TypeAlias = "array[int]"
_Slots: TypeAlias = dict[str, _Members]


class NumberAllocator:
    """Allocate a free number, in the period of the publication, for each new row of a table."""

    def __init__(self, connection: Connection, table: Table) -> None:
        self._connection = connection
        self._number = table.c.number
        self._highest: dict[int, int] = {}

    def allocate(self, published: int) -> int:
        """Return the next free number for a publication time, in seconds."""
        period = find_period(published)
        if period not in self._highest:
            self._highest[period] = self._read_highest(number_range(period))
        self._highest[period] += 1
        return self._highest[period]

    def _read_highest(self, numbers: range) -> int:
        taken = select(func.max(self._number)).where(self._number >= numbers.start, self._number < numbers.stop)
        return self._connection.scalar(taken) or numbers.start - 1


class PostingsWriter:
    """Gather gained and lost attributes of rows, and write all at once."""

    def __init__(self, connection: Connection, table: Table) -> None:
        self._connection = connection
        self._rows = RowWriter(connection)
        self._table = table
        # Arrays, because a new catalog gathers every entry before the first write.
        self._gained: defaultdict[int, _Slots] = defaultdict(lambda: defaultdict(_make_members))
        self._lost: defaultdict[int, _Slots] = defaultdict(lambda: defaultdict(_make_members))

    def add(self, number: int, *, lost: Collection[str] = (), gained: Collection[str] = ()) -> None:
        """Add the lost and gained attributes of the row with a number."""
        period, slot = split_number(number)
        for slots, attributes in ((self._gained, gained), (self._lost, lost)):
            of_period = slots[period]
            for attribute in attributes:
                of_period[attribute].append(slot)

    def write(self) -> None:
        """Write the attributes added since the last write."""
        for period in sorted(self._gained.keys() | self._lost.keys()):
            self._write_period(period, gained=self._gained.pop(period, {}), lost=self._lost.pop(period, {}))

    def _write_period(self, period: int, *, gained: _Slots, lost: _Slots) -> None:
        names = gained.keys() | lost.keys()
        stored = self._read(period, names)
        sets = {name: unpack(stored[name]) if name in stored else 0 for name in names}
        for name in names:
            sets[name] = sets[name] & ~make_set(lost.get(name, ())) | make_set(gained.get(name, ()))
        rows = {name: {"attribute": name, "period": period, "slots": pack(sets[name])} for name in sorted(names)}
        self._rows.remove(self._table, [rows[name] for name in rows if not sets[name] and name in stored])
        self._rows.update(self._table, [rows[name] for name in rows if sets[name] and name in stored])
        self._rows.insert(self._table, [rows[name] for name in rows if sets[name] and name not in stored])

    def _read(self, period: int, attributes: Collection[str]) -> dict[str, bytes]:
        columns = self._table.c
        within = columns.period == period
        return look_up(self._connection, columns.slots, key=columns.attribute, keys=attributes, where=within)


def _make_members() -> _Members:
    return array("I")
