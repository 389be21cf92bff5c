"""Run the program as a publisher does: a folder of articles, a catalog of its own, and the real server."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
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

SERVER = ("-m", "gunicorn", "--config", "python:feeds.gunicorn_conf", "feeds.wsgi:app")
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Response:
    """What a server answered; the names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def validators(self) -> tuple[str | None, str | None]:
        return self.headers.get("etag"), self.headers.get("last-modified")


@dataclass(frozen=True)
class Server:
    """A server that runs; `log` holds what it and its collector print."""

    url: str
    log: Path

    def get(self, path: str) -> Response:
        """Ask for a path."""
        return fetch(self.url + path)

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)


@dataclass(frozen=True)
class Site:
    """A publisher's machine: `content` are the articles, `folder` is where the programs run and the catalog lies."""

    folder: Path
    content: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def catalog_path(self) -> Path:
        return self.folder / "catalog.sqlite3"

    @property
    def environ(self) -> dict[str, str]:
        own = {"FEEDS_CONTENT": str(self.content), "PYTHONPATH": str(ROOT), "WEB_CONCURRENCY": "2"}
        return {**os.environ, **own, **self.settings}

    def run(self, *args: str) -> subprocess.CompletedProcess[bytes]:
        """Run a command of the program to its end, well or not."""
        command = [sys.executable, "-m", "feeds", *args]
        return subprocess.run(command, cwd=self.folder, env=self.environ, capture_output=True, check=False, timeout=100)

    def collect(self) -> str:
        """Collect, and give what the collector printed."""
        finished = self.run("collect")
        assert finished.returncode == 0, finished.stderr.decode()
        return (finished.stdout + finished.stderr).decode()

    def render(self, path: str) -> bytes:
        """Give the body that `feeds show` writes for a path."""
        finished = self.run("show", path)
        assert finished.returncode == 0, finished.stderr.decode()
        return finished.stdout

    @contextmanager
    def serving(self, command: Sequence[str] = SERVER) -> Iterator[Server]:
        """Run the server until the block ends, then let it stop by itself, which it must do soon and well."""
        port = find_free_port()
        log = self.folder / f"server-{port}.log"
        with log.open("wb") as output:
            environ = {**self.environ, "PORT": str(port)}
            process = subprocess.Popen(
                [sys.executable, *command], cwd=self.folder, env=environ, stdout=output, stderr=subprocess.STDOUT
            )
            with stopping(process):
                server = Server(f"http://localhost:{port}", log)
                server.wait_until(lambda: is_ready(server, process))
                yield server
        assert process.returncode == 0, log.read_text()

    def read_entries(self, *, topic: str = "", provider: str = "", limit: int = 200) -> tuple[Entry, ...]:
        """Read from the catalog what a feed must hold."""
        catalog = Catalog(f"sqlite:///{self.catalog_path}")
        with catalog.reading() as reader:
            topics, providers = name(topic) if topic else None, name(provider) if provider else None
            query = Query(topics=topics, providers=providers)
            window = reader.window(query, limit=limit, now=datetime.now(UTC))
        catalog.close()
        return window.entries

    def list_feeds(self) -> list[str]:
        """List the paths of all feeds, without an extension: of everything, of topics, then of providers."""
        catalog = Catalog(f"sqlite:///{self.catalog_path}")
        with catalog.reading() as reader:
            topics, providers = reader.topics(), reader.providers()
        catalog.close()
        named = [f"/topics/{topic.slug}" for topic in topics] + [f"/providers/{found.domain}" for found in providers]
        return ["/feed", *named]


@contextmanager
def stopping(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Ask a process to stop at the end of the block, and make it stop if it does not."""
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def is_ready(server: Server, process: subprocess.Popen[bytes]) -> bool:
    """Tell whether the server says that it can serve; one that has ended fails the test."""
    assert process.poll() is None, server.log.read_text()
    try:
        return server.get("/healthz").status == 200
    except (ConnectionError, TimeoutError):
        return False


def fetch(url: str, headers: Mapping[str, str] | None = None) -> Response:
    """Ask for a URL once, without following a redirect."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=30)
    try:
        connection.request("GET", parts._replace(scheme="", netloc="").geturl() or "/", headers=dict(headers or {}))
        answer = connection.getresponse()
        names = {name.lower(): value for name, value in answer.getheaders()}
        return Response(answer.status, names, answer.read())
    finally:
        connection.close()
