"""The statements that read entries, and departures of entries, in order of time: of a topic, a provider, or all.

Each statement is built once for each shape of a query, because building costs far more than executing.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import BigInteger, ColumnElement, FromClause, Select, bindparam, func, select

from feeds.catalog import schema
from feeds.catalog.archive_blocks import END, START, Span, lies_in, list_bounds
from feeds.catalog.visibility import HAS_EXPIRED, is_visible
from feeds.model.clock import to_seconds
from feeds.model.entry import Kind
from feeds.model.query import Query

STORED = select(
    schema.entries.c.id,
    schema.entries.c.published,
    schema.entries.c.changed,
    schema.entries.c.atom_changed,
    schema.entries.c.rss_changed,
    schema.entries.c.json_changed,
    schema.entries.c.updated_changed,
    schema.entries.c.updated_before,
    schema.entries.c.document,
)
"""What a feed shows of entries."""

TITLE_CHANGES = (
    select(func.max(schema.scopes.c.changed))
    .where(schema.scopes.c.name.in_(bindparam("scopes", expanding=True)))
    .scalar_subquery(),
    select(schema.facts.c.value).where(schema.facts.c.name == "settings_changed").scalar_subquery(),
)
"""The last change to the title of a query, and the last change to the settings of the site."""

_NOW = bindparam("now", type_=BigInteger)
_ENTRIES, _DEPARTURES = schema.entries, schema.departures.c


class Shape(msgspec.Struct, frozen=True):
    """The conditions of a statement without their values: the conditions of a query, and the bounds of a span."""

    has_topic: bool
    has_provider: bool
    includes_related: bool
    has_start: bool = False
    has_end: bool = False


def find_shape(query: Query, span: Span | None = None) -> Shape:
    """Return the shape of the statements for a query and a span."""
    return Shape(
        has_topic=bool(query.topic),
        has_provider=bool(query.provider),
        includes_related=query.includes_related,
        has_start=span is not None and span.start is not None,
        has_end=span is not None and span.end is not None,
    )


def list_values(query: Query, span: Span | None = None, *, now: datetime | None = None) -> dict[str, object]:
    """Return the values for the parameters of the statements, except the topic's number and the scope."""
    values: dict[str, object] = {"provider": query.provider}
    if now is not None:
        values["now"] = to_seconds(now)
    return values | list_bounds(span) if span else values


@cache
def select_window(shape: Shape, *, has_limit: bool) -> Select[Any]:
    """Select the entries that are shown, newest first; at most `limit` entries with a limit."""
    source, where, published = _select_from(shape)
    found = STORED.select_from(source).where(*where, is_visible(_NOW))
    found = found.order_by(published.desc(), schema.entries.c.id)
    return found.limit(bindparam("limit")) if has_limit else found


@cache
def select_position(shape: Shape) -> Select[Any]:
    """Select the position of the entry that follows the newest `offset` entries that are shown."""
    source, where, published = _select_from(shape)
    found = select(published, schema.entries.c.id).select_from(source).where(*where, is_visible(_NOW))
    return found.order_by(published.desc(), schema.entries.c.id).offset(bindparam("offset")).limit(1)


@cache
def select_ids(shape: Shape) -> Select[Any]:
    """Select the ids of the entries published at the time `published`."""
    source, where, published = _select_from(shape)
    return select(_ENTRIES.c.id).select_from(source).where(*where, published == bindparam("published"))


@cache
def select_departed_ids(shape: Shape) -> Select[Any]:
    """Select the ids of the entries published at the time `published` that have left the scope."""
    return select(_DEPARTURES.id).where(*_select_departures(shape), _DEPARTURES.published == bindparam("published"))


@cache
def select_last_departure(shape: Shape) -> Select[Any]:
    """Select the last time at which an entry left the scope, in seconds, and whether any entry has expired.

    The statement ends with the columns of `TITLE_CHANGES`: a further statement would cost more than what it finds.
    """
    left = select(func.max(_DEPARTURES.until)).where(*_select_departures(shape))
    return select(left.scalar_subquery(), HAS_EXPIRED, *TITLE_CHANGES)


@cache
def select_last_expiry(shape: Shape) -> Select[Any]:
    """Select the last time, in seconds, at which one of the entries with these `numbers` expires."""
    source, where, _ = _select_from(shape)
    numbers = _ENTRIES.c.number.in_(bindparam("numbers", expanding=True))
    return select(func.max(_ENTRIES.c.expires)).select_from(source).where(numbers, *where)


def _select_from(shape: Shape) -> tuple[FromClause, list[ColumnElement[bool]], ColumnElement[int]]:
    """Return the source of a query's entries, the conditions on the rows, and the column to order by."""
    where = _select_kind(shape, _ENTRIES.c.kind)
    if shape.has_provider:
        where.append(_ENTRIES.c.provider == bindparam("provider"))
    if not shape.has_topic:
        published = _ENTRIES.c.published
        return _ENTRIES, [*where, *_bound(shape, published=published, id=_ENTRIES.c.id)], published
    topic, published, entry = schema.entry_topics.c  # in order of time by topic
    conditions = [topic == bindparam("topic"), *where, *_bound(shape, published=published, id=_ENTRIES.c.id)]
    return schema.entry_topics.join(_ENTRIES, entry == _ENTRIES.c.number), conditions, published


def _select_departures(shape: Shape) -> list[ColumnElement[bool]]:
    bounds = _bound(shape, published=_DEPARTURES.published, id=_DEPARTURES.id)
    return [_DEPARTURES.scope == bindparam("scope"), *_select_kind(shape, _DEPARTURES.kind), *bounds]


def _select_kind(shape: Shape, kind: ColumnElement[str]) -> list[ColumnElement[bool]]:
    return [] if shape.includes_related else [kind == Kind.ARTICLE.value]


def _bound(shape: Shape, *, published: ColumnElement[int], id: ColumnElement[str]) -> Iterator[ColumnElement[bool]]:
    start, end = START if shape.has_start else None, END if shape.has_end else None
    return lies_in(start, end, published=published, id=id)
