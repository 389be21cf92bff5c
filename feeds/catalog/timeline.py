"""Read the newest entries of a query, and the older entries in the parts of its archive."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection, select

from feeds.catalog import schema
from feeds.catalog.archive_blocks import BLOCK_SIZE, Block, Blocks, EntryPosition, Scope, Span, is_earlier
from feeds.catalog.rows import Stored, chunks
from feeds.catalog.search_index.finder import EntryFinder
from feeds.catalog.selection import (
    STORED,
    TITLE_CHANGES,
    find_shape,
    list_values,
    select_departed_ids,
    select_ids,
    select_last_departure,
    select_last_expiry,
    select_position,
    select_window,
)
from feeds.catalog.visibility import find_expired
from feeds.model.archive import ArchivePart, FeedEnd
from feeds.model.clock import from_seconds, to_seconds
from feeds.model.entry import Entry, decode_entry, fingerprint
from feeds.model.format_times import FormatTimes
from feeds.model.query import Query

_MARK_DIGITS = 8
_MAX_ENTRIES_BEYOND_BLOCK = 4 * BLOCK_SIZE
"""The maximum number of entries between a feed end and its block: the block was divided later, or the URL is fake."""


class Window(msgspec.Struct, frozen=True):
    """Consecutive entries of a query, newest first, ties by id: the newest entries, or one part of the archive.

    `changed` holds the times of the last visible change to the window, None if there never was an entry. `older` and
    `newer` are the adjacent parts of the archive, None if there are none. The newest entries have no `older` part if
    their number is below the limit. New entries come into a window that `is_growing`; only other windows are finished
    archive documents.
    """

    entries: tuple[Entry, ...]
    changed: FormatTimes
    older: ArchivePart | None = None
    newer: ArchivePart | None = None
    is_growing: bool = True


class WindowReader:
    """Read windows of a query over one connection; `topic` is the number of the query's only topic, 0 if unknown."""

    def __init__(self, connection: Connection, query: Query, *, topic: int | None) -> None:
        self._connection = connection
        self._query = query
        self._topic = topic
        self._scope = Scope(topic=topic, provider=query.provider)

    def read_newest(self, *, limit: int, now: datetime) -> Window:
        """Read the newest `limit` entries released by `now`."""
        read = self._read_presorted if self._query.is_presorted else self._search
        return read(limit=limit, now=now)

    def _search(self, *, limit: int, now: datetime) -> Window:
        """Read the newest entries if the catalog does not keep the entries of the query in order."""
        finder = EntryFinder(self._connection, self._query)
        entries = schema.entries.c
        wanted = STORED.where(entries.number.in_(finder.find_newest(limit=limit, now=now)))
        rows = self._connection.execute(wanted.order_by(entries.published.desc(), entries.id)).all()
        span = Span(EntryPosition(rows[-1].published, rows[-1].id)) if len(rows) == limit else Span()
        # An entry may join by a change that no format shows, such as of words beyond the end of its body.
        changed = _find_latest(rows, [self.find_last_title_change()]).any
        last = finder.find_last_left_or_joined(span, now=now, after=to_seconds(changed) if changed else 0)
        return Window(_decode(rows), FormatTimes.same(from_seconds(last) if last else None))

    def _read_presorted(self, *, limit: int, now: datetime) -> Window:
        """Read the newest entries if the catalog keeps the entries of the query in order."""
        rows = self._read_entries(Span(), limit=limit, now=now)
        if len(rows) < limit:
            return Window(_decode(rows), self._find_last_change(rows, Span(), now=now))
        # An entry that left from below the window was never visible in it, unless the window has moved up since; the
        # change that moved the window is then newer. So the present end of the window bounds the departures.
        last = EntryPosition(rows[-1].published, rows[-1].id)
        # The link depends on this end and on the block alone. If it depended on whether older entries exist, the window
        # would change although none of its entries did.
        block = self._blocks().find_below(last)
        changed = self._find_last_change(rows, Span(last), now=now, linked=[block])
        return Window(_decode(rows), changed, older=_make_first_part(block, last))

    def read_archive(self, part: ArchivePart, *, now: datetime) -> Window | None:
        """Read the entries of one part of the archive released by `now`; None if the part does not exist."""
        blocks = self._blocks()
        block = blocks.find_numbered(part.block)
        if block is None:
            return None
        preceding, following = blocks.find_preceding(block), blocks.find_following(block)
        boundary = following.start if following else None
        end = self._find_feed_end(part.end) if part.end else boundary
        is_beyond = end is not None and boundary is not None and is_earlier(boundary, end)
        span = Span(block.start, end)
        rows = self._read_entries(span, limit=_MAX_ENTRIES_BEYOND_BLOCK + 1 if is_beyond else None, now=now)
        if is_beyond and len(rows) > _MAX_ENTRIES_BEYOND_BLOCK:
            return None
        newer = None if part.end else following
        return Window(
            entries=_decode(rows),
            changed=self._find_last_change(rows, span, now=now, linked=[each for each in (preceding, newer) if each]),
            older=ArchivePart(preceding.number) if preceding else None,
            newer=ArchivePart(newer.number) if newer else None,
            is_growing=end is None,
        )

    def list_archive_parts(self, *, limit: int, now: datetime) -> list[ArchivePart]:
        """List the archive parts that follow the newest `limit` entries released by `now`, newest first.

        The newest entries link to the first part; the other parts are whole blocks, if there are several blocks.
        """
        last = self._find_last(limit=limit, now=now)
        if last is None:
            return []
        blocks = self._blocks()
        block = blocks.find_below(last)
        whole = blocks.list_numbers() if blocks.find_preceding(block) else []
        return [_make_first_part(block, last), *map(ArchivePart, whole)]

    def find_last_title_change(self) -> int:
        """Return the time of the last change to the title of the query, in seconds; 0 if the title never changed."""
        changes = self._connection.execute(_TITLE_CHANGES, {"scopes": self._query.scopes}).one()
        return _find_later(*changes)

    def _blocks(self) -> Blocks:
        return Blocks(self._connection, self._scope)

    def _list_values(self, span: Span | None = None, *, now: datetime | None = None) -> dict[str, object]:
        return {"topic": self._topic, "scope": self._scope.name, **list_values(self._query, span, now=now)}

    def _find_feed_end(self, feed_end: FeedEnd) -> EntryPosition:
        """Return the position of the entry that a feed end names, even if the entry has left.

        If the catalog has no trace of the entry, return the position before all entries of the same time.
        """
        values = {**self._list_values(), "published": feed_end.published}
        for select_all in (select_ids, select_departed_ids):
            for id in self._connection.scalars(select_all(find_shape(self._query)), values):
                if _mark(id) == feed_end.mark:
                    return EntryPosition(feed_end.published, id)
        return EntryPosition(feed_end.published, "")

    def _read_entries(self, span: Span, *, limit: int | None, now: datetime) -> Sequence[Stored]:
        """Read the newest entries in a span."""
        statement = select_window(find_shape(self._query, span), has_limit=limit is not None)
        values = self._list_values(span, now=now)
        return self._connection.execute(statement, {**values, "limit": limit}).all()

    def _find_last(self, *, limit: int, now: datetime) -> EntryPosition | None:
        """Return the position of the last of the newest `limit` entries; None if there are fewer entries."""
        values = {**self._list_values(now=now), "offset": limit - 1}
        row = self._connection.execute(select_position(find_shape(self._query)), values).one_or_none()
        return EntryPosition(*row) if row else None

    def _find_last_change(
        self, rows: Sequence[Stored], span: Span, *, now: datetime, linked: Sequence[Block] = ()
    ) -> FormatTimes:
        """Return the times of the last change to the rows, to entries in their span or to the links to other blocks."""
        statement = select_last_departure(find_shape(self._query, span))
        values = {**self._list_values(span, now=now), "scopes": self._query.scopes}
        last_left, has_expired, *title = self._connection.execute(statement, values).one()
        last_expired = self._find_last_expiry(span, now=now) if has_expired else 0
        others = [last_left or 0, last_expired, *(block.drawn for block in linked)]
        return _find_latest(rows, [_find_later(*title), *others])

    def _find_last_expiry(self, span: Span, *, now: datetime) -> int:
        """Return the last time, in seconds, at which an entry in a span expired since the last collect, or 0."""
        statement, values = select_last_expiry(find_shape(self._query, span)), self._list_values(span)
        expired = chunks(find_expired(self._connection, now=to_seconds(now)))
        times = [self._connection.scalar(statement, {**values, "numbers": numbers}) or 0 for numbers in expired]
        return max(times, default=0)


