"""Keep former versions of entries: a feed changes when an entry leaves it, and digests show entries as they were."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from feeds.catalog import schema
from feeds.catalog.rows import Record, RowWriter, look_up
from feeds.catalog.search_index.full_text import index_words
from feeds.catalog.search_index.numbers import NumberAllocator
from feeds.catalog.stored import EntryChange, StoredEntry
from feeds.model.clock import find_day
from feeds.model.entry import decode_entry

_KEPT = ("id", "kind", "type", "provider", "published", "released", "since", "quality", "peak_heat")


class FormerVersionWriter:
    """Write former versions over a connection; `committed` is the time of the replacing commit."""

    def __init__(self, connection: Connection, *, committed: int) -> None:
        self._connection = connection
        self._committed = committed
        self._rows = RowWriter(connection)
        self._numbers = NumberAllocator(connection, schema.former_versions)

    def write(self, changes: Sequence[EntryChange]) -> None:
        """Keep the released entries from before the changes.

        Call this method before writing the changes: documents are copied from the entries.
        """
        replaced = [
            (change.before, change)
            for change in changes
            if change.before and change.before.released <= self._committed and not _changes_only_expiry(change)
        ]
        documents = self._read_documents([before.number for before, _ in replaced])
        versions = [(self._make_record(*each), documents[each[0].number]) for each in replaced]
        self._rows.insert(schema.former_versions, [self._add_document(*version) for version in versions])
        memberships = [membership for record, _ in versions for membership in _list_memberships(record)]
        self._rows.insert(schema.former_version_topics, memberships)
        contents = [(record, decode_entry(document)) for record, document in versions]
        index_words(self._connection, contents)

    def _read_documents(self, numbers: Sequence[int]) -> dict[int, str]:
        entries = schema.entries.c
        return look_up(self._connection, entries.document, key=entries.number, keys=numbers)

    def _make_record(self, before: StoredEntry, change: EntryChange) -> Record:
        record: Record = {name: getattr(before, name) for name in _KEPT}
        remaining = change.after if change.content is None else None
        return {
            **record,
            "number": self._numbers.allocate(before.published),
            "topics": " ".join(map(str, before.topics)),
            "until": self._committed if before.expires is None else min(before.expires, self._committed),
            "figures_only": int(remaining is not None),
            "type_after": remaining.type if remaining else "",
            "quality_after": remaining.quality if remaining else None,
            "peak_heat_after": remaining.peak_heat if remaining else None,
        }

    def _add_document(self, record: Record, document: str) -> Record:
        # Before its day is over, no digest shows an entry.
        is_day_over = find_day(self._committed) > find_day(record["published"])
        return {**record, "document": document if is_day_over else ""}


def _changes_only_expiry(change: EntryChange) -> bool:
    # A change of figures would begin at the current commit.
    before, after = change.before, change.after
    return before is not None and after is not None and change.content is None and after.since == before.since


def _list_memberships(record: Record) -> Iterator[Record]:
    return (
        {"topic": int(topic), "published": record["published"], "former_version": record["number"]}
        for topic in record["topics"].split()
    )
