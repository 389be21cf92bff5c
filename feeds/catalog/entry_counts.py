"""Count the entries of topics and providers: those that feeds show by default, with related entries or without."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Column, Connection, func, select

from feeds.catalog import schema
from feeds.catalog.facts import read_fact, save_facts
from feeds.catalog.rows import Record, RowWriter, chunks, look_up
from feeds.catalog.visibility import IS_ARTICLE

_COUNTS_RELATED = "counts_related"


def counts_related(connection: Connection) -> bool:
    """Return whether the stored counts include related entries."""
    return read_fact(connection, _COUNTS_RELATED) != "0"


def set_counting(connection: Connection, *, with_related: bool) -> bool:
    """Choose whether counts include related entries; return whether everything must be counted again."""
    if with_related == counts_related(connection):
        return False
    save_facts(connection, {_COUNTS_RELATED: str(int(with_related))})
    return True


def update_topic_counts(connection: Connection, numbers: Collection[int] | None) -> None:
    """Count the entries of topics, by number, and store counts and newest publication times; None: of all topics."""
    if numbers is None:
        numbers = list(connection.scalars(select(schema.topics.c.number)))
    members = schema.entry_topics.c
    found = _count(connection, members.topic, members.published, values=numbers)
    RowWriter(connection).update(schema.topics, [{"number": number, **counts} for number, counts in found.items()])


def update_provider_counts(connection: Connection, domains: Collection[str] | None, *, committed: int) -> None:
    """Count the entries of providers, by domain, and store the counts and newest publication times; None: of all.

    Subscribers know a provider from the first release of an entry on, and for ever after.
    """
    if domains is None:
        domains = list(connection.scalars(select(schema.providers.c.domain)))
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
    counted = select(column, func.count(), func.max(published)).group_by(column)
    if not counts_related(connection):
        counted = counted.where(IS_ARTICLE)
        if column.table is schema.entry_topics:
            counted = counted.join(schema.entries, schema.entry_topics.c.entry == schema.entries.c.number)
    for chunk in chunks(values):
        grouped = counted.where(column.in_(chunk))
        for value, entries, newest in connection.execute(grouped):
            counts[value] = {"entries": entries, "newest": newest}
    return counts
