"""Open the catalog's database: SQLite or PostgreSQL behind an SQLAlchemy engine."""

import time
from collections.abc import Callable
from functools import partial
from importlib import import_module

import msgspec
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from feeds.catalog.sqlite_file import create_own_folder, is_damaged, is_read_only, open_read_only
from feeds.model.errors import (
    CatalogBusyError,
    CatalogError,
    CatalogSilentError,
    DamagedCatalogError,
    ReadOnlyCatalogError,
)

WAIT_SECONDS = 60
"""How long a writer waits for another writer, by default."""

# The keys of PostgreSQL's advisory locks, "feed" and "kept": one of each per database.
COLLECTOR_LOCK = 0x66656564
KEPT_LOCK = 0x6B657074
_SERVER_SHARE = 0.9
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_LOCK_NOT_AVAILABLE = "55P03"
_NO_ANSWER = "08006"
_STATEMENT_TIMEOUT = "57014"
_READ_ONLY = {"25006", "42501"}  # a replica or a read-only role; no privilege


class ConnectionLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Limits on connections to PostgreSQL; SQLite needs none.

    At most `connections` are open at a time. A thread waits up to `queue_seconds` for one of them, or without a limit.
    With `answer_seconds`, a connection gives up after this time without an answer, as web processes need; without, it
    waits for slow statements.
    """

    connections: int
    queue_seconds: float | None = None
    answer_seconds: float | None = None


COLLECTOR_LIMITS = ConnectionLimits(connections=2)
"""A transaction that writes, and a reader beside it."""


def open_engine(
    database_url: str,
    *,
    wait_seconds: int = WAIT_SECONDS,
    limits: ConnectionLimits = COLLECTOR_LIMITS,
    wait_on: Callable[[], bool] = lambda: False,
) -> Engine:
    """Create the engine for a database URL without connecting.

    `postgres://`, as Heroku spells URLs, means PostgreSQL. A writer waits up to `wait_seconds` for another writer.
    Without `answer_seconds`, `wait_on` is called again and again while PostgreSQL does not answer, and returns whether
    to wait on.

    Raises:
        CatalogError: the URL names an unknown database.
    """
    url = _parse_url(database_url)
    if url.get_backend_name() == "sqlite":
        # An open connection would keep reading a replaced file.
        engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": wait_seconds})
        event.listen(engine, "do_connect", create_own_folder)
        event.listen(engine, "do_connect", open_read_only)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(url, pool_size=limits.connections, max_overflow=0, pool_pre_ping=True)
    postgresql = import_module("feeds.catalog.postgresql")  # the driver takes long to import
    if limits.answer_seconds:
        connector = postgresql.QuickConnector(answer_seconds=limits.answer_seconds)
    else:
        connector = postgresql.PatientConnector(full_seconds=wait_seconds, wait_on=wait_on)
    event.listen(engine, "do_connect", connector.connect)
    event.listen(engine, "connect", partial(_prepare_postgresql, limits))
    event.listen(engine, "handle_error", _keep_silent_connection)
    return engine


def _parse_url(database_url: str) -> URL:
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):  # such as an invalid port
        raise CatalogError("DATABASE_URL: invalid value; expected sqlite:///PATH or postgresql://…") from None
    drivers = {"sqlite": "sqlite", "postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}
    backend = url.drivername.partition("+")[0]
    if backend not in drivers:
        raise CatalogError(f"DATABASE_URL: unsupported database {backend}; expected sqlite or postgresql.")
    return url.set(drivername=drivers[backend])


_WRITING_KB = 16_384
"""The page cache of a writer. Readers keep SQLite's 2 MB: there are many, and the system caches the file for all."""

_WAL_ATTEMPTS = 40
_WAL_PAUSE_SECONDS = 0.05


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # The driver begins transactions late and leaves table creation outside; `_begin_sqlite` begins them instead.
    connection.isolation_level = None


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("writing", False):
        if "wait_seconds" in options:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {options['wait_seconds'] * 1_000}")
        _prepare_writing(connection)
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        # The statement cannot fail, and takes a tenth of the time without SQLAlchemy.
        connection.connection.cursor().execute("BEGIN DEFERRED")


