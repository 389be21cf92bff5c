"""Read the catalog: the queries behind feeds and pages, each on an index and none larger than what it returns."""

from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, Connection, FromClause, Table, func, or_, select

from feeds.catalog import schema
from feeds.catalog.writer import Stored
from feeds.entry import Entry, Kind
from feeds.moments import from_seconds, to_seconds


class Topic(msgspec.Struct, frozen=True):
    """A topic that has entries or once had: how it is written, and how much there is; `parent` is a slug or empty."""

    slug: str
    name: str
    description: str
    image: str
    parent: str
    entries: int
    newest: datetime | None


class ProviderCount(msgspec.Struct, frozen=True):
    """A provider's domain, and how much there is of it."""

    domain: str
    entries: int
    newest: datetime | None


class Selection(msgspec.Struct, frozen=True):
    """Which entries a feed holds: of a topic (by slug), of a provider (by domain), or all; with related ones or not."""

    topic: str = ""
    provider: str = ""
    with_related: bool = True

    @property
    def scope(self) -> str:
        """The name under which the catalog keeps the version of what is selected from."""
        if self.topic:
            return f"topics/{self.topic}"
        return f"providers/{self.provider}" if self.provider else "feed"


class Window(msgspec.Struct, frozen=True):
    """The newest entries of a selection, newest first, ties by id.

    `changed` is when this window last looked different, None where nothing was ever in it; `has_more` says whether
    older entries exist.
    """

    entries: tuple[Entry, ...]
    changed: datetime | None
    has_more: bool


class State(msgspec.Struct, frozen=True):
    """The catalog as a whole.

    `generation` is another one whenever it is made anew, and versions begin again; `version` is that of the last
    commit, and `collected` the moment at which it last agreed with the articles. `appearance` stands for the settings
    with which that was.
    """

    generation: str
    version: int
    collected: datetime | None
    appearance: str


class CatalogReader:
    """The queries, over one connection and so over one state of the catalog."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def state(self) -> State:
        """Read the version of the last commit, and the moment of the last collect."""
        wanted = schema.facts.c.name.in_(("appearance", "collected", "generation", "version"))
        facts = {row.name: row.value for row in self._connection.execute(select(schema.facts).where(wanted))}
        collected = from_seconds(int(facts["collected"])) if "collected" in facts else None
        return State(
            facts.get("generation", ""),
            version=int(facts.get("version", 0)),
            collected=collected,
            appearance=facts.get("appearance", ""),
        )

    def topics(self) -> list[Topic]:
        """Read every topic that has a feed, by name and slug."""
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

    def window(self, selection: Selection, *, limit: int, now: datetime) -> Window:
        """Read the newest `limit` entries that are released by `now`."""
        entries = schema.entries
        source, where, published = _select_from(selection, entries, schema.entry_topics)
        columns = (entries.c.id, entries.c.published, entries.c.released, entries.c.changed, entries.c.document)
        found = (
            select(*columns)
            .select_from(source)
            .where(*where, entries.c.released <= to_seconds(now))
            .order_by(published.desc(), entries.c.id)
            .limit(limit + 1)
        )
        rows = self._connection.execute(found).all()
        shown = rows[:limit]
        has_more = len(rows) > limit
        moments = [
            self._appearance_changed(selection),
            self._last_departure(selection, shown[-1] if len(shown) == limit else None),
        ]
        moments += [max(row.changed, row.released) for row in shown]
        changed = max(moments)
        return Window(
            entries=tuple(msgspec.json.decode(row.document, type=Entry) for row in shown),
            changed=from_seconds(changed) if changed else None,
            has_more=has_more,
        )

    def last_change(self, *, now: datetime) -> datetime | None:
        """Give when anything at all last looked different, None where nothing was ever there."""
        newest = self.window(Selection(), limit=1, now=now).changed
        moment = self._connection.scalar(select(schema.facts.c.value).where(schema.facts.c.name == "changed"))
        committed = from_seconds(int(moment)) if moment else None
        return max((each for each in (newest, committed) if each), default=None)

    def next_release(self, *, after: datetime) -> datetime | None:
        """Give the moment at which the next waiting entry is released."""
        released = schema.entries.c.released
        moment = self._connection.scalar(select(func.min(released)).where(released > to_seconds(after)))
        return from_seconds(moment) if moment is not None else None

    def versions_since(self, version: int) -> dict[str, int]:
        """Give the scopes in which anything has changed since a version of the catalog, with their versions now."""
        scopes = schema.scopes.c
        moved = or_(scopes.version > version, scopes.ranking > version)
        rows = self._connection.execute(select(scopes.name, scopes.version, scopes.ranking).where(moved))
        return {row.name: max(row.version, row.ranking) for row in rows}

    def _appearance_changed(self, selection: Selection) -> int:
        scope = select(schema.scopes.c.changed).where(schema.scopes.c.name == selection.scope)
        site = select(schema.facts.c.value).where(schema.facts.c.name == "appearance_changed")
        return max(self._connection.scalar(scope) or 0, int(self._connection.scalar(site) or 0))

    def _last_departure(self, selection: Selection, last: Stored | None) -> int:
        """Give the moment at which an entry last left the window that ends with `last` (None: it has room for more)."""
        departures = schema.departures.c
        source, where, _ = _select_from(selection, schema.departures, schema.departure_topics)
        if last is not None:
            # What left from below the window was not seen in it, unless the window has moved up since; and then
            # whatever moved it up is younger. So its present end is the right place to cut.
            where.append(departures.published >= last.published)
            where.append(or_(departures.published > last.published, departures.id <= last.id))
        return self._connection.scalar(select(func.max(departures.moment)).select_from(source).where(*where)) or 0


def _select_from(
    selection: Selection, table: Table, members: Table
) -> tuple[FromClause, list[ColumnElement[bool]], ColumnElement[int]]:
    """Give what to select a selection's rows of `table` from, the conditions, and the column to order by.

    `members` lists the rows of `table` topic by topic, in order of time.
    """
    where: list[ColumnElement[bool]] = [] if selection.with_related else [table.c.kind == Kind.ARTICLE.value]
    if selection.provider:
        where.append(table.c.provider == selection.provider)
    if not selection.topic:
        return table, where, table.c.published
    topic, published, member = members.c
    number = select(schema.topics.c.number).where(schema.topics.c.slug == selection.topic).scalar_subquery()
    return members.join(table, member == table.c.number), [topic == number, *where], published


def _topic(row: Stored) -> Topic:
    return Topic(
        slug=row.slug,
        name=row.name,
        description=row.description,
        image=row.image,
        parent=row.parent,
        entries=row.entries,
        newest=_moment(row.newest),
    )


def _provider(row: Stored) -> ProviderCount:
    return ProviderCount(domain=row.domain, entries=row.entries, newest=_moment(row.newest))


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else from_seconds(seconds)
