"""Count the entries of topics and providers."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Column, Connection, func, select

from feeds.catalog import schema
from feeds.catalog.rows import Record, RowWriter, chunks


def update_topic_counts(connection: Connection, numbers: Collection[int]) -> None:
    """Count the entries of topics, by number, and store the counts and the newest publication times."""
    members = schema.entry_topics.c
    found = _count(connection, members.topic, members.published, values=numbers)
    RowWriter(connection).update(schema.topics, [{"number": number, **counts} for number, counts in found.items()])


def update_provider_counts(connection: Connection, domains: Collection[str]) -> None:
    """Count the entries of providers, by domain, and store the counts and the newest publication times."""
    entries = schema.entries.c
    found = _count(connection, entries.provider, entries.published, values=domains)
    RowWriter(connection).upsert(schema.providers, [{"domain": domain, **counts} for domain, counts in found.items()])


def _count(
    connection: Connection, column: Column[Any], published: Column[int], *, values: Collection[Any]
) -> dict[Any, Record]:
    counts: dict[Any, Record] = {value: {"entries": 0, "newest": None} for value in sorted(values)}
    for chunk in chunks(values):
        grouped = select(column, func.count(), func.max(published)).where(column.in_(chunk)).group_by(column)
        for value, entries, newest in connection.execute(grouped):
            counts[value] = {"entries": entries, "newest": newest}
    return counts
