"""Find the numbers of recent changes to entries."""

from sqlalchemy import BigInteger, Connection, bindparam, func, select

from feeds.catalog import schema
from feeds.catalog.search_index.numbers import CHANGE_NUMBERS

FORGOTTEN = "forgotten"
"""The name of the single value with the time of the last change that is no longer kept."""

_CHANGES = schema.recent_changes.c
_RECENT = select(
    select(schema.facts.c.value).where(schema.facts.c.name == FORGOTTEN).scalar_subquery(),
    func.min(_CHANGES.number),
    func.max(_CHANGES.number),
).where(_CHANGES.until > bindparam("after", type_=BigInteger))


def find_recent(connection: Connection, *, after: int) -> tuple[int, range]:
    """Return the time of the last forgotten change, and the numbers of recent changes later than `after`, in seconds.

    The time is 0 if no change has been forgotten.
    """
    forgotten, first, last = connection.execute(_RECENT, {"after": after}).one()
    return int(forgotten or 0), CHANGE_NUMBERS[:0] if first is None else range(first, last + 1)
