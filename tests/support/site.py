"""Run the program as a publisher does: a folder of articles, a catalog, and the real server."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from feeds.catalog.catalog import Catalog
from feeds.model.entry import Entry
from feeds.model.expression import name
from feeds.model.query import Query
from tests.support.paths import ROOT
from tests.support.servers import find_free_port
from tests.support.waiting import PATIENCE_SECONDS

SERVER = ("-m", "gunicorn", "--config", "python:feeds.gunicorn_conf", "feeds.wsgi:app")


@dataclass(frozen=True)
class Response:
    """A server's answer, with header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def validators(self) -> tuple[str | None, str | None]:
        return self.headers.get("etag"), self.headers.get("last-modified")


@dataclass(frozen=True)
class SiteServer:
    """A running server; `log` is the output of the server and its collector, `pid` its process id."""

    url: str
    log: Path
    pid: int

    def get(self, path: str) -> Response:
        """Request a path."""
        return fetch(self.url + path)

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition is true; fail with the log after `PATIENCE_SECONDS`."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)


@dataclass(frozen=True)
class Site:
    """A publisher's machine: articles in `content`, the working directory and catalog in `folder`."""

    folder: Path
    content: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def catalog_path(self) -> Path:
        return self.folder / ".feeds" / "catalog.sqlite3"

    @property
    def environ(self) -> dict[str, str]:
        own = {"FEEDS_CONTENT": str(self.content), "PYTHONPATH": str(ROOT), "WEB_CONCURRENCY": "2"}
        return {**os.environ, **own, **self.settings}

    def with_settings(self, **settings: str) -> "Site":
        """Return the same machine with more settings."""
        return replace(self, settings={**self.settings, **settings})

    def run(self, *args: str) -> subprocess.CompletedProcess[bytes]:
        """Run a command of the program to its end."""
        command = [sys.executable, "-m", "feeds", *args]
        return subprocess.run(command, cwd=self.folder, env=self.environ, capture_output=True, check=False, timeout=100)

    def collect(self) -> str:
        """Collect, and return the collector's output."""
        finished = self.run("collect")
        assert finished.returncode == 0, finished.stderr.decode()
        return (finished.stdout + finished.stderr).decode()

    def show(self, path: str) -> bytes:
        """Return the output of `feeds show` for a path."""
        finished = self.run("show", path)
        assert finished.returncode == 0, finished.stderr.decode()
        return finished.stdout

    @contextmanager
    def serving(self, command: Sequence[str] = SERVER, *, until_healthy: bool = True) -> Iterator[SiteServer]:
        """Run the server until the block ends; fail if the server does not stop soon and without an error.

        Without `until_healthy`, the block begins as soon as the server answers.
        """
        port = find_free_port()
        log = self.folder / f"server-{port}.log"
        with log.open("wb") as output:
            environ = {**self.environ, "PORT": str(port)}
            process = subprocess.Popen(
                [sys.executable, *command], cwd=self.folder, env=environ, stdout=output, stderr=subprocess.STDOUT
            )
            with stopping(process):
                server = SiteServer(f"http://localhost:{port}", log, process.pid)
                server.wait_until(lambda: is_ready(server, process, until_healthy=until_healthy))
                yield server
        assert process.returncode == 0, log.read_text()

    def read_entries(self, *, topic: str = "", provider: str = "", limit: int = 200) -> tuple[Entry, ...]:
        """Read the entries of a feed from the catalog."""
        catalog = Catalog(f"sqlite:///{self.catalog_path}")
        with catalog.reading() as reader:
            topics, providers = name(topic) if topic else None, name(provider) if provider else None
            query = Query(topics=topics, providers=providers)
            window = reader.read_newest(query, limit=limit, now=datetime.now(UTC))
        catalog.close()
        return window.entries

    def list_feeds(self) -> list[str]:
        """List the paths of all feeds without extension: the feed of all entries, topics, then providers."""
        catalog = Catalog(f"sqlite:///{self.catalog_path}")
        with catalog.reading() as reader:
            topics, providers = reader.list_topics(now=datetime.now(UTC)), reader.list_providers(now=datetime.now(UTC))
        catalog.close()
        named = [f"/topics/{topic.slug}" for topic in topics] + [f"/providers/{found.domain}" for found in providers]
        return ["/feed", *named]


@contextmanager
def stopping(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Terminate a process at the end of the block, and kill the process if necessary."""
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def is_ready(server: SiteServer, process: subprocess.Popen[bytes], *, until_healthy: bool) -> bool:
    """Return whether the server answers, or is healthy; fail if the server has ended."""
    assert process.poll() is None, server.log.read_text()
    try:
        return server.get("/healthz").status == 200 or not until_healthy
    except (ConnectionError, TimeoutError):
        return False


def fetch(url: str, headers: Mapping[str, str] | None = None) -> Response:
    """Request a URL once, without following redirects."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=30)
    try:
        connection.request("GET", parts._replace(scheme="", netloc="").geturl() or "/", headers=dict(headers or {}))
        answer = connection.getresponse()
        names = {name.lower(): value for name, value in answer.getheaders()}
        return Response(answer.status, names, answer.read())
    finally:
        connection.close()
