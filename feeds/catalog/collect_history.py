"""Store the last collects that changed or reported something, for the publisher."""

from datetime import datetime

import msgspec
from sqlalchemy import Connection, delete, select

from feeds.catalog.kept_tables import collects, prepare_kept_tables, read_kept_layout
from feeds.catalog.rows import RowWriter

KEPT_COLLECTS = 50
"""How many collects are kept."""

_MS_PER_SECOND = 1_000
_MAX_ERROR_CHARACTERS = 1_000


class CollectRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A collect: the time of its end, the numbers of files, entries and feeds, and the duration.

    `rejected` and `warnings` cover only the files of the collect. A collect that has failed has an `error`.
    """

    time: datetime
    read: int = 0
    removed: int = 0
    rejected: int = 0
    warnings: int = 0
    added: int = 0
    changed: int = 0
    withdrawn: int = 0
    feeds: int = 0
    seconds: float = 0
    error: str = ""


_DECODER = msgspec.json.Decoder(CollectRecord)


def list_collects(connection: Connection) -> list[CollectRecord]:
    """List the stored collects, newest first."""
    if read_kept_layout(connection) is None:
        return []
    found = select(collects.c.record).order_by(collects.c.time.desc())
    return [_DECODER.decode(record) for record in connection.scalars(found)]


class CollectHistoryWriter:
    """Statements over the history; the owner of the connection commits or rolls back."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows = RowWriter(connection)
        prepare_kept_tables(connection)

    def add(self, record: CollectRecord) -> None:
        """Store a collect, and forget the oldest; the same error as at the last collect replaces the last collect."""
        record = msgspec.structs.replace(record, error=record.error[:_MAX_ERROR_CHARACTERS])
        stored = list(self._connection.execute(select(collects).order_by(collects.c.time.desc())))
        forgotten = [row.time for row in stored[KEPT_COLLECTS - 1 :]]
        if stored and record.error and _DECODER.decode(stored[0].record).error == record.error:
            forgotten.append(stored[0].time)
        self._connection.execute(delete(collects).where(collects.c.time.in_(forgotten)))
        time = int(record.time.timestamp() * _MS_PER_SECOND)
        self._rows.upsert(collects, [{"time": time, "record": msgspec.json.encode(record).decode()}])
