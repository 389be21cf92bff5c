"""Open the catalog for reading or writing, a transaction at a time."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import DBAPIError

from feeds.catalog import schema
from feeds.catalog.admission import Admission
from feeds.catalog.collect_history import CollectHistoryWriter
from feeds.catalog.database import (
    COLLECTOR_LIMITS,
    COLLECTOR_LOCK,
    KEPT_LOCK,
    WAIT_SECONDS,
    ConnectionLimits,
    describe,
    lock_for_writing,
    open_engine,
    wrap_error,
)
from feeds.catalog.facts import read_fact
from feeds.catalog.kept_tables import kept_metadata
from feeds.catalog.outbox import OutboxWriter
from feeds.catalog.reader import CatalogReader
from feeds.catalog.request_totals import RequestTotalsReader, RequestTotalsWriter
from feeds.catalog.sqlite_file import Stamp, find_file, move_aside, read_stamp
from feeds.catalog.writer import CatalogWriter, rebuild_tables
from feeds.model.errors import CatalogError, CatalogMissingError, CatalogSilentError

_NAMED_TABLES = 3
_KEPT_WAIT_SECONDS = 1  # the next attempt comes soon


class Catalog:
    """The catalog at a database URL; threads may share the object, but a used catalog must not survive a fork."""

    def __init__(
        self,
        database_url: str,
        *,
        wait_seconds: int = WAIT_SECONDS,
        limits: ConnectionLimits = COLLECTOR_LIMITS,
    ) -> None:
        """Store the URL without connecting; a writer waits up to `wait_seconds` for another writer.

        Raises:
            CatalogError: the URL names an unknown database.
        """
        self._engine = open_engine(database_url, wait_seconds=wait_seconds, limits=limits, wait_on=self._wait_on)
        self._wait_seconds = wait_seconds
        self._has_been_read = False
        self._written_inode = 0
        places = sys.maxsize if self._engine.dialect.name == "sqlite" else limits.connections
        self._admission = Admission(places=places, wait_seconds=limits.queue_seconds)
        self.on_silence: Callable[[CatalogSilentError], bool] = lambda _error: False
        """Called again and again during a wait for a silent database; returns whether to go on waiting."""

    def __str__(self) -> str:
        return describe(self._engine)

    def close(self) -> None:
        """Close all connections; the next use opens new connections."""
        self._engine.dispose()

    def move_aside(self, *, now: datetime) -> Path | None:
        """Rename the damaged file that the last writer opened, and return the new path.

        If another process has already replaced the file, do nothing and return None.

        Raises:
            CatalogError: the file cannot be renamed.
        """
        self.close()
        file = find_file(self._engine)
        try:
            return move_aside(file, now=now) if file and file.stat().st_ino == self._written_inode else None
        except FileNotFoundError:
            return None
        except OSError as error:
            raise CatalogError(
                f"Cannot rename the damaged catalog {file}: {error.strerror}. Delete the file."
            ) from None

    def read_stamp(self) -> Stamp | None:
        """Return a value that is different after each commit, without opening the catalog.

        None except for an SQLite file without a recent commit.
        """
        file = find_file(self._engine)
        return read_stamp(file) if file else None

    def check_answers(self) -> None:
        """Check, without asking the database, whether it has answered lately.

        Raises:
            CatalogSilentError: the database does not answer.
        """
        self._admission.check()

    @contextmanager
    def reading(self) -> Iterator[CatalogReader]:
        """Yield a reader; all its queries see the same state of the catalog.

        Raises:
            CatalogSilentError: the database does not answer.
            CatalogError: the catalog does not exist, has another layout, or cannot be reached.
            OverloadError: all connections are in use for too long.
        """
        self._check_presence()
        with self._admission.admit():
            has_answered = False
            try:
                with _with_snapshots(self._engine).connect() as connection, connection.begin():
                    self._check_layout(connection)
                    reader = CatalogReader(connection)
                    if connection.dialect.name != "sqlite":  # a file is never silent
                        reader.read_state()
                    has_answered = True
                    yield reader
            except DBAPIError as error:
                raise self._wrap_error(error, has_answered=has_answered) from error

    def _wrap_error(self, error: DBAPIError, *, has_answered: bool) -> CatalogError:
        """Wrap an error, but call a database silent only if it does not even answer the first, quick query."""
        wrapped = wrap_error(error, self._engine)
        is_slow = has_answered and not error.connection_invalidated
        return CatalogError(str(wrapped)) if is_slow and isinstance(wrapped, CatalogSilentError) else wrapped

    @contextmanager
    def writing(self) -> Iterator[CatalogWriter]:
        """Yield a writer, in a transaction: all statements take effect at the end of the block, or none.

        Missing tables are created, and tables with another layout are rebuilt.

        Raises:
            CatalogBusyError: another collector has been writing for too long.
            DamagedCatalogError: the catalog is a damaged file.
            CatalogError: the catalog cannot be written, or the database belongs to another program.
        """
        file = find_file(self._engine)
        self._written_inode = file.stat().st_ino if file and file.exists() else 0
        with self._transaction() as connection:
            layout = _read_layout(connection)
            if layout is None:
                self._refuse_other_tables(connection)
            if layout != schema.LAYOUT:
                rebuild_tables(connection)
            yield CatalogWriter(connection, has_started_over=layout not in {None, schema.LAYOUT})

    @contextmanager
    def writing_outbox(self) -> Iterator[OutboxWriter]:
        """Yield a writer for the outbox of an existing catalog, in a transaction like `writing`.

        Raises:
            CatalogBusyError: a collector has been writing for too long.
            CatalogError: the catalog does not exist, has another layout, or cannot be written.
        """
        self._check_presence()
        with self._transaction() as connection:
            self._check_layout(connection)
            yield OutboxWriter(connection)

    @contextmanager
    def reading_totals(self) -> Iterator[RequestTotalsReader]:
        """Yield a reader of the totals of requests; the rest of the catalog may be from another version.

        Raises:
            CatalogError: the catalog does not exist or cannot be read.
        """
        self._check_presence()
        with self._admission.admit():
            try:
                with _with_snapshots(self._engine).connect() as connection, connection.begin():
                    yield RequestTotalsReader(connection)
            except DBAPIError as error:
                raise wrap_error(error, self._engine) from error

    @contextmanager
    def writing_totals(self) -> Iterator[RequestTotalsWriter]:
        """Yield a writer for the totals of requests, in a short transaction beside collectors.

        Raises:
            CatalogBusyError: another process has been writing for more than a second.
            ReadOnlyCatalogError: this process may not write to the catalog.
            CatalogError: the catalog does not exist, has another layout, or cannot be written.
        """
        with self._writing_kept() as connection:
            yield RequestTotalsWriter(connection)

    @contextmanager
    def writing_history(self) -> Iterator[CollectHistoryWriter]:
        """Yield a writer for the history of collects, with the errors of `writing_totals`."""
        with self._writing_kept() as connection:
            yield CollectHistoryWriter(connection)

    @contextmanager
    def _writing_kept(self) -> Iterator[Connection]:
        self._check_presence()
        with self._transaction(wait_seconds=_KEPT_WAIT_SECONDS, lock=KEPT_LOCK) as connection:
            self._check_layout(connection)
            yield connection

    @contextmanager
    def _transaction(self, *, wait_seconds: int | None = None, lock: int = COLLECTOR_LOCK) -> Iterator[Connection]:
        wait_seconds = self._wait_seconds if wait_seconds is None else wait_seconds
        with self._admission.admit():
            has_answered = False
            try:
                with self._engine.connect() as plain:
                    connection = plain.execution_options(writing=True, wait_seconds=wait_seconds)
                    with connection.begin():
                        lock_for_writing(connection, wait_seconds=wait_seconds, lock=lock)
                        has_answered = True
                        yield connection
            except DBAPIError as error:
                raise self._wrap_error(error, has_answered=has_answered) from error

    def _wait_on(self) -> bool:
        return self.on_silence(
            CatalogSilentError(f"The database of the catalog at {self} does not answer. Waiting for it.")
        )

    def _check_presence(self) -> None:
        file = find_file(self._engine)
        if file and not file.exists():  # opening would create the file
            raise CatalogMissingError(f"No catalog at {self}; run `feeds collect` first.")

    def _refuse_other_tables(self, connection: Connection) -> None:
        """Raise an error if the database has tables of another program. Databases of PostgreSQL may be shared."""
        others = set(inspect(connection).get_table_names()) - kept_metadata.tables.keys()
        if connection.dialect.name != "sqlite":
            others &= schema.metadata.tables.keys()
        if others:
            names = ", ".join(sorted(others)[:_NAMED_TABLES])
            raise CatalogError(
                f"The database at {self} has tables of another program ({names}), so nothing was changed. Name another"
                " database in DATABASE_URL."
            )

    def _check_layout(self, connection: Connection) -> None:
        if self._has_been_read:
            return
        layout = _read_layout(connection)
        if layout != schema.LAYOUT:
            found = (
                "No catalog at {}" if layout is None else "The catalog at {} is from another version of this program"
            )
            raise CatalogMissingError(f"{found.format(self)}; run `feeds collect` first.")
        self._has_been_read = True


def _with_snapshots(engine: Engine) -> Engine:
    if engine.dialect.name == "sqlite":
        return engine  # SQLite transactions always see a single state
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _read_layout(connection: Connection) -> str | None:
    if not inspect(connection).has_table(schema.facts.name):
        return None
    return read_fact(connection, "layout")
