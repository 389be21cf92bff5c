"""Read the catalog: the database queries behind feeds and pages; each uses an index and reads only its results."""

from collections.abc import Collection, Iterable
from datetime import datetime

import msgspec
from sqlalchemy import BigInteger, Connection, bindparam, or_, select

from feeds.catalog import schema
from feeds.catalog.archive_blocks import Blocks, Scope
from feeds.catalog.archive_changes import ArchiveChanges, ChangePeriod
from feeds.catalog.collect_history import CollectRecord, list_collects
from feeds.catalog.digests import Digest, DigestReader
from feeds.catalog.directory_reader import DirectoryReader
from feeds.catalog.facts import read_fact
from feeds.catalog.list_changes import ListChange
from feeds.catalog.outbox import Outbox
from feeds.catalog.problem_counts import ProblemCounts, count_problems, list_problems
from feeds.catalog.records import CatalogState
from feeds.catalog.schedule import find_last_scheduled_change, find_next_scheduled_change, list_scheduled_changes
from feeds.catalog.search_index.finder import EntryFinder
from feeds.catalog.search_index.word_forms import read_stemmer
from feeds.catalog.search_results import ResultReader
from feeds.catalog.source_store import SourceStore
from feeds.catalog.state import has_commit, read_state
from feeds.catalog.stored import StoredMention
from feeds.catalog.timeline import Window, WindowReader
from feeds.catalog.tombstones import TombstoneWindow, read_tombstones
from feeds.catalog.topic_page_store import TopicPageStore
from feeds.model.archive import ArchivePart
from feeds.model.clock import from_seconds, to_seconds
from feeds.model.errors import Level, Problem
from feeds.model.periods import Cycle
from feeds.model.query import Query
from feeds.model.stemmer import Stemmer

# Statements are built once: building costs more than executing.
_NOW = bindparam("now", type_=BigInteger)
_TOPICS, _PROVIDERS, _ENTRIES = schema.topics.c, schema.providers.c, schema.entries.c
_FIRST_TIME = -(2**62)
_TOPIC_NUMBER = select(_TOPICS.number).where(_TOPICS.slug == bindparam("slug"))


