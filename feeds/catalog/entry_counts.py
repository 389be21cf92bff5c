"""Count the entries of topics and providers."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Column, Connection, func, select

from feeds.catalog import schema
from feeds.catalog.rows import Record, RowWriter, chunks, look_up


def update_topic_counts(connection: Connection, numbers: Collection[int]) -> None:
    """Count the entries of topics, by number, and store the counts and the newest publication times."""
    members = schema.entry_topics.c
    found = _count(connection, members.topic, members.published, values=numbers)
    RowWriter(connection).update(schema.topics, [{"number": number, **counts} for number, counts in found.items()])


def update_provider_counts(connection: Connection, domains: Collection[str], *, committed: int) -> None:
    """Count the entries of providers, by domain, and store the counts and the newest publication times.

    Subscribers know a provider from the first release of an entry on, and for ever after.
    """
    entries = schema.entries.c
    found = _count(connection, entries.provider, entries.published, values=domains)
    providers = schema.providers.c
    known = look_up(connection, providers.since, key=providers.domain, keys=domains, where=providers.since <= committed)
    first: dict[str, int] = {}
    for chunk in chunks(domain for domain in domains if domain not in known):
        released = select(entries.provider, func.min(entries.released)).where(entries.provider.in_(chunk))
        first.update((row[0], row[1]) for row in connection.execute(released.group_by(entries.provider)))
    records = [
        {"domain": domain, **counts, "since": known.get(domain, first.get(domain))} for domain, counts in found.items()
    ]
    RowWriter(connection).upsert(schema.providers, records)


def _count(
    connection: Connection, column: Column[Any], published: Column[int], *, values: Collection[Any]
) -> dict[Any, Record]:
    counts: dict[Any, Record] = {value: {"entries": 0, "newest": None} for value in sorted(values)}
    for chunk in chunks(values):
        grouped = select(column, func.count(), func.max(published)).where(column.in_(chunk)).group_by(column)
        for value, entries, newest in connection.execute(grouped):
            counts[value] = {"entries": entries, "newest": newest}
    return counts
