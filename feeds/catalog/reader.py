"""Read the catalog: the queries behind feeds and pages, each on an index and none larger than what it returns."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, Connection, FromClause, Table, func, or_, select

from feeds.address import ArchivePart, Cut
from feeds.catalog import schema
from feeds.catalog.activity import count_weeks
from feeds.catalog.blocks import BLOCK_SIZE, Block, Blocks, Key, Scope, Span, is_earlier, lie_in
from feeds.catalog.digests import Digest, DigestReader
from feeds.catalog.finding import Finder
from feeds.catalog.outbox import Outbox
from feeds.catalog.turns import last_turn_of_topics, next_turn
from feeds.catalog.writer import Stored
from feeds.cycle import Cycle
from feeds.entry import Entry, Kind, fingerprint
from feeds.moments import from_seconds, to_seconds
from feeds.selection import Selection
from feeds.topics import GRACE

_MARK_DIGITS = 8
_MOST_BEYOND = 4 * BLOCK_SIZE  # entries below a cut that lies, by now or by somebody's whim, beyond its block


class Topic(msgspec.Struct, frozen=True):
    """A topic that has entries or once had: how it is written, and how much there is.

    `parent` and `successor` are slugs or empty. `origin` is its first slug. From `retired` on it is, if that is given.
    """

    slug: str
    name: str
    description: str
    image: str
    parent: str
    entries: int
    newest: datetime | None
    origin: str = ""
    retired: datetime | None = None
    successor: str = ""

    def is_retired(self, now: datetime) -> bool:
        """Say whether it is listed no more, and its feed says so."""
        return self.retired is not None and self.retired <= now

    def is_closed(self, now: datetime) -> bool:
        """Say whether its feed has come to its end."""
        return self.retired is not None and now - self.retired >= GRACE


class ProviderCount(msgspec.Struct, frozen=True):
    """A provider's domain, and how much there is of it."""

    domain: str
    entries: int
    newest: datetime | None


class Window(msgspec.Struct, frozen=True):
    """The newest entries of a selection, newest first, ties by id.

    `changed` is when this window last looked different, None where nothing was ever in it; `older` is where older
    entries are, if there are any, and None where the window has room for them.
    """

    entries: tuple[Entry, ...]
    changed: datetime | None
    older: ArchivePart | None


