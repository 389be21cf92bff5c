"""Keep the outbox: what hubs have yet to be told, and up to where the catalog has been gone through for that."""

from collections.abc import Collection, Mapping
from datetime import datetime

import msgspec
from sqlalchemy import Connection, delete, func, select, update

from feeds.catalog import schema
from feeds.catalog.rows import chunks, look_up
from feeds.catalog.writer import CatalogWriter
from feeds.model.clock import to_seconds

_SEEN = "announced"


class Seen(msgspec.Struct, frozen=True):
    """Up to where the catalog has been gone through: commit `version`, made at `committed`, releases up to `looked`.

    Both moments are in seconds.
    """

    version: int
    committed: int
    looked: int


class Ping(msgspec.Struct, frozen=True):
    """What a hub has yet to be told: the feed at this canonical path has other bytes, with this ETag.

    It is so `since` a moment, has been tried in vain so many times, and is `due` at another; both are in seconds.
    """

    path: str
    etag: str
    since: int
    attempts: int
    due: int


class Outbox:
    """The outbox as it is, over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def seen(self) -> Seen | None:
        """Read up to where the catalog has been gone through; None: no hub has ever had to be told of it."""
        value = self._read_fact(_SEEN)
        return msgspec.json.decode(value, type=Seen) if value else None

    def committed(self) -> int:
        """Give the moment of the last commit, in seconds; 0 where there was none."""
        return int(self._read_fact("committed") or 0)

    def turned_scopes(self, *, after: int, until: datetime) -> set[str]:
        """Name the scopes that look otherwise by themselves later than `after`, in seconds, and by `until`.

        Entries have been released there, or the topic has been retired.
        """
        entries, topics = schema.entries.c, schema.topics.c
        found = select(entries.provider, entries.topics).distinct()
        rows = self._connection.execute(
            found.where(entries.released > after, entries.released <= to_seconds(until))
        ).all()
        numbers = {int(number) for row in rows for number in row.topics.split()}
        names = {f"providers/{row.provider}" for row in rows} | ({"feed"} if rows else set())
        for chunk in chunks(numbers):
            slugs = self._connection.scalars(select(topics.slug).where(topics.number.in_(chunk)))
            names.update(f"topics/{slug}" for slug in slugs)
        retired = select(topics.slug).where(topics.retired > after, topics.retired <= to_seconds(until))
        return names | {f"topics/{slug}" for slug in self._connection.scalars(retired)}

    def pings_to(self, hub: str, *, until: datetime) -> list[Ping]:
        """Read what a hub is to be told by `until`, first what has been tried least often."""
        pings = schema.pings.c
        found = (
            select(pings.path, pings.etag, pings.since, pings.attempts, pings.due)
            .where(pings.hub == hub, pings.due <= to_seconds(until))
            .order_by(pings.attempts, pings.since, pings.path)
        )
        return [Ping(*row) for row in self._connection.execute(found)]

    def next_due(self, hub: str, *, is_untried: bool = False) -> int | None:
        """Give the moment, in seconds, at which a hub is to be told next; None where it has been told everything.

        With `is_untried`, only of what has never been tried in vain.
        """
        pings = schema.pings.c
        found = select(func.min(pings.due)).where(pings.hub == hub)
        due: int | None = self._connection.scalar(found.where(pings.attempts == 0) if is_untried else found)
        return due

    def _read_fact(self, name: str) -> str | None:
        return self._connection.scalar(select(schema.facts.c.value).where(schema.facts.c.name == name))


class OutboxWriter(Outbox):
    """The outbox and its statements, over one connection; whoever made the connection commits or rolls back."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._writer = CatalogWriter(connection)

    def see(self, seen: Seen) -> None:
        """Note up to where the catalog has been gone through."""
        self._writer.set_facts({_SEEN: msgspec.json.encode(seen).decode()})

    def etags(self, paths: Collection[str]) -> dict[str, str]:
        """Read which bytes were last taken account of, by path; what has no entry has never been looked at."""
        return look_up(self._connection, schema.announced.c.path, schema.announced.c.etag, paths)

    def set_etags(self, etags: Mapping[str, str]) -> None:
        """Take account of bytes, by path."""
        self._writer.upsert(schema.announced, [{"path": path, "etag": etag} for path, etag in etags.items()])

    def put(self, hub: str, pings: Collection[Ping]) -> None:
        """Have a hub told, each instead of what it had yet to be told of the same feed."""
        self._writer.upsert(schema.pings, [{"hub": hub, **msgspec.structs.asdict(ping)} for ping in pings])

    def claim(self, hub: str, ping: Ping, *, until: int) -> bool:
        """Have nobody else tell a hub of a feed before a moment, in seconds; False where somebody does, or has."""
        pings = schema.pings.c
        ours = (pings.hub == hub, pings.path == ping.path, pings.etag == ping.etag, pings.due == ping.due)
        return self._connection.execute(update(schema.pings).where(*ours).values(due=until)).rowcount == 1

    def put_off(self, hub: str, pings: Collection[Ping]) -> None:
        """Have a hub told later, but for feeds that have changed again meanwhile."""
        self.put(hub, [ping for ping in pings if self._is_current(hub, ping)])

    def take_out(self, hub: str, ping: Ping) -> None:
        """Leave it at that, unless the feed has changed again meanwhile."""
        pings = schema.pings.c
        self._connection.execute(
            delete(schema.pings).where(pings.hub == hub, pings.path == ping.path, pings.etag == ping.etag)
        )

    def forget_hubs(self, *, but: Collection[str]) -> None:
        """Throw away what hubs other than these have yet to be told."""
        self._connection.execute(delete(schema.pings).where(schema.pings.c.hub.not_in(but)))

    def _is_current(self, hub: str, ping: Ping) -> bool:
        pings = schema.pings.c
        etag = select(pings.etag).where(pings.hub == hub, pings.path == ping.path)
        return self._connection.scalar(etag) == ping.etag
