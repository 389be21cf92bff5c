"""Read the newest entries of a selection, and what of its archive is linked to them."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, Connection, FromClause, Table, func, select

from feeds.catalog import schema
from feeds.catalog.archive_blocks import BLOCK_SIZE, Block, Blocks, Key, Scope, Span, is_earlier, lie_in
from feeds.catalog.rows import Stored
from feeds.catalog.search_index.finding import Finder
from feeds.model.archive import ArchivePart, Cut
from feeds.model.clock import from_seconds, to_seconds
from feeds.model.entry import Entry, Kind, fingerprint
from feeds.model.query import Query

_MARK_DIGITS = 8
_MOST_BEYOND = 4 * BLOCK_SIZE  # entries below a cut that lies, by now or by somebody's whim, beyond its block


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


class WindowReader:
    """Reads the newest entries of one selection, over one connection."""

    def __init__(self, connection: Connection, query: Query) -> None:
        self._connection = connection
        self._query = query

    def newest(self, *, limit: int, now: datetime) -> Window:
        """Read the newest `limit` entries that are released by `now`."""
        return (self._walk if self._query.is_presorted else self._find)(limit=limit, now=now)

    def _find(self, *, limit: int, now: datetime) -> Window:
        """Read them where the catalog does not keep the selection in order."""
        finder = Finder(self._connection, self._query)
        entries = schema.entries.c
        wanted = _STORED.where(entries.number.in_(finder.newest(limit=limit, now=now)))
        rows = self._connection.execute(wanted.order_by(entries.published.desc(), entries.id)).all()
        span = Span(Key(rows[-1].published, rows[-1].id)) if len(rows) == limit else Span()
        return Window(_decode(rows), self._latest(rows, [finder.last_departure(span)]), older=None)

    def _walk(self, *, limit: int, now: datetime) -> Window:
        """Read them where it does."""
        rows = self._read_entries(Span(), limit=limit, now=now)
        if len(rows) < limit:
            return Window(_decode(rows), self._last_change(rows, Span()), older=None)
        # What left from below the window was not seen in it, unless the window has moved up since; and then whatever
        # moved it up is younger. So its present end is the right place to cut.
        last = Key(rows[-1].published, rows[-1].id)
        # The link to what is older is made of that end and of the block alone. Whether there is anything older, the
        # window cannot tell: it would look different without anything in it having changed.
        block = self._blocks().below(last)
        return Window(_decode(rows), self._last_change(rows, Span(last), linked=[block]), older=_cut(block, last))

    def archive(self, part: ArchivePart, *, now: datetime) -> Archive | None:
        """Read the entries of one part of the archive that are released by `now`; None where there is no such part."""
        blocks = self._blocks()
        block = blocks.numbered(part.block)
        if block is None:
            return None
        preceding, following = blocks.preceding(block), blocks.following(block)
        boundary = following.start if following else None
        end = self._find_cut(part.cut) if part.cut else boundary
        is_beyond = end is not None and boundary is not None and is_earlier(boundary, end)
        span = Span(block.start, end)
        rows = self._read_entries(span, limit=_MOST_BEYOND + 1 if is_beyond else None, now=now)
        if is_beyond and len(rows) > _MOST_BEYOND:
            return None
        newer = None if part.cut else following
        return Archive(
            entries=_decode(rows),
            changed=self._last_change(rows, span, linked=[each for each in (preceding, newer) if each]),
            older=ArchivePart(preceding.number) if preceding else None,
            newer=ArchivePart(newer.number) if newer else None,
            is_growing=end is None,
        )

    def archive_parts(self, *, limit: int, now: datetime) -> list[ArchivePart]:
        """List the parts of the archive that the newest `limit` entries released by `now` lead to, newest first.

        The first is the one that they are linked to; the others are whole blocks, if there is more than one.
        """
        last = self._find_last(limit=limit, now=now)
        if last is None:
            return []
        blocks = self._blocks()
        block = blocks.below(last)
        whole = blocks.numbers() if blocks.preceding(block) else []
        return [_cut(block, last), *map(ArchivePart, whole)]

    def titled(self) -> int:
        """Give the moment, in seconds, at which what the selection is called last changed; 0 if it never did."""
        scopes = schema.scopes.c
        titled = select(func.max(scopes.changed)).where(scopes.name.in_(self._query.scopes))
        site = select(schema.facts.c.value).where(schema.facts.c.name == "settings_changed")
        return max(self._connection.scalar(titled) or 0, int(self._connection.scalar(site) or 0))

    def _blocks(self) -> Blocks:
        if not self._query.topic:
            return Blocks(self._connection, Scope(provider=self._query.provider))
        number = select(schema.topics.c.number).where(schema.topics.c.slug == self._query.topic)
        return Blocks(self._connection, Scope(topic=self._connection.scalar(number) or 0))

    def _find_cut(self, cut: Cut) -> Key:
        """Give the place of the entry that a cut names, be it gone; without a trace of it, before all of its moment."""
        for table, members in _SELECTED:
            source, where, published = _select_from(self._query, table, members)
            ids = select(table.c.id).select_from(source).where(*where, published == cut.published)
            for id in self._connection.scalars(ids):
                if _mark(id) == cut.mark:
                    return Key(cut.published, id)
        return Key(cut.published, "")

    def _read_entries(self, span: Span, *, limit: int | None, now: datetime) -> Sequence[Stored]:
        """Read the newest entries in a span."""
        entries = schema.entries.c
        source, where, published = _select_from(self._query, schema.entries, schema.entry_topics)
        found = (
            _STORED.select_from(source)
            .where(*where, *lie_in(span, published, entries.id), entries.released <= to_seconds(now))
            .order_by(published.desc(), entries.id)
            .limit(limit)
        )
        return self._connection.execute(found).all()

    def _find_last(self, *, limit: int, now: datetime) -> Key | None:
        """Give the place of the last of the newest `limit` entries, None where there are fewer."""
        id = schema.entries.c.id
        source, where, published = _select_from(self._query, schema.entries, schema.entry_topics)
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

    def _last_change(self, rows: Sequence[Stored], span: Span, *, linked: Sequence[Block] = ()) -> datetime | None:
        """Give when these rows, or anything in their span, last looked different, or were linked to other blocks."""
        departures = schema.former_versions.c
        source, where, published = _select_from(self._query, schema.former_versions, schema.former_version_topics)
        left = [*where, departures.figures_only == 0, *lie_in(span, published, departures.id)]
        departed = self._connection.scalar(select(func.max(departures.until)).select_from(source).where(*left))
        return self._latest(rows, [departed or 0, *(block.drawn for block in linked)])

    def _latest(self, rows: Sequence[Stored], others: Sequence[int]) -> datetime | None:
        """Give the latest moment at which one of these rows, the title, or something else looked different."""
        moments = [self.titled(), *others]
        moments += [max(row.changed, row.released) for row in rows]
        return from_seconds(max(moments)) if any(moments) else None


_STORED = select(
    schema.entries.c.id,
    schema.entries.c.published,
    schema.entries.c.released,
    schema.entries.c.changed,
    schema.entries.c.document,
)
_SELECTED = ((schema.entries, schema.entry_topics), (schema.former_versions, schema.former_version_topics))


def _select_from(
    query: Query, table: Table, members: Table
) -> tuple[FromClause, list[ColumnElement[bool]], ColumnElement[int]]:
    """Give what to select a selection's rows of `table` from, the conditions, and the column to order by.

    `members` lists the rows of `table` topic by topic, in order of time.
    """
    where: list[ColumnElement[bool]] = [] if query.includes_related else [table.c.kind == Kind.ARTICLE.value]
    if query.provider:
        where.append(table.c.provider == query.provider)
    if not query.topic:
        return table, where, table.c.published
    topic, published, member = members.c
    number = select(schema.topics.c.number).where(schema.topics.c.slug == query.topic).scalar_subquery()
    return members.join(table, member == table.c.number), [topic == number, *where], published


def _decode(rows: Sequence[Stored]) -> tuple[Entry, ...]:
    return tuple(msgspec.json.decode(row.document, type=Entry) for row in rows)


def _cut(block: Block, last: Key) -> ArchivePart:
    """Name the part of an archive that is older than `last`, which lies in `block` or right above it."""
    return ArchivePart(block.number, Cut(last.published, _mark(last.id)))


def _mark(id: str) -> str:
    return fingerprint(id.encode())[:_MARK_DIGITS]
