"""Read and write the catalog's single values."""

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, select

from feeds.catalog import schema
from feeds.catalog.rows import RowWriter

# Built once: building costs more than executing.
_VALUE = select(schema.facts.c.value).where(schema.facts.c.name == bindparam("name"))


def read_fact(connection: Connection, name: str) -> str | None:
    """Return the value with a name, or None."""
    return connection.scalar(_VALUE, {"name": name})


def read_facts(connection: Connection) -> dict[str, str]:
    """Return all values by name."""
    return {row.name: row.value for row in connection.execute(select(schema.facts))}


def save_facts(connection: Connection, values: Mapping[str, str]) -> None:
    """Insert or overwrite values."""
    RowWriter(connection).upsert(schema.facts, [{"name": name, "value": value} for name, value in values.items()])
