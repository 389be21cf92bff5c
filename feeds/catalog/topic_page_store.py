"""Store when the pages of topics last changed, apart from their stories."""

from collections.abc import Iterable, Mapping

import msgspec
from sqlalchemy import Column, Connection, Table, select

from feeds.catalog.list_changes import ListChange
from feeds.catalog.rows import RowWriter, chunks
from feeds.catalog.schema import BIG_INTEGER, TEXT, metadata

PageChanges = Mapping[str, ListChange]
"""The last changes by name: the slug of a topic for its page, the slug and a slash for its retirement."""

topic_pages = Table(
    "topic_pages",
    metadata,
    Column("name", TEXT, primary_key=True, comment="slug of the topic; with a slash at the end: its retirement"),
    Column("fingerprint", TEXT, nullable=False, comment="of what the page shows"),
    Column("changed", BIG_INTEGER, nullable=False, comment="time of the last change; 0: none since the first collect"),
    comment="When the pages of topics last changed, apart from their stories.",
    sqlite_with_rowid=False,
)


class TopicPageStore:
    """Store the last changes of topics' pages over a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows = RowWriter(connection)

    def read(self, names: Iterable[str] | None = None) -> dict[str, ListChange]:
        """Return the last changes with these names; by default all."""
        found = select(topic_pages)
        statements = [found] if names is None else [found.where(topic_pages.c.name.in_(each)) for each in chunks(names)]
        rows = [row for statement in statements for row in self._connection.execute(statement)]
        return {row.name: ListChange(row.fingerprint, row.changed) for row in rows}

    def save(self, before: PageChanges, after: PageChanges) -> None:
        """Store the changes `after`, instead of the stored changes `before`."""
        changed = {name: change for name, change in after.items() if before.get(name) != change}
        records = [{"name": name, **msgspec.structs.asdict(change)} for name, change in changed.items()]
        self._rows.remove(topic_pages, [{"name": name} for name in before.keys() - after.keys()])
        self._rows.upsert(topic_pages, records)
