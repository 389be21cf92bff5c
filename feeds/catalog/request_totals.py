"""Store totals of requests by day, feed and reader, and add the totals of several processes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from itertools import groupby
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, case, delete, or_, select

from feeds.catalog.kept_tables import prepare_kept_tables, read_kept_layout, request_totals

OTHER = "(other)"
"""The name under which the readers and feeds beyond the limits are counted together."""

OTHER_COMPOSED = "(other composed feeds)"

KEPT_DAYS = 400
"""How long the totals of a day are kept: two summers can be compared."""


_ROWS_AT_ONCE = 1_000


class TotalKey(NamedTuple):
    """A row of totals: day since 1970-01-01 in UTC, feed, reader, and the subscription of an aggregator or empty."""

    day: int
    feed: str
    reader: str
    source: str = ""


class Totals(msgspec.Struct, frozen=True):
    """Numbers of requests, and the last stated number of subscribers with its time in milliseconds."""

    requests: int = 0
    not_modified: int = 0
    unconditional: int = 0
    subscribers: int | None = None
    stated: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        last = other if other.subscribers is not None and other.stated >= self.stated else self
        return Totals(
            self.requests + other.requests,
            self.not_modified + other.not_modified,
            self.unconditional + other.unconditional,
            last.subscribers,
            last.stated,
        )


class DailyTotals(msgspec.Struct, frozen=True):
    """The totals of a feed, day and reader, of all subscriptions of an aggregator together.

    `requests_by_source` are the requests of each subscription with stated subscribers.
    """

    day: int
    feed: str
    reader: str
    totals: Totals
    requests_by_source: tuple[int, ...] = ()


class Limits(msgspec.Struct, frozen=True):
    """The limits on the number of rows of a day: in total, of composed feeds, and of a feed."""

    rows: int = 5_000
    composed_rows: int = 1_000
    feed_rows: int = 100
    feed_characters: int = 300  # a key must fit into a page of the index


class KeyLimiter:
    """Counts the keys of a day beyond the limits under common keys; a stored key always stays."""

    def __init__(self, limits: Limits, stored: Iterable[TotalKey] = ()) -> None:
        self._limits = limits
        self._known: set[TotalKey] = set()
        self._days: dict[int, int] = {}
        self._composed: dict[int, int] = {}
        self._feeds: dict[tuple[int, str], int] = {}
        for key in stored:
            self._count(key)

    def fold(self, key: TotalKey) -> TotalKey:
        """Return the key under which to count; the same key, if there is room."""
        if key in self._known:
            return key
        if len(key.feed) > self._limits.feed_characters:
            key = key._replace(feed=OTHER_COMPOSED)
        if is_composed(key.feed) and self._composed.get(key.day, 0) >= self._limits.composed_rows:
            key = key._replace(feed=OTHER_COMPOSED)
        if self._feeds.get((key.day, key.feed), 0) >= self._limits.feed_rows:
            key = key._replace(reader=OTHER, source="")
        if key not in self._known and self._days.get(key.day, 0) >= self._limits.rows:
            key = TotalKey(key.day, OTHER, OTHER)
        if key not in self._known:
            self._count(key)
        return key

    def _count(self, key: TotalKey) -> None:
        self._known.add(key)
        self._days[key.day] = self._days.get(key.day, 0) + 1
        if is_composed(key.feed):
            self._composed[key.day] = self._composed.get(key.day, 0) + 1
        self._feeds[key.day, key.feed] = self._feeds.get((key.day, key.feed), 0) + 1


def is_composed(feed: str) -> bool:
    """Return whether anybody can make up the URL of a feed: an expression of several names, or a query."""
    return any(sign in feed for sign in "?,+!")


class RequestTotalsReader:
    """Queries of the totals over a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read(self, *, first_day: int, last_day: int) -> Iterator[DailyTotals]:
        """Read the totals of some days, in order of day, feed and reader; nothing without any statistics.

        A long period has millions of rows: they are read one after the other, while the connection is open.
        """
        if read_kept_layout(self._connection) is None:
            return iter(())
        columns = request_totals.c
        found = (
            select(request_totals)
            .where(columns.day >= first_day, columns.day <= last_day)
            .order_by(*request_totals.primary_key)
        )
        rows = self._connection.execute(found, execution_options={"yield_per": _ROWS_AT_ONCE})
        return merge_sources((TotalKey(*row[:4]), Totals(*row[4:])) for row in rows)


def merge_sources(totals: Iterable[tuple[TotalKey, Totals]]) -> Iterator[DailyTotals]:
    """Add up the subscriptions of each aggregator; the totals must be in order of their keys."""
    for (day, feed, reader), group in groupby(totals, key=lambda row: (row[0].day, row[0].feed, row[0].reader)):
        each = [row[1] for row in group]
        yield DailyTotals(
            day,
            feed,
            reader,
            each[0] if len(each) == 1 else _add_sources(each),
            tuple(one.requests for one in each if one.subscribers is not None),
        )


def _add_sources(totals: Sequence[Totals]) -> Totals:
    stated = [each.subscribers for each in totals if each.subscribers is not None]
    total = sum(totals, Totals())
    return msgspec.structs.replace(total, subscribers=sum(stated) if stated else None)


class RequestTotalsWriter:
    """Statements over the totals; the owner of the connection commits or rolls back."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._insert = import_module(f"sqlalchemy.dialects.{connection.dialect.name}").insert
        prepare_kept_tables(connection)

    def add(self, totals: Mapping[TotalKey, Totals], *, limits: Limits) -> None:
        """Add totals to the stored totals, folded by the limits of a day. The last statement of subscribers counts."""
        folded: dict[TotalKey, Totals] = {}
        limiter = KeyLimiter(limits, self._list_keys({key.day for key in totals}))
        for key in sorted(totals):
            place = limiter.fold(key)
            folded[place] = folded.get(place, Totals()) + totals[key]
        self._upsert([{**key._asdict(), **msgspec.structs.asdict(folded[key])} for key in sorted(folded)])

    def remove_before(self, day: int) -> None:
        """Remove the totals of all earlier days."""
        self._connection.execute(delete(request_totals).where(request_totals.c.day < day))

    def _list_keys(self, days: Iterable[int]) -> list[TotalKey]:
        columns = request_totals.c
        found = select(columns.day, columns.feed, columns.reader, columns.source)
        return [TotalKey(*row) for row in self._connection.execute(found.where(columns.day.in_(sorted(days))))]

    def _upsert(self, records: Sequence[dict[str, Any]]) -> None:
        if not records:
            return
        statement = self._insert(request_totals)
        old, new = request_totals.c, statement.excluded
        is_later = new.subscribers.is_not(None) & or_(old.subscribers.is_(None), new.stated >= old.stated)
        values = {
            **{name: old[name] + new[name] for name in ("requests", "not_modified", "unconditional")},
            "subscribers": case((is_later, new.subscribers), else_=old.subscribers),
            "stated": case((is_later, new.stated), else_=old.stated),
        }
        keys = [column.name for column in request_totals.primary_key]
        self._connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=values), list(records))
