"""Read the catalog: the queries behind feeds and pages, each on an index and none larger than what it returns."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, or_, select

from feeds.catalog import schema
from feeds.catalog.activity import count_weeks
from feeds.catalog.digests import Digest, DigestReader
from feeds.catalog.outbox import Outbox
from feeds.catalog.records import CatalogState, ProviderCount, Topic
from feeds.catalog.rows import Stored
from feeds.catalog.schedule import find_last_topic_change, find_next_scheduled_change
from feeds.catalog.search_index.finder import EntryFinder
from feeds.catalog.timeline import Window, WindowReader
from feeds.model.archive import ArchivePart
from feeds.model.clock import from_seconds, to_seconds
from feeds.model.periods import Cycle
from feeds.model.query import Query


class CatalogReader:
    """The queries, over one connection and so over one state of the catalog."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.outbox = Outbox(connection)

    def state(self) -> CatalogState:
        """Read the version of the last commit, and the moment of the last collect."""
        wanted = schema.facts.c.name.in_(("settings_fingerprint", "collected", "generation", "version"))
        facts = {row.name: row.value for row in self._connection.execute(select(schema.facts).where(wanted))}
        collected = from_seconds(int(facts["collected"])) if "collected" in facts else None
        return CatalogState(
            facts.get("generation", ""),
            version=int(facts.get("version", 0)),
            collected=collected,
            settings_fingerprint=facts.get("settings_fingerprint", ""),
        )

    def topics(self) -> list[Topic]:
        """Read every topic that has a feed, or had one until it was closed, by name and slug."""
        topics = schema.topics.c
        found = select(schema.topics).where(~topics.slug.startswith("/")).order_by(topics.name, topics.slug)
        return [_topic(row) for row in self._connection.execute(found)]

    def topic(self, slug: str) -> Topic | None:
        """Read the topic with this slug."""
        row = self._connection.execute(select(schema.topics).where(schema.topics.c.slug == slug)).one_or_none()
        return _topic(row) if row else None

    def topic_behind(self, alias: str) -> str | None:
        """Give the slug of the topic that answers to another slug."""
        return self._connection.scalar(select(schema.aliases.c.topic).where(schema.aliases.c.slug == alias))

    def providers(self) -> list[ProviderCount]:
        """Read every provider that has entries, by domain."""
        found = select(schema.providers).where(schema.providers.c.entries > 0).order_by(schema.providers.c.domain)
        return [_provider(row) for row in self._connection.execute(found)]

    def domains(self) -> list[str]:
        """Read the domains of all providers that have a feed, in order, those without entries any more included."""
        domain = schema.providers.c.domain
        return list(self._connection.scalars(select(domain).where(domain != "").order_by(domain)))

    def provider(self, domain: str) -> ProviderCount | None:
        """Read the provider with this domain."""
        row = self._connection.execute(
            select(schema.providers).where(schema.providers.c.domain == domain)
        ).one_or_none()
        return _provider(row) if row else None

    def activity(self, *, end: datetime, weeks: int) -> Mapping[str, tuple[int, ...]]:
        """Count the entries of each topic, by slug, in the weeks up to `end`; the oldest week first."""
        return count_weeks(self._connection, end=to_seconds(end), weeks=weeks)

    def window(self, query: Query, *, limit: int, now: datetime) -> Window:
        """Read the newest `limit` entries that are released by `now`."""
        return WindowReader(self._connection, query).read_newest(limit=limit, now=now)

    def count(self, query: Query, *, now: datetime) -> int:
        """Count the entries that are released by `now`."""
        return EntryFinder(self._connection, query).count(now=now)

    def digests(self, query: Query, cycle: Cycle, *, limit: int, max_stories: int) -> tuple[Digest, ...]:
        """Read the newest `limit` digests of a query, each of at most `max_stories` stories."""
        return DigestReader(self._connection, query, cycle).read_newest(limit=limit, max_stories=max_stories)

    def last_titled(self, query: Query, *, since: datetime | None) -> datetime | None:
        """Give when what a selection is called last changed, or `since` if that was later; None if neither ever was."""
        titled = WindowReader(self._connection, query).find_last_title_change()
        return from_seconds(max(titled, to_seconds(since) if since else 0)) if titled or since else None

    def archive(self, query: Query, part: ArchivePart, *, now: datetime) -> Window | None:
        """Read the entries of one part of an archive that are released by `now`; None where there is no such part."""
        return WindowReader(self._connection, query).read_archive(part, now=now)

    def archive_parts(self, query: Query, *, limit: int, now: datetime) -> list[ArchivePart]:
        """List the parts of the archive that the newest `limit` entries released by `now` lead to, newest first.

        The first is the one that they are linked to; the others are whole blocks, if there is more than one.
        """
        return WindowReader(self._connection, query).list_archive_parts(limit=limit, now=now)

    def last_change(self, *, now: datetime) -> datetime | None:
        """Give when anything at all last looked different, None where nothing was ever there."""
        newest = self.window(Query(), limit=1, now=now).changed
        moment = self._connection.scalar(select(schema.facts.c.value).where(schema.facts.c.name == "changed"))
        last = max(int(moment or 0), find_last_topic_change(self._connection, until=to_seconds(now)))
        return max((each for each in (newest, from_seconds(last) if last else None) if each), default=None)

    def next_release(self, *, after: datetime) -> datetime | None:
        """Give the moment at which something next shows by itself: an entry is released, a topic retired or closed."""
        return _moment(find_next_scheduled_change(self._connection, after=to_seconds(after)))

    def versions_since(self, version: int) -> dict[str, int]:
        """Give the scopes in which anything has changed since a version of the catalog, with their versions now."""
        scopes = schema.scopes.c
        moved = or_(scopes.version > version, scopes.ranking > version)
        rows = self._connection.execute(select(scopes.name, scopes.version, scopes.ranking).where(moved))
        return {row.name: max(row.version, row.ranking) for row in rows}


def _topic(row: Stored) -> Topic:
    return Topic(
        slug=row.slug,
        name=row.name,
        description=row.description,
        image=row.image,
        parent=row.parent,
        entries=row.entries,
        newest=_moment(row.newest),
        origin=row.origin,
        retired=_moment(row.retired),
        successor=row.successor,
    )


def _provider(row: Stored) -> ProviderCount:
    return ProviderCount(domain=row.domain, entries=row.entries, newest=_moment(row.newest))


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else from_seconds(seconds)
