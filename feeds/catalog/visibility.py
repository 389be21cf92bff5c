"""Select the entries that are shown at a time: released, and not expired."""

from sqlalchemy import ColumnElement, Connection, select

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
