"""Find scheduled changes: an entry is released or expires, a topic is retired, or its feed is closed.

Times are in seconds.
"""

from sqlalchemy import Connection, func, select

from feeds.catalog import schema
from feeds.model.retirement import CLOSING_DELAY

_ENTRY_TIMES = (schema.entries.c.released, schema.entries.c.expires)
_AFTER_RETIREMENT = (0, int(CLOSING_DELAY.total_seconds()))  # the topic is retired, its feed is closed


def find_next_scheduled_change(connection: Connection, *, after: int) -> int | None:
    """Return the time of the first scheduled change after a time; None if there is none."""
    retired = schema.topics.c.retired
    found = [connection.scalar(select(func.min(time)).where(time > after)) for time in _ENTRY_TIMES]
    for delay in _AFTER_RETIREMENT:
        time = connection.scalar(select(func.min(retired)).where(retired > after - delay))
        found.append(None if time is None else time + delay)
    return min((time for time in found if time is not None), default=None)


def find_last_scheduled_change(connection: Connection, *, until: int) -> int:
    """Return the time of the last scheduled change up to a time; 0 if there was none."""
    return max(find_last_entry_change(connection, until=until), find_last_topic_change(connection, until=until))


def find_last_entry_change(connection: Connection, *, until: int) -> int:
    """Return the last time up to a time at which an entry was released or expired; 0 if there was none."""
    found = (connection.scalar(select(func.max(time)).where(time <= until)) for time in _ENTRY_TIMES)
    return max(time or 0 for time in found)


def find_last_topic_change(connection: Connection, *, until: int) -> int:
    """Return the last time up to a time at which a topic was retired or a feed closed; 0 if there was none."""
    retired = schema.topics.c.retired
    found = [0]
    for delay in _AFTER_RETIREMENT:
        time = connection.scalar(select(func.max(retired)).where(retired <= until - delay))
        found.append(0 if time is None else time + delay)
    return max(found)
