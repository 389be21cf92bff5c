"""Define the tables that a rebuild of the catalog leaves alone, because they are not derived from the articles.

These tables are never dropped. A missing table is created; a change to an existing table needs a new `LAYOUT` and a
migration from each earlier layout.
"""

from collections.abc import Mapping

from sqlalchemy import Column, Connection, Integer, MetaData, Table, inspect, select, text

from feeds.catalog.rows import RowWriter
from feeds.catalog.schema import BIG_INTEGER, TEXT
from feeds.model.errors import ReadOnlyCatalogError

LAYOUT = 1
"""The layout of the kept tables; increase the number with every change to an existing table."""

MIGRATIONS: Mapping[int, tuple[str, ...]] = {}
"""The statements that lead from an earlier layout to the next, by the number of the earlier layout."""

kept_metadata = MetaData()

kept_facts = Table(
    "kept_facts",
    kept_metadata,
    Column("name", TEXT, primary_key=True),
    Column("value", TEXT, nullable=False),
    comment="Single values of the kept tables: their layout.",
)

request_totals = Table(
    "request_totals",
    kept_metadata,
    Column("day", Integer, primary_key=True, autoincrement=False, comment="days since 1970-01-01, in UTC"),
    Column("feed", TEXT, primary_key=True, comment="canonical URL path and query of a feed in one format"),
    Column("reader", TEXT, primary_key=True, comment="name of the program, without version"),
    Column("source", TEXT, primary_key=True, comment="which subscription of an aggregator; empty for other readers"),
    Column("requests", BIG_INTEGER, nullable=False),
    Column("not_modified", BIG_INTEGER, nullable=False, comment="requests with the answer 304"),
    Column("unconditional", BIG_INTEGER, nullable=False, comment="requests without a validator"),
    Column("subscribers", Integer, comment="the number last stated; empty: never stated"),
    Column("stated", BIG_INTEGER, nullable=False, comment="time of the last statement, in milliseconds"),
    comment="Totals of requests for feeds by day and reader, without addresses of clients.",
    sqlite_with_rowid=False,
)

collects = Table(
    "collects",
    kept_metadata,
    Column("time", BIG_INTEGER, primary_key=True, autoincrement=False, comment="time of the end, in milliseconds"),
    Column("record", TEXT, nullable=False, comment="the collect as JSON"),
    comment="The last collects that changed or reported something.",
)


def prepare_kept_tables(connection: Connection) -> None:
    """Create missing tables, and migrate tables of an earlier layout. The caller holds a lock for writing.

    Raises:
        ReadOnlyCatalogError: a later version of the program has written the tables.
    """
    layout = read_kept_layout(connection)
    if layout is None or layout < LAYOUT or not _has_all(connection):
        for earlier in range(layout or LAYOUT, LAYOUT):
            for statement in MIGRATIONS[earlier]:
                connection.execute(text(statement))
        kept_metadata.create_all(connection)
        RowWriter(connection).upsert(kept_facts, [{"name": "layout", "value": str(LAYOUT)}])


def read_kept_layout(connection: Connection) -> int | None:
    """Return the layout of the kept tables; None before the first use.

    Raises:
        ReadOnlyCatalogError: a later version of the program has written the tables.
    """
    if not inspect(connection).has_table(kept_facts.name):
        return None
    value = connection.scalar(select(kept_facts.c.value).where(kept_facts.c.name == "layout"))
    if value is not None and int(value) > LAYOUT:
        raise ReadOnlyCatalogError(
            "The statistics in the database are from a later version of topic-feeds; install that version."
        )
    return int(value) if value is not None else None


def _has_all(connection: Connection) -> bool:
    return set(kept_metadata.tables) <= set(inspect(connection).get_table_names())
