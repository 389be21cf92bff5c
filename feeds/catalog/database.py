"""Open the catalog's database: SQLite or PostgreSQL behind one SQLAlchemy engine."""

import time
from pathlib import Path
from sqlite3 import OperationalError

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool

from feeds.model.errors import CatalogBusyError, CatalogError

_COLLECTOR_LOCK = 0x66656564  # "feed": the key of PostgreSQL's advisory lock, one per database
_LOCK_NOT_AVAILABLE = "55P03"  # https://www.postgresql.org/docs/current/errcodes-appendix.html


def open_engine(database_url: str, *, wait_seconds: int = 60) -> Engine:
    """Make the engine for a database URL; nothing is opened yet.

    `postgres://`, as Heroku writes it, means PostgreSQL. A writer waits up to `wait_seconds` for another to finish.
    Raises CatalogError for a URL that names no database we know.
    """
    url = _parse_url(database_url)
    if url.get_backend_name() == "sqlite":
        # A connection kept open would go on reading a file that somebody has replaced.
        engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": wait_seconds})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 10})
        event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _parse_url(database_url: str) -> URL:
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):  # a port that is no number
        raise CatalogError("DATABASE_URL is not a database URL; write sqlite:///PATH or postgresql://…") from None
    drivers = {"sqlite": "sqlite", "postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}
    backend = url.drivername.partition("+")[0]
    if backend not in drivers:
        raise CatalogError(f"DATABASE_URL names {backend}; the catalog is kept in sqlite or postgresql.")
    return url.set(drivername=drivers[backend])


# Of pages, for each connection. Readers have one for each thread, and the system keeps the file in memory once for all.
_READING_KB = 2_048
_WRITING_KB = 16_384

_WAL_ATTEMPTS = 40
_WAL_PAUSE_SECONDS = 0.05


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # The driver's own transactions begin late and would leave table creation outside them; we begin ourselves.
    connection.isolation_level = None
    cursor = connection.cursor()
    _switch_to_wal(cursor)
    for pragma in ("synchronous = NORMAL", f"cache_size = -{_READING_KB}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _switch_to_wal(cursor: DBAPICursor) -> None:
    """Switch a new file over; SQLite does not wait for others that are doing so at the same moment."""
    for left in reversed(range(_WAL_ATTEMPTS)):
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except OperationalError as error:
            if not left or "locked" not in str(error):
                raise
            time.sleep(_WAL_PAUSE_SECONDS)
        else:
            break


def _prepare_postgresql(connection: DBAPIConnection, _record: object) -> None:
    # What it would compile takes milliseconds, and compiling takes hundreds of them.
    cursor = connection.cursor()
    cursor.execute("SET jit = off")
    cursor.close()
    connection.commit()  # a rollback would take it back


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    if writing:
        connection.exec_driver_sql(f"PRAGMA cache_size = -{_WRITING_KB}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN DEFERRED")


def is_missing(engine: Engine) -> bool:
    """Say whether the catalog is an SQLite file that is not there: to open it would create it."""
    name = engine.url.database
    return engine.dialect.name == "sqlite" and name not in {None, "", ":memory:"} and not Path(str(name)).exists()


def describe(engine: Engine) -> str:
    """Name the database for messages and logs, without a password."""
    url = engine.url
    if "password" in url.query:
        url = url.update_query_dict({"password": "***"})
    return url.render_as_string(hide_password=True)


def lock_for_writing(connection: Connection, *, wait_seconds: int) -> None:
    """Keep other collectors out until this transaction ends; on SQLite, its beginning has done so already.

    Raises CatalogBusyError when another collector holds the lock for longer than `wait_seconds`.
    """
    if connection.dialect.name != "postgresql":
        return
    # 0 would mean to wait for ever.
    connection.execute(text(f"SET LOCAL lock_timeout = {max(1, int(wait_seconds * 1000))}"))
    try:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _COLLECTOR_LOCK})
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
            raise CatalogBusyError(BUSY) from error
        raise
    connection.execute(text("SET LOCAL lock_timeout = 0"))


BUSY = "Another collector is writing to the catalog; this one has waited and gives up. Nothing was changed by it."


def wrap_error(error: DBAPIError, engine: Engine) -> CatalogError:
    """Turn the database's error into one of ours, in a sentence, without the statement and its values."""
    cause = str(error.orig).strip().splitlines()[0] if error.orig else "no reason given"
    if "database is locked" in cause:
        return CatalogBusyError(BUSY)
    return CatalogError(f"The catalog at {describe(engine)} failed: {cause}")
