"""Find the moments at which the catalog shows something else by itself: entries are released, topics retired or closed.

Moments are in seconds.
"""

from sqlalchemy import Connection, func, select

from feeds.catalog import schema
from feeds.model.topics import GRACE

_AFTER_RETIREMENT = (0, int(GRACE.total_seconds()))  # the topic is retired, the topic is closed


def next_turn(connection: Connection, *, after: int) -> int | None:
    """Give the first moment after another one; None where there is none."""
    released, retired = schema.entries.c.released, schema.topics.c.retired
    found = [connection.scalar(select(func.min(released)).where(released > after))]
    for delay in _AFTER_RETIREMENT:
        moment = connection.scalar(select(func.min(retired)).where(retired > after - delay))
        found.append(None if moment is None else moment + delay)
    return min((moment for moment in found if moment is not None), default=None)


def last_turn(connection: Connection, *, until: int) -> int:
    """Give the last moment up to another one; 0 where there was none."""
    released = schema.entries.c.released
    moment = connection.scalar(select(func.max(released)).where(released <= until))
    return max(moment or 0, last_turn_of_topics(connection, until=until))


def last_turn_of_topics(connection: Connection, *, until: int) -> int:
    """Give the last moment up to another one at which a topic was retired or closed; 0 where none was."""
    retired = schema.topics.c.retired
    found = [0]
    for delay in _AFTER_RETIREMENT:
        moment = connection.scalar(select(func.max(retired)).where(retired <= until - delay))
        found.append(0 if moment is None else moment + delay)
    return max(found)