def _prepare_writing(connection: Connection) -> None:
    """Prepare a connection for writing; readers recognise the WAL mode by the file."""
    _switch_to_wal(connection)
    for pragma in ("synchronous = NORMAL", f"cache_size = -{_WRITING_KB}"):
        connection.exec_driver_sql(f"PRAGMA {pragma}")


def _switch_to_wal(connection: Connection) -> None:
    """Switch a new file to WAL; SQLite does not wait for another connection with the same switch in progress."""
    for left in reversed(range(_WAL_ATTEMPTS)):
        try:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        except OperationalError as error:
            if not left or "locked" not in str(error.orig):
                raise
            time.sleep(_WAL_PAUSE_SECONDS)
        else:
            break


def _prepare_postgresql(limits: ConnectionLimits, connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    # Our queries take milliseconds, and compiling a query takes hundreds of milliseconds.
    cursor.execute("SET jit = off")
    if limits.answer_seconds:
        # The server gives up a little earlier than the client: the connection survives.
        cursor.execute(f"SET statement_timeout = {round(limits.answer_seconds * 1_000 * _SERVER_SHARE)}")
    cursor.close()
    connection.commit()  # a rollback would undo the settings


def _keep_silent_connection(context: ExceptionContext) -> None:
    # A new connection to a silent server would take as long again.
    if context.is_pre_ping and _find_state(context.original_exception) == _NO_ANSWER:
        context.is_disconnect = False


def describe(engine: Engine) -> str:
    """Return the database URL for messages and logs, without the driver and the password."""
    url = engine.url.set(drivername=engine.url.get_backend_name())
    if "password" in url.query:
        url = url.update_query_dict({"password": "***"})
    return url.render_as_string(hide_password=True)


def lock_for_writing(connection: Connection, *, wait_seconds: int, lock: int = COLLECTOR_LOCK) -> None:
    """Lock out other writers with the same lock until the transaction ends.

    SQLite has a single lock, and takes it at the beginning of the transaction.

    Raises:
        CatalogBusyError: another writer holds the lock for longer than `wait_seconds`.
    """
    if connection.dialect.name != "postgresql":
        return
    # 0 would mean no limit.
    connection.execute(text(f"SET LOCAL lock_timeout = {max(1, int(wait_seconds * 1000))}"))
    try:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": lock})
    except DBAPIError as error:
        if _find_state(error.orig) == _LOCK_NOT_AVAILABLE:
            raise CatalogBusyError(BUSY) from error
        raise
    connection.execute(text("SET LOCAL lock_timeout = 0"))


_REPAIR = "Run `feeds collect`: it moves the file aside and reads all articles again."
BUSY = "Another collector is writing to the catalog, so nothing was changed. Try again later."


def wrap_error(error: DBAPIError, engine: Engine) -> CatalogError:
    """Convert a database error into a CatalogError: a sentence without the statement and the values."""
    cause = str(error.orig).strip().splitlines()[0].rstrip(".") if error.orig else "no reason given"
    if "database is locked" in cause:
        return CatalogBusyError(BUSY)
    if is_damaged(engine, error.orig):
        return DamagedCatalogError(f"The catalog at {describe(engine)} is damaged: {cause}. {_REPAIR}")
    if _find_state(error.orig) in {_NO_ANSWER, _STATEMENT_TIMEOUT}:
        return CatalogSilentError(f"The database of the catalog at {describe(engine)} does not answer: {cause}.")
    kind = ReadOnlyCatalogError if _find_state(error.orig) in _READ_ONLY or is_read_only(error.orig) else CatalogError
    return kind(f"Cannot use the catalog at {describe(engine)}: {cause}. Check DATABASE_URL.")


def _find_state(error: BaseException | None) -> str | None:
    return getattr(error, "sqlstate", None)
