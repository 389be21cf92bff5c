"""Give the tests empty PostgreSQL databases, on a new or on a running server."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import LiteralString
from urllib.parse import parse_qsl, urlencode, urlsplit

import psycopg

from tests.support.processes import list_children
from tests.support.waiting import PATIENCE_SECONDS

# The data need not survive a crash of the machine. A stop loses the commits of the last seconds, as a replica does that
# takes over.
_SETTINGS = (
    "fsync=off",
    "synchronous_commit=off",
    "wal_writer_delay=10s",
    "full_page_writes=off",
    "autovacuum=off",
    "shared_buffers=16MB",
)


class DatabaseServer:
    """A running server. The URL names a superuser and a database to connect to."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._prefix = f"feeds_{secrets.token_hex(4)}_"  # several processes may share a server
        self._numbers = count()

    def create_database(self) -> str:
        """Create an empty database and return the URL."""
        name = self._choose_name()
        self._execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
        return self._make_url(path=f"/{name}")

    def create_limited_database(self, connections: int) -> str:
        """Create an empty database of a new role, and return the URL; the role may open so many connections."""
        name, password = self._choose_name(), secrets.token_hex(8)
        self._execute(f"CREATE ROLE {name} LOGIN PASSWORD '{password}' CONNECTION LIMIT {connections}")
        self._execute(f"CREATE DATABASE {name} OWNER {name} TEMPLATE template0 ENCODING 'UTF8'")
        parts = urlsplit(self._make_url(path=f"/{name}"))
        return parts._replace(netloc=f"{name}:{password}@{parts.netloc.rpartition('@')[2]}").geturl()

    def create_schema(self) -> str:
        """Create an empty schema and return a URL for nothing else; a database takes 50 times as long."""
        name = self._choose_name()
        self._execute(f"CREATE SCHEMA {name}")
        return self._make_url(options=f"-csearch_path={name}")

    def drop_database(self, url: str) -> None:
        """Drop the database of a URL, even while somebody is connected."""
        self._execute(f"DROP DATABASE {urlsplit(url).path[1:]} WITH (FORCE)")

    def drop_everything(self) -> None:
        """Drop the created databases, schemas and roles."""
        for name in self._list_databases():
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")
        for name in self._query("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, %s)"):
            self._execute(f"DROP SCHEMA {name} CASCADE")
        for name in self._query("SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s)"):
            self._execute(f"DROP ROLE {name}")

    def end_sessions(self) -> None:
        """Break every connection to the created databases, as a restart of the server does."""
        self._query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE starts_with(datname, %s)")

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Refuse connections to the created databases until the block ends."""
        for name in self._list_databases():
            self._execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        self.end_sessions()
        yield
        for name in self._list_databases():
            self._execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

    @contextmanager
    def hanging(self, url: str) -> Iterator[None]:
        """Let every query in the database of a URL hang until the block ends."""
        with psycopg.connect(url) as connection:
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
            for (table,) in tables.fetchall():
                connection.execute(f'LOCK TABLE "{table}"'.encode())
            yield

    def _choose_name(self) -> str:
        return f"{self._prefix}{next(self._numbers)}"

    def _make_url(self, *, path: str = "", **parameters: str) -> str:
        parts = urlsplit(self.url)
        query = urlencode({"application_name": "tests", **dict(parse_qsl(parts.query)), **parameters})
        return parts._replace(path=path or parts.path, query=query).geturl()

    def _list_databases(self) -> list[str]:
        return self._query("SELECT datname FROM pg_database WHERE starts_with(datname, %s)")

    def _query(self, statement: LiteralString) -> list[str]:
        """Return the first column of a statement about the names with the prefix."""
        with self._connect() as connection:
            return [value for value, *_ in connection.execute(statement, [self._prefix])]

    def _execute(self, statement: str) -> None:
        with self._connect() as connection:
            connection.execute(statement.encode())

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(self.url, autocommit=True)


class OwnDatabaseServer(DatabaseServer):
    """A new server, with a socket in `folder` and no password."""

    def __init__(self, folder: Path, start: Callable[[], subprocess.Popen[bytes]]) -> None:
        super().__init__(f"postgresql://postgres@/postgres?host={folder}")
        self._start = start
        self._process = start()

    @property
    def pid(self) -> int:
        """The process id of the server."""
        return self._process.pid

    @contextmanager
    def stopped(self, by: signal.Signals = signal.SIGQUIT) -> Iterator[None]:
        """Stop the server by a signal, and start it again when the block ends."""
        self.stop(by)
        yield
        self._process = self._start()
        self.wait_until_up()

    @contextmanager
    def hanging(self, url: str) -> Iterator[None]:  # noqa: ARG002 as in the base class
        """Stop all processes of the server with SIGSTOP until the block ends."""
        processes = [self._process.pid, *list_children(self._process.pid)]
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in processes:
                os.kill(process, signal.SIGCONT)

    def stop(self, by: signal.Signals = signal.SIGQUIT) -> None:
        """Stop at once, even with open connections; by default without a checkpoint, because nobody needs the data."""
        self._process.send_signal(by)
        self._process.wait()

    def wait_until_up(self) -> None:
        """Return when the server accepts connections."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                self._connect().close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return


@contextmanager
def use_server(url: str) -> Iterator[DatabaseServer]:
    """Use a running server, and drop the created databases and schemas when the block ends."""
    server = DatabaseServer(url)
    try:
        yield server
    finally:
        server.drop_everything()


@contextmanager
def run_server(*, initdb: str, postgres: str, settings: Sequence[str] = ()) -> Iterator["OwnDatabaseServer"]:
    """Run a server in a new folder until the block ends. PostgreSQL refuses root, so root runs it as another user."""
    # Other users may not enter pytest's folders, and the path of a socket must be short.
    folder = Path(tempfile.mkdtemp(prefix="feeds-postgresql-"))
    user = _choose_user()
    os.chown(folder, user.pw_uid, user.pw_gid)
    identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    data = folder / "data"
    options = ["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8"]
    try:
        subprocess.run([initdb, *options, data], check=True, capture_output=True, cwd=folder, **identity)  # type: ignore[call-overload]
        chosen = (*_SETTINGS, "listen_addresses=", f"unix_socket_directories={folder}", *settings)
        command = [postgres, "-D", data, *(part for setting in chosen for part in ("-c", setting))]

        def start() -> subprocess.Popen[bytes]:
            with (folder / "log").open("ab") as log:
                return subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **identity)  # type: ignore[call-overload,no-any-return]

        server = OwnDatabaseServer(folder, start)
        try:
            server.wait_until_up()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


def _choose_user() -> pwd.struct_passwd:
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    # Debian's package creates `postgres`; `nobody` exists everywhere.
    names = {user.pw_name for user in pwd.getpwall()}
    return pwd.getpwnam("postgres" if "postgres" in names else "nobody")
