"""Keep the last changes to entries: the `Last-Modified` of a composed feed depends on changes to selected entries.

Older changes are forgotten, except for the time of the last of them: it counts as a change of every composed feed.
"""

from collections import deque
from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, select

from feeds.catalog import schema
from feeds.catalog.facts import read_fact, save_facts
from feeds.catalog.recent_numbers import FORGOTTEN
from feeds.catalog.rows import Record, RowWriter
from feeds.catalog.search_index.entry_words import index_words
from feeds.catalog.search_index.full_text import drop_words
from feeds.catalog.search_index.numbers import CHANGE_NUMBERS
from feeds.catalog.stored import Replacement, make_record
from feeds.model.entry import decode_entry

KEPT_CHANGES = 500
"""The number of changes that are kept; when there are twice as many, the older half is forgotten."""

_CHANGES = schema.recent_changes.c
_RANGE = select(func.min(_CHANGES.number), func.max(_CHANGES.number))


class RecentChangeWriter:
    """Gather the changes of a commit, and write the last of them over a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows = RowWriter(connection)
        self._changes: deque[Replacement] = deque()
        self._forgotten = 0

    def add(self, replacements: Sequence[Replacement]) -> None:
        """Gather changes, and forget all but the last ones."""
        self._changes.extend(replacements)
        while len(self._changes) > KEPT_CHANGES:
            self._forgotten = max(self._forgotten, self._changes.popleft().until)

    def finish(self) -> None:
        """Write the gathered changes, and forget old ones."""
        if not self._changes:
            return
        first, last = self._connection.execute(_RANGE).one()
        start = CHANGE_NUMBERS.start if last is None else last + 1
        numbered = [(_make_record(each, number=number), each) for number, each in enumerate(self._changes, start)]
        names = _CHANGES.keys()
        self._rows.insert(schema.recent_changes, [{name: record[name] for name in names} for record, _ in numbered])
        index_words(self._connection, ((record, decode_entry(each.document)) for record, each in numbered))
        end = start + len(numbered)
        if end - (start if first is None else first) >= 2 * KEPT_CHANGES:
            self._forget(range(first, end - KEPT_CHANGES))
        if self._forgotten:
            forgotten = max(self._forgotten, int(read_fact(self._connection, FORGOTTEN) or 0))
            save_facts(self._connection, {FORGOTTEN: str(forgotten)})

    def _forget(self, numbers: range) -> None:
        is_old = _CHANGES.number < numbers.stop
        last = self._connection.scalar(select(func.max(_CHANGES.until)).where(is_old))
        self._forgotten = max(self._forgotten, last or 0)
        self._connection.execute(delete(schema.recent_changes).where(is_old))
        drop_words(self._connection, numbers)


def _make_record(replacement: Replacement, *, number: int) -> Record:
    """Return a change as a row, with the attributes of the version before and the figures after."""
    remaining = replacement.after if replacement.has_same_content else None
    return {
        **make_record(replacement.before, number=number, until=replacement.until),
        "figures_only": int(remaining is not None),
        "type_after": remaining.type if remaining else "",
        "quality_after": remaining.quality if remaining else None,
        "peak_heat_after": remaining.peak_heat if remaining else None,
    }
