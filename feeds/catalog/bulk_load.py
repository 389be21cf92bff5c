"""Help PostgreSQL with the many rows of a first collect; SQLite needs no help.

The server gathers statistics by itself, but only of committed rows. Without statistics, a first collect would search
the whole table for each batch of mentions, and its readers would begin with bad plans.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, text

_SOURCES = ("ANALYZE mentions (path, position, url, id, role)",)
"""Without the drafts, which no statement compares."""

_RESULTS = (
    "ANALYZE entries (number, id, kind, provider, published, released, expires)",
    "ANALYZE entry_topics",
    "ANALYZE texts (rowid)",
)
_MANY_ROWS = 5_000
"""The number of new rows from which statistics are worth their time."""


def analyze_sources(connection: Connection, *, inserted: int) -> None:
    """Gather statistics of the mentions, before they are merged into entries, after many were `inserted`."""
    if inserted >= _MANY_ROWS:
        _execute(connection, _SOURCES)


def analyze_results(connection: Connection, *, inserted: int) -> None:
    """Gather statistics of the entries, before they are counted and read, after many were `inserted`."""
    if inserted >= _MANY_ROWS:
        _execute(connection, _RESULTS)


def drop_word_index(connection: Connection) -> None:
    """Drop the index of words of a new catalog, until `create_word_index`."""
    _execute(connection, ["DROP INDEX IF EXISTS texts_by_word"])


def create_word_index(connection: Connection) -> None:
    """Create the index of words: for all words at once, it takes a quarter of the time."""
    _execute(connection, ["CREATE INDEX texts_by_word ON texts USING gin (words)"])


def _execute(connection: Connection, statements: Sequence[str]) -> None:
    if connection.dialect.name == "postgresql":
        for statement in statements:
            connection.execute(text(statement))
