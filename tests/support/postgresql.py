"""Run a PostgreSQL of the tests' own, with as many empty databases as they ask for."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

# Nothing in it has to survive the machine.
_SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "shared_buffers=16MB")
_START_SECONDS = 30


class DatabaseServer:
    """A running server that listens on a socket in `folder`, and whose superuser needs no password."""

    def __init__(self, folder: Path, start: Callable[[], subprocess.Popen[bytes]]) -> None:
        self._folder = folder
        self._start = start
        self._process = start()
        self._numbers = count()

    def create_database(self) -> str:
        """Make an empty database, and give its URL."""
        name = f"feeds{next(self._numbers)}"
        with self._connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'".encode())
        return f"postgresql://postgres@/{name}?host={self._folder}"

    def create_schema(self) -> str:
        """Make an empty schema, and give the URL by which nothing else is seen; a database takes 50 times as long."""
        name = f"feeds{next(self._numbers)}"
        with self._connect() as connection:
            connection.execute(f"CREATE SCHEMA {name}".encode())
        return f"postgresql://postgres@/postgres?host={self._folder}&options=-csearch_path%3D{name}"

    def end_sessions(self) -> None:
        """Break every connection to every database, as a restart of the server does."""
        with self._connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Take the server away until the block ends."""
        self.stop()
        yield
        self._process = self._start()
        self.wait_until_up()

    def stop(self) -> None:
        """Stop it at once, whoever is connected."""
        self._process.send_signal(signal.SIGQUIT)  # without a checkpoint: nobody will miss what it holds
        self._process.wait()

    def wait_until_up(self) -> None:
        """Return when it takes connections."""
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                self._connect().close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(host=str(self._folder), user="postgres", dbname="postgres", autocommit=True)


@contextmanager
def run_server(*, initdb: str, postgres: str) -> Iterator[DatabaseServer]:
    """Run a server in a new folder until the block ends; as another user where this one is root, whom it refuses."""
    # Not one of pytest's folders: other users may not enter those, and a socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="feeds-postgresql-"))
    user = _choose_user()
    os.chown(folder, user.pw_uid, user.pw_gid)
    identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    data = folder / "data"
    options = ["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8"]
    try:
        subprocess.run([initdb, *options, data], check=True, capture_output=True, cwd=folder, **identity)  # type: ignore[call-overload]
        settings = (*_SETTINGS, "listen_addresses=", f"unix_socket_directories={folder}")
        command = [postgres, "-D", data, *(part for setting in settings for part in ("-c", setting))]

        def start() -> subprocess.Popen[bytes]:
            with (folder / "log").open("ab") as log:
                return subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **identity)  # type: ignore[call-overload,no-any-return]

        server = DatabaseServer(folder, start)
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
    # Debian's package makes the one; the other is everywhere.
    names = {user.pw_name for user in pwd.getpwall()}
    return pwd.getpwnam("postgres" if "postgres" in names else "nobody")
