"""Store the tombstones of removed entries, and read those of a feed (RFC 6721).

A tombstone that ends stays as a row: `Last-Modified` depends on the time of its end. Times are in seconds.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from itertools import groupby

import msgspec
from sqlalchemy import BigInteger, Connection, bindparam, select

from feeds.catalog import schema
from feeds.catalog.archive_blocks import Scope
from feeds.catalog.rows import Record, RowWriter, Stored, chunks
from feeds.model.clock import from_seconds
from feeds.model.feed import Tombstone
from feeds.model.query import Query

MAX_TOMBSTONES = 50
"""The maximum number of tombstones in a feed."""

_COLUMNS = schema.tombstones.c
# Built once, because building costs more than executing.
_WINDOW = (
    select(schema.tombstones)
    .where(_COLUMNS.scope.in_(bindparam("scopes", expanding=True)))
    .where(_COLUMNS.removed >= bindparam("since", type_=BigInteger))
    .where(_COLUMNS.removed <= bindparam("now", type_=BigInteger))
    .order_by(_COLUMNS.removed.desc(), _COLUMNS.id)
)


class ScopedTombstone(msgspec.Struct, frozen=True):
    """A tombstone in the feed of a scope, of the entry with an id, removed at a time; `ref` is the id in Atom feeds.

    `scope` is the name of a `Scope`, with the number of a topic.
    """

    scope: str
    id: str
    ref: str
    removed: int


class TombstoneWindow(msgspec.Struct, frozen=True):
    """The tombstones of a feed, newest first, and the time of the last change among them; None without any."""

    tombstones: tuple[Tombstone, ...]
    changed: datetime | None


class TombstoneStore:
    """Read and write tombstones over a connection; `committed` is the time of the current commit.

    In a new catalog (`is_new`), tombstones have the times of the removals as their times of change.
    """

    def __init__(self, connection: Connection, *, committed: int, is_new: bool) -> None:
        self._connection = connection
        self._rows = RowWriter(connection)
        self._committed = committed
        self._is_new = is_new

    def find(self, ids: Collection[str]) -> dict[ScopedTombstone, int]:
        """Return the tombstones of the entries with the given ids that have not ended, with their times of change."""
        found: dict[ScopedTombstone, int] = {}
        for chunk in chunks(ids):
            rows = self._connection.execute(
                select(schema.tombstones).where(_COLUMNS.id.in_(chunk), _COLUMNS.ended.is_(None))
            )
            found.update((ScopedTombstone(row.scope, row.id, row.ref, row.removed), row.changed) for row in rows)
        return found

    def end(self, tombstones: Mapping[ScopedTombstone, int]) -> None:
        """End tombstones, given with their times of change; nobody has seen those that wait for their time."""
        rows: list[Record] = [
            {"scope": each.scope, "id": each.id, "changed": changed, "ended": self._committed}
            for each, changed in tombstones.items()
        ]
        self._rows.remove(schema.tombstones, [row for row in rows if row["changed"] > self._committed])
        self._rows.update(schema.tombstones, [row for row in rows if row["changed"] <= self._committed])

    def add(self, tombstones: Iterable[ScopedTombstone]) -> None:
        """Write new tombstones."""
        self._rows.insert(schema.tombstones, [self._make_record(each) for each in tombstones])

    def _make_record(self, tombstone: ScopedTombstone) -> Record:
        is_waiting = tombstone.removed > self._committed
        return {
            **msgspec.structs.asdict(tombstone),
            "changed": tombstone.removed if is_waiting or self._is_new else self._committed,
            "appears": tombstone.removed if is_waiting else None,
            "ended": None,
        }


def find_buried_ids(connection: Connection, scope: Scope) -> list[str]:
    """Return the ids of the entries with a tombstone in a scope."""
    found = select(_COLUMNS.id).where(_COLUMNS.scope == scope.name, _COLUMNS.ended.is_(None))
    return list(connection.scalars(found))


def read_tombstones(
    connection: Connection, query: Query, *, topics: Mapping[str, int], since: int, now: int
) -> TombstoneWindow:
    """Read the tombstones of a query removed between two times: the newest, at most `MAX_TOMBSTONES`.

    `topics` are the numbers of the topics that the query names, by slug. Of a removed entry, only topics and provider
    are known, so the other fields of the query do not matter: a tombstone of an entry that a feed never had is allowed,
    and has no effect.
    """
    scopes = _name_scopes(query, topics)
    found: list[Tombstone] = []
    changed = 0
    with connection.execute(_WINDOW, {"scopes": list(scopes), "since": since, "now": now}) as rows:
        for _, group in groupby(rows, key=lambda row: (row.removed, row.id)):
            of_entry = list(group)
            current = [row for row in of_entry if row.ended is None]
            has_tombstone = bool(current) and _matches(current, query, scopes)
            changed = max([changed, *(row.ended or row.changed for row in of_entry if row.ended or has_tombstone)])
            if has_tombstone:
                found.append(Tombstone(current[0].ref, from_seconds(current[0].removed)))
            if len(found) == MAX_TOMBSTONES:
                break
    return TombstoneWindow(tuple(found), from_seconds(changed) if changed else None)


def _name_scopes(query: Query, topics: Mapping[str, int]) -> dict[str, str]:
    """Return the topics and providers that a query names, by the name of the scope; empty names with all tombstones."""
    named = {Scope(topic=number).name: slug for slug, number in topics.items()}
    named |= {Scope(provider=domain).name: domain for each in query.provider_expressions for domain in each.names}
    return named if query.is_presorted and named else {Scope().name: "", **named}


def _matches(rows: Iterable[Stored], query: Query, scopes: Mapping[str, str]) -> bool:
    names = frozenset(scopes[row.scope] for row in rows)
    expressions = (*([query.topics] if query.topics else []), *query.provider_expressions)
    return all(each.holds(names) for each in expressions)
