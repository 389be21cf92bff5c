"""Find scheduled changes: an entry is released, expires or gets a tombstone; a topic is retired, or its feed closed.

Times are in seconds.
"""

from sqlalchemy import BigInteger, Column, Connection, ScalarSelect, bindparam, func, select

from feeds.catalog import schema
from feeds.model.retirement import CLOSING_DELAY

_ENTRY_TIMES = (schema.entries.c.released, schema.entries.c.expires, schema.tombstones.c.appears)
MAX_SCHEDULED = 10
"""The number of scheduled changes between two collects that are looked at one by one."""

AFTER_RETIREMENT = (0, int(CLOSING_DELAY.total_seconds()))
"""The delays after the retirement of a topic, in seconds: the topic is retired, its feed is closed."""

_SCHEDULED = (
    *((time, 0) for time in _ENTRY_TIMES),
    *((schema.topics.c.retired, delay) for delay in AFTER_RETIREMENT),
)
"""The columns with the times of scheduled changes, each with its delay."""


def find_next_scheduled_change(connection: Connection, *, after: int) -> int | None:
    """Return the time of the first scheduled change after a time; None if there is none."""
    times = connection.execute(_NEXT, {"after": after}).one()
    return min((time for time in times if time is not None), default=None)


def _select_next(column: Column[int], *, delay: int) -> ScalarSelect[int]:
    after = bindparam("after", type_=BigInteger)
    return select(func.min(column) + delay).where(column > after - delay).scalar_subquery()


# A single statement, because each worker asks all the time.
_NEXT = select(
    *(_select_next(time, delay=delay) for time, delay in _SCHEDULED),
)


def find_last_scheduled_change(connection: Connection, *, until: int) -> int:
    """Return the time of the last scheduled change up to a time; 0 if there was none."""
    return max(find_last_entry_change(connection, until=until), find_last_topic_change(connection, until=until))


def list_scheduled_changes(connection: Connection, *, after: int, until: int) -> list[int]:
    """Return the times of scheduled changes later than `after` and up to `until`, ascending.

    Return only the last `MAX_SCHEDULED` times, and one more if there are more.
    """
    found: set[int] = set()
    for column, delay in _SCHEDULED:
        is_due = (column > after - delay) & (column <= until - delay)
        times = select(column).where(is_due).distinct().order_by(column.desc()).limit(MAX_SCHEDULED + 1)
        found.update(time + delay for time in connection.scalars(times))
    return sorted(found)[-MAX_SCHEDULED - 1 :]


def find_last_entry_change(connection: Connection, *, until: int) -> int:
    """Return the last time up to a time of a release, an expiry or a new tombstone; 0 if there was none."""
    found = (connection.scalar(select(func.max(time)).where(time <= until)) for time in _ENTRY_TIMES)
    return max(time or 0 for time in found)


def find_last_topic_change(connection: Connection, *, until: int) -> int:
    """Return the last time up to a time at which a topic was retired or a feed closed; 0 if there was none."""
    retired = schema.topics.c.retired
    found = [0]
    for delay in AFTER_RETIREMENT:
        time = connection.scalar(select(func.max(retired)).where(retired <= until - delay))
        found.append(0 if time is None else time + delay)
    return max(found)
