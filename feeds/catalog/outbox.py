"""Store the outbox: pending notifications of hubs, pending purges of caches, and how far the catalog was scanned."""

from collections.abc import Collection, Mapping
from datetime import datetime

import msgspec
from sqlalchemy import Connection, delete, func, select, update

from feeds.catalog import schema
from feeds.catalog.facts import read_fact, save_facts
from feeds.catalog.rows import RowWriter, chunks, look_up
from feeds.catalog.schedule import AFTER_RETIREMENT
from feeds.model.clock import to_seconds

_POSITION = "announced"
_LAST_CHARACTER = "\x7f"  # paths are ASCII


class ScanPosition(msgspec.Struct, frozen=True):
    """How far the catalog has been scanned for changes: commit `version` and releases until `scanned`.

    `committed` is the time of the commit. Both times are in seconds. `program` identifies the program that scanned all
    documents that shared caches keep for long; empty if the scan was for hubs only.
    """

    version: int
    committed: int
    scanned: int = msgspec.field(name="looked")
    program: str = ""


class Notification(msgspec.Struct, frozen=True):
    """A pending notification of a hub or purge of a cache: the document at a path has new bytes, with this ETag.

    `since` is the time of the change, `attempts` the number of failed attempts, and `due` the time of the next attempt.
    Both times are in seconds. After a success, the notification is delivered `repeats` more times.
    """

    path: str
    etag: str
    since: int
    attempts: int
    due: int
    repeats: int = 0


class PendingOf(msgspec.Struct, frozen=True):
    """The pending notifications of a hub.

    `attempts` is the highest number of failed attempts. `oldest` is the time of the oldest change, and `next` the time
    of the next attempt, both in seconds.
    """

    hub: str
    count: int
    attempts: int
    oldest: int
    next: int


class PendingCount(msgspec.Struct, frozen=True):
    """The number of pending notifications, and the time of the oldest change behind them, in seconds."""

    count: int
    oldest: int | None