class CatalogReader(DirectoryReader):
    """Read the catalog over one connection; all methods see the same state of the catalog."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._last_window: tuple[tuple[object, ...], Window | None] = (), None
        self._last_digests: tuple[tuple[object, ...], tuple[Digest, ...]] = (), ()
        self._state: CatalogState | None = None
        self.outbox = Outbox(connection)
        self.results = ResultReader(connection)

    def read_state(self) -> CatalogState:
        """Return the generation, the version and token of the last commit, and facts about the last collect."""
        if self._state is None:
            self._state = read_state(self._connection)
        return self._state

    def read_shown_values(self) -> dict[str, str]:
        """Return the values of settings that feeds showed at the last collect, by name, without default values."""
        return msgspec.json.decode(read_fact(self._connection, "shown_values") or "{}", type=dict[str, str])

    def read_stemmer(self) -> Stemmer:
        """Return the stemmer of the catalog's language, by which searches find other forms of words."""
        return read_stemmer(self._connection)

    def has_commit(self, version: int, commit: str) -> bool:
        """Return whether the catalog contains a commit; True only for one of the last commits.

        A database loses commits when it is restored from a backup, when a replica that lags takes over, and after a
        crash with `synchronous_commit=off`. The next commits get the same versions.
        """
        return has_commit(self._connection, version, commit)

    def find_newest(self, *, now: datetime) -> datetime | None:
        """Return the publication time of the newest of all entries that counts include at `now`; None without any."""
        query = Query() if self._counts_related else Query(with_related=False)
        entries = self.read_newest(query, limit=1, now=now).entries
        return entries[0].published if entries else None

    def _open_windows(self, query: Query) -> WindowReader:
        return WindowReader(self._connection, query, topic=self._find_topic_number(query))

    def _find_topic_number(self, query: Query) -> int | None:
        if query.topic and query.topic not in self._topic_numbers:
            self._topic_numbers[query.topic] = self._connection.scalar(_TOPIC_NUMBER, {"slug": query.topic}) or 0
        return self._topic_numbers.get(query.topic)

    def read_newest(self, query: Query, *, limit: int, now: datetime) -> Window:
        """Read the newest `limit` entries of a query released by `now`."""
        key = (query, limit, now)
        window = self._recall_window(key) or self._open_windows(query).read_newest(limit=limit, now=now)
        self._last_window = key, window
        return window

    def _recall_window(self, key: tuple[object, ...]) -> Window | None:
        """Return the last window if it was read with the same arguments: all formats of a feed show one window."""
        last_key, window = self._last_window
        return window if last_key == key else None

    def read_tombstones(self, query: Query, *, since: datetime | None, now: datetime) -> TombstoneWindow:
        """Read the tombstones of a query for entries removed by `now`, and not before `since`."""
        names = query.topics.names if query.topics else ()
        slugs = self._connection.execute(select(_TOPICS.number, _TOPICS.slug).where(_TOPICS.slug.in_(names)))
        topics = {row.slug: row.number for row in slugs}
        start = to_seconds(since) if since else _FIRST_TIME
        return read_tombstones(self._connection, query, topics=topics, since=start, now=to_seconds(now))

    def count_entries(self, query: Query, *, now: datetime) -> int:
        """Count the entries of a query released by `now`."""
        return EntryFinder(self._connection, query).count(now=now)

    def read_digests(self, query: Query, cycle: Cycle, *, limit: int, max_stories: int) -> tuple[Digest, ...]:
        """Read the newest `limit` digests of a query, each of at most `max_stories` stories."""
        key = (query, cycle, limit, max_stories)
        if self._last_digests[0] != key:  # all formats of a digest show the same stories
            digests = DigestReader(self._connection, query, cycle=cycle)
            self._last_digests = key, digests.read_newest(limit=limit, max_stories=max_stories)
        return self._last_digests[1]

    def open_digests(self, query: Query, cycle: Cycle) -> DigestReader:
        """Return a reader of a query's digests, to read single issues."""
        return DigestReader(self._connection, query, cycle=cycle)

    def find_last_title_change(self, query: Query, *, since: datetime | None) -> datetime | None:
        """Return the time of the last change to the title of a query, or `since` if later; None without either."""
        changed = self._open_windows(query).find_last_title_change()
        return from_seconds(max(changed, to_seconds(since) if since else 0)) if changed or since else None

    def read_archive(self, query: Query, part: ArchivePart, *, now: datetime) -> Window | None:
        """Read the entries of one part of a query's archive released by `now`; None if the part does not exist."""
        key = (query, part, now)
        window = self._recall_window(key) or self._open_windows(query).read_archive(part, now=now)
        self._last_window = key, window
        return window

    def list_archive_parts(self, query: Query, *, limit: int, now: datetime) -> list[ArchivePart]:
        """List the archive parts that follow the newest `limit` entries released by `now`, newest first.

        The newest entries link to the first part; the other parts are whole blocks, if there are several blocks.
        """
        return self._open_windows(query).list_archive_parts(limit=limit, now=now)

    def open_archive_changes(self, period: ChangePeriod) -> ArchiveChanges:
        """Return the changes of a period, to find the parts of archives around them."""
        return ArchiveChanges(self._connection, period)

    def list_blocks(self, query: Query) -> list[ArchivePart]:
        """List the whole blocks of a plain query's archive; none if all entries are in a single block."""
        numbers = Blocks(self._connection, self.find_scope(query)).list_numbers()
        return [ArchivePart(number) for number in numbers] if len(numbers) > 1 else []

    def find_scope(self, query: Query) -> Scope:
        """Return the scope of a plain query."""
        return Scope(topic=self._find_topic_number(query), provider=query.provider)

    def find_last_change(self, *, now: datetime) -> datetime | None:
        """Return the time of the last visible change to the whole catalog; None if there never was an entry."""
        newest = self.read_newest(Query(), limit=1, now=now).changed.any
        changed = int(read_fact(self._connection, "changed") or 0)
        last = max(changed, find_last_scheduled_change(self._connection, until=to_seconds(now)))
        return max((each for each in (newest, from_seconds(last) if last else None) if each), default=None)

    def read_fact(self, name: str) -> str | None:
        """Return the single value with a name, or None."""
        return read_fact(self._connection, name)

    def read_page_changes(self, names: Iterable[str] | None = None) -> dict[str, ListChange]:
        """Return the last changes of topics' pages as `TopicPageStore` does."""
        return TopicPageStore(self._connection).read(names)

    def list_scheduled_changes(self, *, after: int, until: int) -> list[int]:
        """Return the times of scheduled changes as `feeds.catalog.schedule` does."""
        return list_scheduled_changes(self._connection, after=after, until=until)

    def find_next_scheduled_change(self, *, after: datetime) -> datetime | None:
        """Return the time of the next scheduled change: an entry is released, or a topic is retired or closed."""
        return _to_datetime(find_next_scheduled_change(self._connection, after=to_seconds(after)))

    def find_changed_scopes(self, version: int) -> dict[str, int]:
        """Return the scopes with any change since a version of the catalog, with their present versions."""
        scopes = schema.scopes.c
        changed = or_(scopes.version > version, scopes.ranking > version)
        rows = self._connection.execute(select(scopes.name, scopes.version, scopes.ranking).where(changed))
        return {row.name: max(row.version, row.ranking) for row in rows}

    def find_mentions(self, names: Collection[str]) -> list[StoredMention]:
        """Return all mentions with a URL or given id in `names`; a mention may be repeated."""
        return SourceStore(self._connection).find_mentions(sorted(names))

    def read_mentions_in(self, keys: Collection[str]) -> list[StoredMention]:
        """Return the mentions in the files with the given keys."""
        return SourceStore(self._connection).read_mentions_in(sorted(keys))

    def list_collects(self) -> list[CollectRecord]:
        """List the last collects that changed or reported something, newest first."""
        return list_collects(self._connection)

    def count_problems(self) -> ProblemCounts:
        """Count the problems of the current version of every file."""
        return count_problems(self._connection)

    def list_problems(self, level: Level, *, limit: int) -> list[Problem]:
        """List the first `limit` problems of a level in the current versions of files, by path and position."""
        return list_problems(self._connection, level, limit=limit)


def _to_datetime(seconds: int | None) -> datetime | None:
    return None if seconds is None else from_seconds(seconds)
