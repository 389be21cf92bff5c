"""Open the catalog's database: SQLite or PostgreSQL behind an SQLAlchemy engine."""

import time

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from feeds.catalog.sqlite_file import is_damaged, open_read_only
from feeds.model.errors import CatalogBusyError, CatalogError, DamagedCatalogError

WAIT_SECONDS = 60
"""How long a writer waits for another writer, by default."""

_COLLECTOR_LOCK = 0x66656564  # "feed": the key of PostgreSQL's advisory lock, one per database
_LOCK_NOT_AVAILABLE = "55P03"  # https://www.postgresql.org/docs/current/errcodes-appendix.html


def open_engine(database_url: str, *, wait_seconds: int = WAIT_SECONDS) -> Engine:
    """Create the engine for a database URL without connecting.

    `postgres://`, as Heroku spells URLs, means PostgreSQL. A writer waits up to `wait_seconds` for another writer.

    Raises:
        CatalogError: the URL names an unknown database.
    """
    url = _parse_url(database_url)
    if url.get_backend_name() == "sqlite":
        # An open connection would keep reading a replaced file.
        engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": wait_seconds})
        event.listen(engine, "do_connect", open_read_only)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = create_engine(url, pool_pre_ping=True, connect_args=_NETWORK)
        event.listen(engine, "connect", _prepare_postgresql)
    return engine


# Without keepalives, a query would wait for two hours on a broken network, and cached feeds would be outdated as long.
_NETWORK = {"connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}


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
    if connection.get_execution_options().get("writing", False):
        _prepare_writing(connection)
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("BEGIN DEFERRED")


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


def _prepare_postgresql(connection: DBAPIConnection, _record: object) -> None:
    # Our queries take milliseconds, and compiling a query takes hundreds of milliseconds.
    cursor = connection.cursor()
    cursor.execute("SET jit = off")
    cursor.close()
    connection.commit()  # a rollback would undo the setting


def describe(engine: Engine) -> str:
    """Return the database URL for messages and logs, without the driver and the password."""
    url = engine.url.set(drivername=engine.url.get_backend_name())
    if "password" in url.query:
        url = url.update_query_dict({"password": "***"})
    return url.render_as_string(hide_password=True)


def lock_for_writing(connection: Connection, *, wait_seconds: int) -> None:
    """Lock out other collectors until the transaction ends; SQLite locks at the beginning of the transaction.

    Raises:
        CatalogBusyError: another collector holds the lock for longer than `wait_seconds`.
    """
    if connection.dialect.name != "postgresql":
        return
    # 0 would mean no limit.
    connection.execute(text(f"SET LOCAL lock_timeout = {max(1, int(wait_seconds * 1000))}"))
    try:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _COLLECTOR_LOCK})
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
            raise CatalogBusyError(BUSY) from error
        raise
    connection.execute(text("SET LOCAL lock_timeout = 0"))


_REPAIR = "Run `feeds collect`: it moves the file aside and reads all articles again."
BUSY = "Another collector is writing to the catalog, so nothing was changed. Try again later."


def wrap_error(error: DBAPIError, engine: Engine) -> CatalogError:
    """Convert a database error into a CatalogError: a sentence without the statement and the values."""
    cause = str(error.orig).strip().splitlines()[0] if error.orig else "no reason given"
    if "database is locked" in cause:
        return CatalogBusyError(BUSY)
    if is_damaged(engine, error.orig):
        return DamagedCatalogError(f"The catalog at {describe(engine)} is damaged: {cause.rstrip('.')}. {_REPAIR}")
    return CatalogError(f"Cannot use the catalog at {describe(engine)}: {cause.rstrip('.')}. Check DATABASE_URL.")