class Archive(msgspec.Struct, frozen=True):
    """The entries of one part of a selection's archive, newest first, ties by id.

    `changed` is when it last looked different, None where nothing was ever in it; `older` and `newer` are the parts
    beside it. What `is_growing` is no archive yet: the newest entries come into it.
    """

    entries: tuple[Entry, ...]
    changed: datetime | None
    older: ArchivePart | None
    newer: ArchivePart | None
    is_growing: bool


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
        self.outbox = Outbox(connection)

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

    def window(self, selection: Selection, *, limit: int, now: datetime) -> Window:
        """Read the newest `limit` entries that are released by `now`."""
        if not selection.is_plain:
            return self._find_window(selection, limit=limit, now=now)
        rows = self._read_entries(selection, Span(), limit=limit, now=now)
        if len(rows) < limit:
            return Window(_decode(rows), self._last_change(selection, rows, Span()), older=None)
        # What left from below the window was not seen in it, unless the window has moved up since; and then whatever
        # moved it up is younger. So its present end is the right place to cut.
        last = Key(rows[-1].published, rows[-1].id)
        # The link to what is older is made of that end and of the block alone. Whether there is anything older, the
        # window cannot tell: it would look different without anything in it having changed.
        block = self._blocks(selection).below(last)
        return Window(
            _decode(rows), self._last_change(selection, rows, Span(last), linked=[block]), older=_cut(block, last)
        )

    def count(self, selection: Selection, *, now: datetime) -> int:
        """Count the entries that are released by `now`."""
        return Finder(self._connection, selection).count(now=now)

    def _find_window(self, selection: Selection, *, limit: int, now: datetime) -> Window:
        finder = Finder(self._connection, selection)
        entries = schema.entries.c
        wanted = _STORED.where(entries.number.in_(finder.newest(limit=limit, now=now)))
        rows = self._connection.execute(wanted.order_by(entries.published.desc(), entries.id)).all()
        span = Span(Key(rows[-1].published, rows[-1].id)) if len(rows) == limit else Span()
        return Window(_decode(rows), self._latest(selection, rows, [finder.last_departure(span)]), older=None)

    def digests(self, selection: Selection, cycle: Cycle, *, most: int, stories: int) -> tuple[Digest, ...]:
        """Read the newest digests of a selection, at most `most`, each of at most so many stories."""
        return DigestReader(self._connection, selection, cycle).newest(most=most, stories=stories)

    def last_titled(self, selection: Selection, *, since: datetime | None) -> datetime | None:
        """Give when what a selection is called last changed, or `since` if that was later; None if neither ever was."""
        titled = self._appearance_changed(selection)
        return from_seconds(max(titled, to_seconds(since) if since else 0)) if titled or since else None

    def archive(self, selection: Selection, part: ArchivePart, *, now: datetime) -> Archive | None:
        """Read the entries of one part of an archive that are released by `now`; None where there is no such part."""
        blocks = self._blocks(selection)
        block = blocks.numbered(part.block)
        if block is None:
            return None
        preceding, following = blocks.preceding(block), blocks.following(block)
        boundary = following.start if following else None
        end = self._find_cut(selection, part.cut) if part.cut else boundary
        is_beyond = end is not None and boundary is not None and is_earlier(boundary, end)
        span = Span(block.start, end)
        rows = self._read_entries(selection, span, limit=_MOST_BEYOND + 1 if is_beyond else None, now=now)
        if is_beyond and len(rows) > _MOST_BEYOND:
            return None
        newer = None if part.cut else following
        return Archive(
            entries=_decode(rows),
            changed=self._last_change(selection, rows, span, linked=[each for each in (preceding, newer) if each]),
            older=ArchivePart(preceding.number) if preceding else None,
            newer=ArchivePart(newer.number) if newer else None,
            is_growing=end is None,
        )

    def archive_parts(self, selection: Selection, *, limit: int, now: datetime) -> list[ArchivePart]:
        """List the parts of the archive that the newest `limit` entries released by `now` lead to, newest first.

        The first is the one that they are linked to; the others are whole blocks, if there is more than one.
        """
        last = self._find_last(selection, limit=limit, now=now)
        if last is None:
            return []
        blocks = self._blocks(selection)
        block = blocks.below(last)
        whole = blocks.numbers() if blocks.preceding(block) else []
        return [_cut(block, last), *map(ArchivePart, whole)]

    def last_change(self, *, now: datetime) -> datetime | None:
        """Give when anything at all last looked different, None where nothing was ever there."""
        newest = self.window(Selection(), limit=1, now=now).changed
        moment = self._connection.scalar(select(schema.facts.c.value).where(schema.facts.c.name == "changed"))
        last = max(int(moment or 0), last_turn_of_topics(self._connection, until=to_seconds(now)))
        return max((each for each in (newest, from_seconds(last) if last else None) if each), default=None)

    def next_release(self, *, after: datetime) -> datetime | None:
        """Give the moment at which something next shows by itself: an entry is released, a topic retired or closed."""
        return _moment(next_turn(self._connection, after=to_seconds(after)))

    def versions_since(self, version: int) -> dict[str, int]:
        """Give the scopes in which anything has changed since a version of the catalog, with their versions now."""
        scopes = schema.scopes.c
        moved = or_(scopes.version > version, scopes.ranking > version)
        rows = self._connection.execute(select(scopes.name, scopes.version, scopes.ranking).where(moved))
        return {row.name: max(row.version, row.ranking) for row in rows}

    def _appearance_changed(self, selection: Selection) -> int:
        scopes = schema.scopes.c
        titled = select(func.max(scopes.changed)).where(scopes.name.in_(selection.scopes))
        site = select(schema.facts.c.value).where(schema.facts.c.name == "appearance_changed")
        return max(self._connection.scalar(titled) or 0, int(self._connection.scalar(site) or 0))

    def _blocks(self, selection: Selection) -> Blocks:
        if not selection.topic:
            return Blocks(self._connection, Scope(provider=selection.provider))
        number = select(schema.topics.c.number).where(schema.topics.c.slug == selection.topic)
        return Blocks(self._connection, Scope(topic=self._connection.scalar(number) or 0))

    def _find_cut(self, selection: Selection, cut: Cut) -> Key:
        """Give the place of the entry that a cut names, be it gone; without a trace of it, before all of its moment."""
        for table, members in _SELECTED:
            source, where, published = _select_from(selection, table, members)
            ids = select(table.c.id).select_from(source).where(*where, published == cut.published)
            for id in self._connection.scalars(ids):
                if _mark(id) == cut.mark:
                    return Key(cut.published, id)
        return Key(cut.published, "")

    def _read_entries(self, selection: Selection, span: Span, *, limit: int | None, now: datetime) -> Sequence[Stored]:
        """Read the newest entries in a span."""
        entries = schema.entries.c
        source, where, published = _select_from(selection, schema.entries, schema.entry_topics)
        found = (
            _STORED.select_from(source)
            .where(*where, *lie_in(span, published, entries.id), entries.released <= to_seconds(now))
            .order_by(published.desc(), entries.id)
            .limit(limit)
        )
        return self._connection.execute(found).all()

    def _find_last(self, selection: Selection, *, limit: int, now: datetime) -> Key | None:
        """Give the place of the last of the newest `limit` entries, None where there are fewer."""
        id = schema.entries.c.id
        source, where, published = _select_from(selection, schema.entries, schema.entry_topics)
        found = (
            select(published, id)
            .select_from(source)
            .where(*where, schema.entries.c.released <= to_seconds(now))
            .order_by(published.desc(), id)
            .offset(limit - 1)
            .limit(1)
        )
        row = self._connection.execute(found).one_or_none()
        return Key(*row) if row else None

    def _last_change(
        self, selection: Selection, rows: Sequence[Stored], span: Span, *, linked: Sequence[Block] = ()
    ) -> datetime | None:
        """Give when these rows, or anything in their span, last looked different, or were linked to other blocks."""
        departures = schema.departures.c
        source, where, published = _select_from(selection, schema.departures, schema.departure_topics)
        left = [*where, departures.stays == 0, *lie_in(span, published, departures.id)]
        departed = self._connection.scalar(select(func.max(departures.moment)).select_from(source).where(*left))
        return self._latest(selection, rows, [departed or 0, *(block.drawn for block in linked)])

    def _latest(self, selection: Selection, rows: Sequence[Stored], others: Sequence[int]) -> datetime | None:
        """Give the latest moment at which one of these rows, the title, or something else looked different."""
        moments = [self._appearance_changed(selection), *others]
        moments += [max(row.changed, row.released) for row in rows]
        return from_seconds(max(moments)) if any(moments) else None


_STORED = select(
    schema.entries.c.id,
    schema.entries.c.published,
    schema.entries.c.released,
    schema.entries.c.changed,
    schema.entries.c.document,
)
_SELECTED = ((schema.entries, schema.entry_topics), (schema.departures, schema.departure_topics))


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


def _decode(rows: Sequence[Stored]) -> tuple[Entry, ...]:
    return tuple(msgspec.json.decode(row.document, type=Entry) for row in rows)


def _cut(block: Block, last: Key) -> ArchivePart:
    """Name the part of an archive that is older than `last`, which lies in `block` or right above it."""
    return ArchivePart(block.number, Cut(last.published, _mark(last.id)))


def _mark(id: str) -> str:
    return fingerprint(id.encode())[:_MARK_DIGITS]


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