_TITLE_CHANGES = select(*TITLE_CHANGES)


def _find_later(scopes: int | None, site: str | None) -> int:
    """Return the later of the times of `TITLE_CHANGES`, in seconds; 0 without either."""
    return max(scopes or 0, int(site or 0))


def _find_latest(rows: Sequence[Stored], others: Sequence[int]) -> FormatTimes:
    """Return the times of the last change to a row, or the latest of the other times, in seconds, if later."""

    def find(times: Iterable[int]) -> datetime | None:
        latest = max([*times, *others])
        return from_seconds(latest) if latest else None

    return FormatTimes(
        any=find(row.changed for row in rows),
        atom=find(row.atom_changed for row in rows),
        rss=find([_find_last_date_change(rows), *(row.rss_changed for row in rows)]),
        json=find(row.json_changed for row in rows),
    )


def _find_last_date_change(rows: Sequence[Stored]) -> int:
    """Return the last time, in seconds, at which the newest `updated` of rows changed with one of the rows, or 0.

    That is the date of an RSS feed, whose items do not show `updated`. It changed when the first of the rows with the
    newest value got it, and when a row lost a newer value. After any other change, another row has changed it later.
    """
    if not any(row.updated_changed for row in rows):
        return 0
    values = [to_seconds(entry.updated) for entry in _decode(rows)]
    newest = max(values)
    first: int = min(row.updated_changed for row, value in zip(rows, values, strict=True) if value == newest)
    lost: list[int] = [row.updated_changed for row in rows if row.updated_before > newest]
    return max([first, *lost])


def _decode(rows: Sequence[Stored]) -> tuple[Entry, ...]:
    return tuple(decode_entry(row.document) for row in rows)


def _make_first_part(block: Block, last: EntryPosition) -> ArchivePart:
    """Return the archive part below `last`, an entry in `block` or right above the block."""
    return ArchivePart(block.number, FeedEnd(last.published, _mark(last.id)))


def _mark(id: str) -> str:
    return fingerprint(id.encode())[:_MARK_DIGITS]
