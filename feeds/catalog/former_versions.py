"""Keep the former versions of entries that closed digests show, and no others."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection

from feeds.catalog import schema
from feeds.catalog.facts import read_fact
from feeds.catalog.rows import RowWriter, look_up
from feeds.catalog.search_index.full_text import index_words
from feeds.catalog.search_index.numbers import NumberAllocator
from feeds.catalog.stored import Replacement, make_record
from feeds.model.clock import find_day
from feeds.model.entry import decode_entry
from feeds.model.periods import Cycle


class FormerVersionWriter:
    """Write former versions over a connection, before the current commit closes any days."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows = RowWriter(connection)
        self._numbers = NumberAllocator(connection, schema.former_versions)
        self._end = int(read_fact(connection, "closed") or 0)
        self._created = int(read_fact(connection, "created") or 0)

    def write(self, replacements: Sequence[Replacement]) -> None:
        """Keep the versions that were shown when a day or week with their date was closed."""
        last_days = {find_day(each.before.published): self._list_last_days(each) for each in replacements}
        closings = self._read_closings({day for days in last_days.values() for day in days})
        kept = [
            (make_record(each.before, number=self._numbers.allocate(each.before.published), until=each.until), each)
            for each in replacements
            if any(_is_shown(each, closings[day]) for day in last_days[find_day(each.before.published)])
        ]
        columns = schema.former_versions.columns.keys()
        rows = [{**record, "document": replacement.document} for record, replacement in kept]
        self._rows.insert(schema.former_versions, [{name: row[name] for name in columns} for row in rows])
        index_words(self._connection, ((record, decode_entry(each.document)) for record, each in kept))

    def _list_last_days(self, replacement: Replacement) -> list[int]:
        """Return the last day of each closed issue with the date of an entry."""
        day = find_day(replacement.before.published)
        last_days = [cycle.list_days(cycle.find_issue(day))[-1] for cycle in Cycle]
        return [last for last in last_days if last < self._end]

    def _read_closings(self, days: Collection[int]) -> Mapping[int, int]:
        """Return the closing times of closed days; the first collect closed all earlier days."""
        closings = schema.closings.c
        found = look_up(self._connection, closings.closed, key=closings.day, keys=days)
        return {day: found.get(day, self._created) for day in days}


def _is_shown(replacement: Replacement, closed: int) -> bool:
    """Return whether an issue closed at a time, in seconds, may show the replaced version."""
    before = replacement.before
    return before.released <= closed and before.since <= closed < replacement.until
