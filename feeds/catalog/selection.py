"""The statements that read entries, and former versions of entries, in order of time: of a topic, a provider, or all.

Each statement is built once for each shape of a query, because building costs far more than executing.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import BigInteger, ColumnElement, FromClause, Select, Table, bindparam, func, select

from feeds.catalog import schema
from feeds.catalog.archive_blocks import END, START, Span, lies_in, list_bounds
from feeds.catalog.visibility import HAS_EXPIRED, is_visible
from feeds.model.clock import to_seconds
from feeds.model.entry import Kind
from feeds.model.query import Query

STORED = select(
    schema.entries.c.id,
    schema.entries.c.published,
    schema.entries.c.released,
    schema.entries.c.changed,
    schema.entries.c.document,
)
"""What a feed shows of entries."""

_NOW = bindparam("now", type_=BigInteger)
_MEMBERS = {schema.entries.name: schema.entry_topics, schema.former_versions.name: schema.former_version_topics}


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
    """Return the values for the parameters of the statements, except the number of the topic."""
    values: dict[str, object] = {"provider": query.provider}
    if now is not None:
        values["now"] = to_seconds(now)
    return values | list_bounds(span) if span else values


@cache
def select_window(shape: Shape, *, has_limit: bool) -> Select[Any]:
    """Select the entries that are shown, newest first; at most `limit` entries with a limit."""
    source, where, published = _select_from(shape, schema.entries)
    found = STORED.select_from(source).where(*where, is_visible(_NOW))
    found = found.order_by(published.desc(), schema.entries.c.id)
    return found.limit(bindparam("limit")) if has_limit else found


@cache
def select_position(shape: Shape) -> Select[Any]:
    """Select the position of the entry that follows the newest `offset` entries that are shown."""
    source, where, published = _select_from(shape, schema.entries)
    found = select(published, schema.entries.c.id).select_from(source).where(*where, is_visible(_NOW))
    return found.order_by(published.desc(), schema.entries.c.id).offset(bindparam("offset")).limit(1)


@cache
def select_ids(shape: Shape, table: Table) -> Select[Any]:
    """Select the ids of the rows published at the time `published`."""
    source, where, published = _select_from(shape, table)
    return select(table.c.id).select_from(source).where(*where, published == bindparam("published"))


@cache
def select_last_left(shape: Shape) -> Select[Any]:
    """Select the last time at which a version of an entry ended, in seconds, and whether any entry has expired.

    Changes of figures do not count.
    """
    versions = schema.former_versions.c
    source, where, _ = _select_from(shape, schema.former_versions)
    ended = select(func.max(versions.until)).select_from(source).where(*where, versions.figures_only == 0)
    return select(ended.scalar_subquery(), HAS_EXPIRED)


@cache
def select_last_expiry(shape: Shape) -> Select[Any]:
    """Select the last time, in seconds, at which one of the entries with these `numbers` expires."""
    entries = schema.entries.c
    source, where, _ = _select_from(shape, schema.entries)
    numbers = entries.number.in_(bindparam("numbers", expanding=True))
    return select(func.max(entries.expires)).select_from(source).where(numbers, *where)


def _select_from(shape: Shape, table: Table) -> tuple[FromClause, list[ColumnElement[bool]], ColumnElement[int]]:
    """Return the source of a query's rows of `table`, the conditions on the rows, and the column to order by."""
    where: list[ColumnElement[bool]] = [] if shape.includes_related else [table.c.kind == Kind.ARTICLE.value]
    if shape.has_provider:
        where.append(table.c.provider == bindparam("provider"))
    if not shape.has_topic:
        return table, [*where, *_bound(shape, table, published=table.c.published)], table.c.published
    members = _MEMBERS[table.name]
    topic, published, member = members.c  # in order of time by topic
    conditions = [topic == bindparam("topic"), *where, *_bound(shape, table, published=published)]
    return members.join(table, member == table.c.number), conditions, published


def _bound(shape: Shape, table: Table, *, published: ColumnElement[int]) -> Iterator[ColumnElement[bool]]:
    start, end = START if shape.has_start else None, END if shape.has_end else None
    return lies_in(start, end, published=published, id=table.c.id)
