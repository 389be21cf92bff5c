"""Select the entries that are shown at a time: released, and not expired."""

from collections import Counter

from sqlalchemy import BigInteger, ColumnElement, Connection, Integer, bindparam, func, or_, select

from feeds.catalog import schema
from feeds.model.entry import Kind

_ENTRIES = schema.entries.c
_NOW = bindparam("now", type_=BigInteger)
_HIDDEN = (_ENTRIES.released > _NOW, _ENTRIES.expires <= _NOW)  # apart, because each has an index
_WAITING, _EXPIRED = (select(_ENTRIES.number).where(hidden) for hidden in _HIDDEN)
# With EXISTS, PostgreSQL expects a third of all entries to be expired, and goes through all of them.
HAS_EXPIRED = select(func.min(_ENTRIES.expires)).where(_ENTRIES.expires.is_not(None)).scalar_subquery() <= _NOW
"""Whether any entry has expired by the parameter `now`, in seconds, and the next collect has yet to remove it."""

_MEMBERSHIPS = select(_ENTRIES.provider, _ENTRIES.topics, _ENTRIES.published, _ENTRIES.kind)
IS_ARTICLE = _ENTRIES.kind == Kind.ARTICLE.value
_IS_COUNTED = or_(bindparam("with_related", type_=Integer) == 1, IS_ARTICLE)


def is_visible(now: int | ColumnElement[int]) -> ColumnElement[bool]:
    """Build a condition for the entries that are shown at a time, in seconds."""
    return (_ENTRIES.released <= now) & (_ENTRIES.expires.is_(None) | (_ENTRIES.expires > now))


def find_waiting(connection: Connection, *, now: int) -> list[int]:
    """Return the numbers of the entries that are released later than `now`, in seconds."""
    return list(connection.scalars(_WAITING, {"now": now}))


def find_expired(connection: Connection, *, now: int) -> list[int]:
    """Return the numbers of the entries expired by `now`, in seconds; the next collect makes them former versions."""
    return list(connection.scalars(_EXPIRED, {"now": now}))


class HiddenEntries:
    """Read the entries that wait for their release or have expired since the last collect, at a time in seconds.

    The counts of topics and providers include these few entries, and readers subtract them. Without `with_related`,
    only published articles count.
    """

    def __init__(self, connection: Connection, *, now: int, with_related: bool) -> None:
        rows = [row for hidden in _HIDDEN for row in connection.execute(_MEMBERSHIPS.where(hidden), {"now": now})]
        self._rows = [row for row in rows if with_related or row.kind == Kind.ARTICLE.value]

    def count_by_provider(self) -> Counter[str]:
        """Count the entries by domain."""
        return Counter(row.provider for row in self._rows)

    def count_by_topic(self) -> Counter[int]:
        """Count the entries by topic number."""
        return Counter(number for number, _ in self.list_topic_dates())

    def list_topic_dates(self) -> list[tuple[int, int]]:
        """Return the topic number and the publication time of each membership of an entry in a topic."""
        return [(int(number), row.published) for row in self._rows for number in row.topics.split()]


def count_hidden(selected: ColumnElement[bool]) -> ColumnElement[int]:
    """Build the number of selected entries that wait or have expired, like `HiddenEntries`.

    The parameters are `now` and `with_related`, 1 or 0.
    """
    waiting, expired = (
        select(func.count()).where(hidden, selected, _IS_COUNTED).scalar_subquery() for hidden in _HIDDEN
    )
    return waiting + expired


def find_newest(
    connection: Connection, *, now: int, topic: int | None = None, provider: str = "", with_related: bool = True
) -> int | None:
    """Return the publication time of the newest entry of a topic or provider that is shown at a time, in seconds.

    Without `with_related`, only published articles count.
    """
    is_shown = is_visible(now) if with_related else is_visible(now) & IS_ARTICLE
    if topic is None:
        found = select(_ENTRIES.published).where(_ENTRIES.provider == provider)
        return connection.scalar(found.where(is_shown).order_by(_ENTRIES.published.desc()).limit(1))
    members = schema.entry_topics.c
    joined = schema.entry_topics.join(schema.entries, members.entry == _ENTRIES.number)
    found = select(members.published).select_from(joined).where(members.topic == topic, is_shown)
    return connection.scalar(found.order_by(members.published.desc()).limit(1))
