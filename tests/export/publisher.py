"""A publisher whose clock moves only when told to, to export with."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from flask.testing import FlaskClient

from feeds.catalog.catalog import Catalog
from feeds.collector.collect import Collector
from feeds.export.exporter import Exporter, ExportResult
from feeds.model.clock import Clock
from feeds.site.compression import Encoding, encode
from feeds.site.file_urls import NotFoundAddress
from feeds.site.walk import list_static_addresses
from feeds.web.app import create_app
from tests.support.app import NOW, make_settings
from tests.support.articles import write_article

MANIFEST = ".feeds-export.json"


class Publisher:
    """A publisher that writes, collects and exports articles, with a clock that tests move."""

    def __init__(self, folder: Path, database_url: str = "") -> None:
        self.content = folder / "content"
        self.root = folder / "site"
        self.settings = make_settings()
        self.now = NOW
        self.clock = Clock(now=lambda: self.now, sleep=self._sleep)
        self.catalog = Catalog(database_url or f"sqlite:///{folder / 'catalog.sqlite3'}")

    def _sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def start_new_catalog(self, name: str) -> None:
        """Continue with an empty catalog."""
        self.catalog = Catalog(f"sqlite:///{self.content.parent / name}.sqlite3")

    def collect(self) -> None:
        self.now += timedelta(minutes=1)
        Collector(self.catalog, [self.content], shown=self.settings.shown, clock=self.clock).collect(force=True)

    def write(self, name: str, *, body: str = "", **fields: str) -> None:
        write_article(self.content, name, body=body, **fields)

    def export(
        self,
        *,
        is_forced: bool = False,
        compress: bool = True,
        progress: Callable[[int, int], object] = lambda _done, _total: None,
    ) -> ExportResult:
        with self.catalog.reading() as reader:
            exporter = Exporter(reader, self.root, settings=self.settings, now=self.now, compress=compress)
            return exporter.export(is_forced=is_forced, progress=progress)

    def client(self) -> FlaskClient:
        return create_app(self.settings, self.catalog, clock=self.clock).test_client()

    def list_paths(self) -> list[str]:
        """Return the path of every exported address that the server has, too."""
        with self.catalog.reading() as reader:
            addresses = list(list_static_addresses(reader, settings=self.settings, now=self.now))
        return [address.path for address in addresses if not isinstance(address, NotFoundAddress)]

    def count_documents(self) -> int:
        """Count the documents of an export."""
        return len(self.list_paths()) + 1

    def list_files(self) -> set[str]:
        """Return the names of all files in the folder."""
        return {str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file()}

    def identify(self) -> dict[str, tuple[int, int]]:
        """Return the inode and modification time of each file, to detect replaced files."""
        return {name: self._identify(self.root / name) for name in self.list_files() - {MANIFEST}}

    def _identify(self, path: Path) -> tuple[int, int]:
        status = path.stat()
        return status.st_ino, status.st_mtime_ns


def forms(*names: str) -> set[str]:
    return {f"{name}{suffix}" for name in names for suffix in ("", ".gz", ".br")}


NEEDS_SERVER = re.compile(rb'<form class="search".*?</form>\n|<a href="[^"]*/compose">Compose</a>\n', re.DOTALL)


def serve_static(client: FlaskClient, path: str, encoding: Encoding = Encoding.IDENTITY) -> bytes:
    """Return the server's bytes for a path in a coding; a page without the parts that need a server."""
    headers = {"Accept-Encoding": encoding}
    page, parts = NEEDS_SERVER.subn(b"", client.get(path).data)
    return encode(page, encoding) if parts else client.get(path, headers=headers).data


def name_of(path: str) -> str:
    """Return the file name that a static file server looks for at a decoded path."""
    if path == "/":
        return "index.html"
    name = path.removeprefix("/")
    is_file = name.startswith("static/") or name.endswith((".atom", ".rss", ".json", ".opml", ".xml", ".ico", ".txt"))
    return name if is_file else f"{name}.html"