class Outbox:
    """Queries of the outbox over a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read_position(self) -> ScanPosition | None:
        """Return how far the catalog has been scanned; None before the first scan, without hubs up to now."""
        value = read_fact(self._connection, _POSITION)
        return msgspec.json.decode(value, type=ScanPosition) if value else None

    def read_commit_time(self) -> int:
        """Return the time of the last commit, in seconds; 0 without commits."""
        return int(read_fact(self._connection, "committed") or 0)

    def find_scopes_changed_by_time(self, *, after: int, until: datetime) -> set[str]:
        """Return the names of scopes changed by time alone, later than `after`, in seconds, and by `until`.

        In a scope changed by time, entries have been released, have expired or have got a tombstone, the topic has been
        retired, or its feed has been closed.
        """
        entries, topics, tombstones = schema.entries.c, schema.topics.c, schema.tombstones.c
        found = select(entries.provider, entries.topics).distinct()
        rows = [
            row
            for time in (entries.released, entries.expires)
            for row in self._connection.execute(found.where(time > after, time <= to_seconds(until)))
        ]
        has_appeared = (tombstones.appears > after) & (tombstones.appears <= to_seconds(until))
        scopes = set(self._connection.scalars(select(tombstones.scope).distinct().where(has_appeared)))
        of_topics = {scope for scope in scopes if scope.startswith("topics/")}
        numbers = {int(number) for row in rows for number in row.topics.split()}
        numbers |= {int(scope.partition("/")[2]) for scope in of_topics}
        names = {f"providers/{row.provider}" for row in rows} | ({"feed"} if rows else set()) | (scopes - of_topics)
        for chunk in chunks(numbers):
            slugs = self._connection.scalars(select(topics.slug).where(topics.number.in_(chunk)))
            names.update(f"topics/{slug}" for slug in slugs)
        for delay in AFTER_RETIREMENT:
            retired = select(topics.slug).where(
                topics.retired > after - delay, topics.retired <= to_seconds(until) - delay
            )
            names.update(f"topics/{slug}" for slug in self._connection.scalars(retired))
        return names

    def list_due(self, hub: str, *, until: datetime) -> list[Notification]:
        """List the notifications of a hub due by `until`, with the fewest attempts first."""
        pings = schema.pings.c
        found = (
            select(pings.path, pings.etag, pings.since, pings.attempts, pings.due, pings.repeats)
            .where(pings.hub == hub, pings.due <= to_seconds(until))
            .order_by(pings.attempts, pings.since, pings.path)
        )
        return [Notification(*row) for row in self._connection.execute(found)]

    def find_unpurged(self, caches: Collection[str]) -> set[str]:
        """Return the paths with a pending first purge of any of the caches."""
        pings = schema.pings.c
        return set(self._connection.scalars(select(pings.path).where(pings.hub.in_(caches), pings.repeats > 0)))

    def list_announced(self, stem: str) -> list[str]:
        """List the known paths below `stem`, such as `/topics/ai/` or `/topics/ai.`, sorted."""
        path = schema.announced.c.path
        found = select(path).where(path >= stem, path < f"{stem}{_LAST_CHARACTER}").order_by(path)
        return list(self._connection.scalars(found))

    def list_unlinked(self) -> dict[str, int]:
        """Return the time since when no feed links to an archive document, in seconds, by path."""
        announced = schema.announced.c
        rows = self._connection.execute(
            select(announced.path, announced.unlinked).where(announced.unlinked.is_not(None))
        )
        return {row.path: row.unlinked for row in rows}

    def find_next_due(self, hub: str, *, only_untried: bool = False) -> int | None:
        """Return the due time of a hub's next notification, in seconds; None without pending notifications.

        With `only_untried`, notifications with a failed attempt are ignored.
        """
        pings = schema.pings.c
        found = select(func.min(pings.due)).where(pings.hub == hub)
        due: int | None = self._connection.scalar(found.where(pings.attempts == 0) if only_untried else found)
        return due

    def count_pending(self) -> PendingCount:
        """Count the pending notifications of all hubs."""
        count, oldest = self._connection.execute(select(func.count(), func.min(schema.pings.c.since))).one()
        return PendingCount(count, oldest)

    def list_pending(self) -> list[PendingOf]:
        """List the hubs with pending notifications, sorted."""
        pings = schema.pings.c
        found = select(
            pings.hub, func.count(), func.max(pings.attempts), func.min(pings.since), func.min(pings.due)
        ).group_by(pings.hub)
        return [PendingOf(*row) for row in self._connection.execute(found.order_by(pings.hub))]


class OutboxWriter(Outbox):
    """Statements over the outbox; the owner of the connection commits or rolls back."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._rows = RowWriter(connection)

    def save_position(self, position: ScanPosition) -> None:
        """Save how far the catalog has been scanned."""
        save_facts(self._connection, {_POSITION: msgspec.json.encode(position).decode()})

    def read_etags(self, paths: Collection[str]) -> dict[str, str]:
        """Return the ETags from the last scan, by path; a feed without an ETag has never been scanned."""
        return look_up(self._connection, schema.announced.c.etag, key=schema.announced.c.path, keys=paths)

    def save_etags(self, etags: Mapping[str, str]) -> None:
        """Save the ETags of a scan, by path."""
        self._rows.upsert(schema.announced, [{"path": path, "etag": etag} for path, etag in etags.items()])

    def save_unlinked(self, times: Mapping[str, int | None]) -> None:
        """Save since when no feed links to archive documents, in seconds, by path; None for a linked document."""
        self._rows.update(schema.announced, [{"path": path, "unlinked": time} for path, time in times.items()])

    def forget(self, paths: Collection[str]) -> None:
        """Forget the ETags of paths."""
        self._rows.remove(schema.announced, [{"path": path} for path in paths])

    def put(self, hub: str, notifications: Collection[Notification]) -> None:
        """Add notifications of a hub; each replaces a pending notification of the same feed."""
        self._rows.upsert(schema.pings, [{"hub": hub, **msgspec.structs.asdict(each)} for each in notifications])

    def claim(self, hub: str, notification: Notification, *, until: int) -> bool:
        """Keep other processes from sending a notification before `until`, in seconds.

        Return False if another process has claimed or sent the notification.
        """
        pings = schema.pings.c
        ours = (
            pings.hub == hub,
            pings.path == notification.path,
            pings.etag == notification.etag,
            pings.due == notification.due,
        )
        return self._connection.execute(update(schema.pings).where(*ours).values(due=until)).rowcount == 1

    def postpone(self, hub: str, notifications: Collection[Notification]) -> None:
        """Replace notifications by postponed ones, except for feeds with newer changes."""
        self.put(hub, [each for each in notifications if self._is_current(hub, each)])

    def remove(self, hub: str, notification: Notification) -> None:
        """Remove a notification, unless the feed has a newer change."""
        pings = schema.pings.c
        self._connection.execute(
            delete(schema.pings).where(
                pings.hub == hub, pings.path == notification.path, pings.etag == notification.etag
            )
        )

    def remove_other_hubs(self, *, keep: Collection[str]) -> None:
        """Remove all notifications of hubs and caches outside `keep`."""
        self._connection.execute(delete(schema.pings).where(schema.pings.c.hub.not_in(keep)))

    def _is_current(self, hub: str, notification: Notification) -> bool:
        pings = schema.pings.c
        etag = select(pings.etag).where(pings.hub == hub, pings.path == notification.path)
        return self._connection.scalar(etag) == notification.etag
