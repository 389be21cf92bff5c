"""Select the entries that are shown at a time: released, and not expired."""

from collections import Counter

from sqlalchemy import ColumnElement, Connection, func, literal, select

from feeds.catalog import schema

_ENTRIES = schema.entries.c


def is_visible(now: int | ColumnElement[int]) -> ColumnElement[bool]:
    """Build a condition for the entries that are shown at a time, in seconds."""
    return (_ENTRIES.released <= now) & (_ENTRIES.expires.is_(None) | (_ENTRIES.expires > now))


def find_waiting(connection: Connection, *, now: int) -> list[int]:
    """Return the numbers of the entries that are released later than `now`, in seconds."""
    return list(connection.scalars(select(_ENTRIES.number).where(_ENTRIES.released > now)))


def find_expired(connection: Connection, *, now: int) -> list[int]:
    """Return the numbers of the entries expired by `now`, in seconds; the next collect makes them former versions."""
    return list(connection.scalars(select(_ENTRIES.number).where(_ENTRIES.expires <= now)))


class HiddenEntries:
    """Read the entries that wait for their release or have expired since the last collect, at a time in seconds.

    The counts of topics and providers include these few entries, and readers subtract them.
    """

    def __init__(self, connection: Connection, *, now: int) -> None:
        wanted = (_ENTRIES.provider, _ENTRIES.topics, _ENTRIES.published)
        conditions = (_ENTRIES.released > now, _ENTRIES.expires <= now)
        self._rows = [row for hidden in conditions for row in connection.execute(select(*wanted).where(hidden))]

    def count_by_provider(self) -> Counter[str]:
        """Count the entries by domain."""
        return Counter(row.provider for row in self._rows)

    def count_by_topic(self) -> Counter[int]:
        """Count the entries by topic number."""
        return Counter(number for number, _ in self.list_topic_dates())

    def list_topic_dates(self) -> list[tuple[int, int]]:
        """Return the topic number and the publication time of each membership of an entry in a topic."""
        return [(int(number), row.published) for row in self._rows for number in row.topics.split()]


def count_hidden(connection: Connection, *, now: int, topic: int | None = None, provider: str = "") -> int:
    """Count the entries of a topic or provider that wait or have expired at a time, like `HiddenEntries`."""
    selected = _ENTRIES.provider == provider
    if topic is not None:
        selected = literal(" ").concat(_ENTRIES.topics).concat(" ").contains(f" {topic} ")
    conditions = (_ENTRIES.released > now, _ENTRIES.expires <= now)
    counts = (connection.scalar(select(func.count()).where(hidden, selected)) for hidden in conditions)
    return sum(count or 0 for count in counts)


def find_newest(connection: Connection, *, now: int, topic: int | None = None, provider: str = "") -> int | None:
    """Return the publication time of the newest entry of a topic or provider that is shown at a time, in seconds."""
    if topic is None:
        found = select(_ENTRIES.published).where(_ENTRIES.provider == provider)
        return connection.scalar(found.where(is_visible(now)).order_by(_ENTRIES.published.desc()).limit(1))
    members = schema.entry_topics.c
    joined = schema.entry_topics.join(schema.entries, members.entry == _ENTRIES.number)
    found = select(members.published).select_from(joined).where(members.topic == topic, is_visible(now))
    return connection.scalar(found.order_by(members.published.desc()).limit(1))
