"""Store entries: their rows, topics, former versions, searchable words, counts and archive blocks."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from feeds.catalog import schema
from feeds.catalog.archive_blocks import EntryPosition, Scope, divide_all_scopes, divide_scopes
from feeds.catalog.bulk_load import analyze_results, create_word_index, drop_word_index
from feeds.catalog.departures import DepartureWriter
from feeds.catalog.entry_counts import set_counting, update_provider_counts, update_topic_counts
from feeds.catalog.former_versions import FormerVersionWriter
from feeds.catalog.recent_changes import RecentChangeWriter
from feeds.catalog.rows import Record, RowWriter, chunks, look_up
from feeds.catalog.search_index.attributes import list_attributes
from feeds.catalog.search_index.entry_words import index_words
from feeds.catalog.search_index.full_text import drop_words, merge_index
from feeds.catalog.search_index.numbers import NumberAllocator
from feeds.catalog.stored import FIGURES, EntryChange, Replacement, StoredEntry, has_moved, make_record
from feeds.model.clock import find_day
from feeds.model.entry import Entry, decode_entry

_MANY_CHANGES = 500  # from here on, merging the index costs little beside the changes


def find_entries(connection: Connection, ids: Collection[str]) -> dict[str, list[StoredEntry]]:
    """Return the stored versions of the entries with the given ids, by id, in order of time."""
    columns = [schema.entries.c[name] for name in StoredEntry.__struct_fields__]
    entries: dict[str, list[StoredEntry]] = {}
    for chunk in chunks(ids):
        for row in connection.execute(
            select(*columns).where(schema.entries.c.id.in_(chunk)).order_by(schema.entries.c.released)
        ):
            values = row._asdict()
            topics = tuple(map(int, values.pop("topics").split()))
            entries.setdefault(row.id, []).append(StoredEntry(**values, topics=topics))
    return entries


@dataclass(slots=True)
class _Rows:
    """The rows to write for a batch of changes."""

    inserted: list[Record] = field(default_factory=list)
    updated: list[Record] = field(default_factory=list)
    reranked: list[Record] = field(default_factory=list)
    removed: list[Record] = field(default_factory=list)
    joined_topics: list[Record] = field(default_factory=list)
    left_topics: list[Record] = field(default_factory=list)
    contents: list[tuple[Record, Entry]] = field(default_factory=list)
    reindexed: list[Record] = field(default_factory=list)


class EntryWriter:
    """Write the changed entries of a collect over a connection.

    `committed` is the time of the commit, in seconds. On a new catalog (`is_new`), all archives are divided. Counts
    include related entries if feeds show them by default (`with_related`).
    """

    def __init__(self, connection: Connection, *, committed: int, is_new: bool, with_related: bool) -> None:
        self._connection = connection
        self._committed = committed
        self._is_new = is_new
        self._writer = RowWriter(connection)
        self._former_versions = FormerVersionWriter(connection)
        self._departures = DepartureWriter(connection, committed=committed)
        self._recent_changes = RecentChangeWriter(connection)
        self._numbers = NumberAllocator(connection, schema.entries)
        self._rows = _Rows()
        self._inserted = self._indexed = 0
        self._topics: set[int] = set()
        self._providers: set[str] = set()
        self._counts_all = set_counting(connection, with_related=with_related)
        self._arrivals: dict[Scope, list[EntryPosition]] = {}
        if is_new:
            drop_word_index(connection)

    def read_replaced(self, changes: Sequence[EntryChange]) -> dict[int, str]:
        """Return the released versions that changes replace or withdraw, as JSON, by the number of the entry."""
        replaced = [change.before for change in changes if change.before and self._replaces_released(change)]
        return self._read_documents([before.number for before in replaced])

    def write(self, changes: Sequence[EntryChange], replaced: Mapping[int, str]) -> None:
        """Write a batch of changes, and keep what digests and `Last-Modified` need of replaced versions.

        `replaced` are these versions, from `read_replaced`.
        """
        self._rows = _Rows()
        for change in changes:
            self._add(change)
        replacements = list(self._list_replacements(changes, replaced))
        self._former_versions.write(replacements)
        self._departures.write(replacements)
        self._recent_changes.add(replacements)
        rows = self._rows
        self._writer.remove(schema.entry_topics, rows.left_topics)
        self._writer.remove(schema.entries, rows.removed)
        self._writer.update(schema.entries, rows.updated)
        self._writer.update(schema.entries, rows.reranked)
        self._writer.insert(schema.entries, rows.inserted)
        self._inserted += len(rows.inserted)
        self._writer.insert(schema.entry_topics, rows.joined_topics)
        drop_words(self._connection, [record["number"] for record in rows.removed])
        contents = [*rows.contents, *self._read_contents(rows.reindexed)]
        index_words(self._connection, contents)
        self._indexed += len(contents)

    def finish(self) -> None:
        """Write the effects of all batches together: recent changes, counts and archive blocks."""
        self._recent_changes.finish()
        if self._is_new:
            create_word_index(self._connection)
        elif self._indexed >= _MANY_CHANGES:
            merge_index(self._connection)
        analyze_results(self._connection, inserted=self._inserted)
        topics, providers = (None, None) if self._counts_all else (self._topics, self._providers)
        update_topic_counts(self._connection, topics)
        update_provider_counts(self._connection, providers, committed=self._committed)
        if self._is_new:
            divide_all_scopes(self._connection, until=self._committed)
        else:
            divide_scopes(self._connection, self._arrivals, committed=self._committed)

    def _list_replacements(self, changes: Sequence[EntryChange], replaced: Mapping[int, str]) -> Iterator[Replacement]:
        for change in changes:
            before = change.before
            if before and self._replaces_released(change):
                yield Replacement(
                    before=before,
                    after=change.after,
                    until=self._committed if before.expires is None else min(before.expires, self._committed),
                    document=replaced[before.number],
                    has_same_content=change.content is None,
                )

    def _replaces_released(self, change: EntryChange) -> bool:
        before = change.before
        return before is not None and before.released <= self._committed and not _changes_only_expiry(change)

    def _add(self, change: EntryChange) -> None:
        before, after = change.before, change.after
        if before and after and change.content is None:
            self._rerank(before, after)
            return
        for entry in (before, after):
            if entry:
                self._topics.update(entry.topics)
                self._providers.add(entry.provider)
        if after and change.content is not None:
            record = self._add_version(before, after, document=change.document)
            self._rows.contents.append((record, change.content))
            if before is None or has_moved(before, after):
                self._note_arrival(after)
        elif before:
            self._remove(before)

    def _add_version(self, before: StoredEntry | None, after: StoredEntry, *, document: str) -> Record:
        record = make_record(after, document=document)
        if before and find_day(before.published) == find_day(after.published):
            self._overwrite(before, after, record=record)
            return record
        if before:
            self._remove(before)
        record["number"] = self._numbers.allocate(after.published)
        self._rows.inserted.append(record)
        self._rows.joined_topics.extend(_list_memberships(after, number=record["number"]))
        return record

    def _overwrite(self, before: StoredEntry, after: StoredEntry, *, record: Record) -> None:
        record["number"] = before.number
        self._rows.updated.append(record)
        if (before.topics, before.published) != (after.topics, after.published):
            self._rows.left_topics.extend(_list_memberships(before, number=before.number))
            self._rows.joined_topics.extend(_list_memberships(after, number=before.number))

    def _rerank(self, before: StoredEntry, after: StoredEntry) -> None:
        figures = {name: getattr(after, name) for name in FIGURES}
        self._rows.reranked.append({"number": before.number, **figures, "since": after.since, "expires": after.expires})
        record = make_record(after, number=before.number)
        if list_attributes(record) != list_attributes(make_record(before)):
            self._rows.reindexed.append(record)

    def _read_contents(self, records: Sequence[Record]) -> Iterator[tuple[Record, Entry]]:
        """Yield each record with the stored content of the entry."""
        documents = self._read_documents([record["number"] for record in records])
        return ((each, decode_entry(documents[each["number"]])) for each in records)

    def _read_documents(self, numbers: Sequence[int]) -> dict[int, str]:
        entries = schema.entries.c
        return look_up(self._connection, entries.document, key=entries.number, keys=numbers)

    def _remove(self, entry: StoredEntry) -> None:
        self._rows.removed.append({"number": entry.number})
        self._rows.left_topics.extend(_list_memberships(entry, number=entry.number))

    def _note_arrival(self, entry: StoredEntry) -> None:
        """Note that a released entry enters the archives of its scopes."""
        if self._is_new or entry.released > self._committed:
            return
        key = EntryPosition(entry.published, entry.id)
        topics = (Scope(topic=topic) for topic in entry.topics)
        for scope in (Scope(), Scope(provider=entry.provider), *topics):
            self._arrivals.setdefault(scope, []).append(key)


def _changes_only_expiry(change: EntryChange) -> bool:
    # A change of figures would begin at the current commit.
    before, after = change.before, change.after
    return before is not None and after is not None and change.content is None and after.since == before.since


def _list_memberships(entry: StoredEntry, *, number: int) -> Iterator[Record]:
    return ({"topic": topic, "published": entry.published, "entry": number} for topic in entry.topics)
