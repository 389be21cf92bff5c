"""Read and write the catalog during a collect, in a single transaction."""

from collections.abc import Collection, Mapping
from secrets import token_hex

import msgspec
from sqlalchemy import Connection, delete, inspect, select

from feeds.catalog import schema
from feeds.catalog.adopted_store import AdoptedStore
from feeds.catalog.bulk_load import analyze_sources
from feeds.catalog.digest_rankings import rank_issues
from feeds.catalog.entry_store import EntryWriter, find_entries
from feeds.catalog.facts import read_facts, save_facts
from feeds.catalog.list_changes import LIST_CHANGES, ListChange, ListDocument
from feeds.catalog.reader import CatalogReader
from feeds.catalog.rows import RowWriter
from feeds.catalog.schedule import find_last_scheduled_change
from feeds.catalog.search_index.reindexing import use_stemmer
from feeds.catalog.source_store import SourceStore
from feeds.catalog.stored import CollectState, StoredEntry
from feeds.catalog.tombstones import TombstoneStore
from feeds.catalog.topic_page_store import TopicPageStore
from feeds.catalog.topic_store import TopicStore
from feeds.model.stemmer import Stemmer

_KEPT_COMMITS = 1_000  # servers poll twice a second, and an export after more commits writes everything again


class CatalogWriter:
    """The operations of a collect over a connection; the owner of the connection commits or rolls back.

    With `has_started_over`, readers know a former catalog, whose times of change are later than those of the articles.
    """

    def __init__(self, connection: Connection, *, has_started_over: bool = False) -> None:
        self._connection = connection
        self._rows = RowWriter(connection)
        self.has_started_over = has_started_over
        self.sources = SourceStore(connection)
        self.topics = TopicStore(connection)
        self.topic_pages = TopicPageStore(connection)
        self.adopted = AdoptedStore(connection)

    # The last collect

    def start_over(self) -> None:
        """Remove everything, as if the catalog were new.

        Others read the old state until the end of the transaction: PostgreSQL would let them wait for a dropped table.
        """
        self.has_started_over = True
        if self._connection.dialect.name == "sqlite":
            rebuild_tables(self._connection)
            return
        for table in reversed(schema.metadata.sorted_tables):
            self._connection.execute(delete(table))
        _save_layout(self._connection)

    def read_state(self) -> CollectState | None:
        """Return the state after the last collect; None if the catalog is new."""
        facts = read_facts(self._connection)
        known = {name: facts[name] for name in CollectState.__struct_fields__ if name in facts}
        return msgspec.convert(known, CollectState, strict=False) if "version" in known else None

    def save_state(self, state: CollectState) -> None:
        """Store the state after the current collect."""
        save_facts(self._connection, {name: str(value) for name, value in msgspec.structs.asdict(state).items()})

    def use_stemmer(self, stemmer: Stemmer) -> None:
        """Index words with the stems of a language; another language than before indexes all words again."""
        use_stemmer(self._connection, stemmer)

    def record_commit(self, version: int) -> None:
        """Give the commit with this version a random token, and forget the token of the oldest commit."""
        token = token_hex(8)
        self._rows.insert(schema.commits, [{"version": version, "token": token}])
        self._rows.remove(schema.commits, [{"version": version - _KEPT_COMMITS}])
        save_facts(self._connection, {"commit": token})

    # Documents that list the whole site

    def open_reader(self) -> CatalogReader:
        """Return a reader of the present state, with all changes of the transaction so far."""
        return CatalogReader(self._connection)

    def save_list_changes(self, changes: Mapping[ListDocument, ListChange]) -> None:
        """Store the last changes of the documents that list the whole site."""
        save_facts(self._connection, {LIST_CHANGES: msgspec.json.encode(changes).decode()})

    # Scopes: `feed`, `topics/<slug>`, `providers/<domain>` and `digests`

    def list_scopes(self) -> list[str]:
        """Return the names of all scopes."""
        return list(self._connection.scalars(select(schema.scopes.c.name)))

    def mark_scopes_changed(self, names: Collection[str], *, version: int) -> None:
        """Store the version of the last visible change for scopes."""
        self._mark_scopes(names, {"version": version})

    def mark_scopes_reranked(self, names: Collection[str], *, version: int) -> None:
        """Store the version of the last change to heat or quality for scopes."""
        self._mark_scopes(names, {"ranking": version})

    def mark_scopes_retitled(self, names: Collection[str], *, committed: int) -> None:
        """Store the time of the last change to title, description or image for scopes, in seconds."""
        self._mark_scopes(names, {"changed": committed})

    def _mark_scopes(self, names: Collection[str], columns: Mapping[str, int]) -> None:
        self._rows.upsert(schema.scopes, [{"name": name, **columns} for name in sorted(names)])

    # Entries

    def find_entries(self, ids: Collection[str]) -> dict[str, list[StoredEntry]]:
        """Return the stored versions of the entries with the given ids, by id, in order of time."""
        return find_entries(self._connection, ids)

    def write_entries(self, *, committed: int, is_new: bool, with_related: bool) -> EntryWriter:
        """Begin to write changed entries; `committed` is the time of the current commit, in seconds.

        Counts include related entries only if feeds show them by default (`with_related`).
        """
        analyze_sources(self._connection, inserted=self.sources.inserted)
        return EntryWriter(self._connection, committed=committed, is_new=is_new, with_related=with_related)

    def write_tombstones(self, *, committed: int, is_new: bool) -> TombstoneStore:
        """Begin to write tombstones; `committed` is the time of the current commit, in seconds."""
        return TombstoneStore(self._connection, committed=committed, is_new=is_new)

    def close_days(self, days: range, *, committed: int, is_new: bool) -> None:
        """Close UTC days, counted from 1970-01-01, for digests; a new catalog has closed all days before them."""
        self._rows.insert(schema.closings, [{"day": day, "closed": committed} for day in days])
        rank_issues(self._connection, since=None if is_new else days.start, before=days.stop, committed=committed)

    def find_scheduled_entry_ids(self, *, after: int, until: int) -> list[str]:
        """Return the ids of entries released or expired later than `after` and by `until`, in seconds."""
        entries = schema.entries.c
        found: set[str] = set()
        for time in (entries.released, entries.expires):
            found.update(self._connection.scalars(select(entries.id).where(time > after, time <= until)))
        return sorted(found)

    def find_last_scheduled_change(self, *, until: int) -> int:
        """Return the last time up to `until`, in seconds, of a scheduled change; 0 if there is none."""
        return find_last_scheduled_change(self._connection, until=until)


def rebuild_tables(connection: Connection) -> None:
    """Drop the tables of the catalog, whatever their layout, and create empty tables."""
    existing = inspect(connection).get_table_names()
    for table in reversed(schema.metadata.sorted_tables):
        if table.name in existing:
            table.drop(connection)
    schema.metadata.create_all(connection, checkfirst=False)
    _save_layout(connection)


def _save_layout(connection: Connection) -> None:
    save_facts(connection, {"layout": schema.LAYOUT, "generation": token_hex(8)})
