"""Keep former versions of entries: a feed changes when an entry leaves it, and digests show entries as they were."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from feeds.catalog import schema
from feeds.catalog.rows import Record, RowWriter, look_up
from feeds.catalog.search_index.attributes import list_attributes
from feeds.catalog.search_index.full_text import copy_texts
from feeds.catalog.search_index.postings_writer import NumberAllocator, PostingsWriter
from feeds.catalog.stored import EntryChange, StoredEntry
from feeds.model.clock import find_day

_KEPT = ("id", "kind", "type", "provider", "published", "released", "since", "quality", "peak_heat")


class _FormerVersion(NamedTuple):
    entry: StoredEntry
    record: Record


class FormerVersionWriter:
    """Write former versions over a connection; `committed` is the time of the replacing commit."""

    def __init__(self, connection: Connection, *, committed: int) -> None:
        self._connection = connection
        self._committed = committed
        self._rows = RowWriter(connection)
        self._numbers = NumberAllocator(connection, schema.former_versions)

    def write(self, changes: Sequence[EntryChange]) -> None:
        """Keep the released entries from before the changes.

        Call this method before writing the changes: documents and texts are copied from the entries.
        """
        versions = [
            _FormerVersion(change.before, self._make_record(change.before, change))
            for change in changes
            if change.before and change.before.released <= self._committed and not _changes_only_expiry(change)
        ]
        self._add_documents(versions)
        self._rows.insert(schema.former_versions, [version.record for version in versions])
        memberships = [record for version in versions for record in _list_memberships(version)]
        self._rows.insert(schema.former_version_topics, memberships)
        # The texts of former versions have negative numbers.
        copy_texts(self._connection, [(version.entry.number, -version.record["number"]) for version in versions])
        postings = PostingsWriter(self._connection, schema.former_version_postings)
        for version in versions:
            postings.add(version.record["number"], gained=list_attributes(version.record))
        postings.write()

    def _make_record(self, before: StoredEntry, change: EntryChange) -> Record:
        record: Record = {name: getattr(before, name) for name in _KEPT}
        remaining = change.after if change.content is None else None
        return {
            **record,
            "number": self._numbers.allocate(before.published),
            "topics": " ".join(map(str, before.topics)),
            "until": self._committed if before.expires is None else min(before.expires, self._committed),
            "figures_only": int(remaining is not None),
            "quality_after": remaining.quality if remaining else None,
            "peak_heat_after": remaining.peak_heat if remaining else None,
        }

    def _add_documents(self, versions: Sequence[_FormerVersion]) -> None:
        numbers = [version.entry.number for version in versions]
        documents = look_up(self._connection, schema.entries.c.document, key=schema.entries.c.number, keys=numbers)
        for entry, record in versions:
            # Before its day is over, no digest shows an entry.
            is_day_over = find_day(self._committed) > find_day(entry.published)
            record["document"] = documents[entry.number] if is_day_over else ""


def _changes_only_expiry(change: EntryChange) -> bool:
    # A change of figures would begin at the current commit.
    before, after = change.before, change.after
    return before is not None and after is not None and change.content is None and after.since == before.since


def _list_memberships(version: _FormerVersion) -> Iterator[Record]:
    entry, record = version
    return (
        {"topic": topic, "published": entry.published, "former_version": record["number"]} for topic in entry.topics
    )
