"""Serve the real feeds from a catalog, and poll them with the library `reader`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

import feedparser_sgmllib
from werkzeug.serving import WSGIRequestHandler, make_server

from benchmarks.prediction.subscriber import Count
from feeds.catalog.catalog import Catalog
from feeds.model.clock import Clock
from feeds.settings import Settings
from feeds.web.app import create_app

# reader's bundled feedparser imports a module that current feedparser installs under another name.
sys.modules.setdefault("sgmllib", feedparser_sgmllib)
from reader import EntryUpdateStatus, Reader, make_reader  # noqa: E402 after the module it needs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from reader._types import EntryData


class PollingReader:
    """A reader that is subscribed to feeds in Atom, and records what it counts."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._reader = make_reader(":memory:")
        self._reader.after_entry_update_hooks.append(self._record)
        self._recorded: list[tuple[str, EntryUpdateStatus]] = []
        self.polls = 0

    def close(self) -> None:
        """Close the reader's database."""
        self._reader.close()

    def subscribe(self, path: str) -> None:
        """Subscribe to the feed at a path without extension, and read the feed once."""
        self._reader.add_feed(self._find_url(path))
        self.poll(path)

    def poll(self, path: str) -> Count:
        """Poll a feed; return what the reader counts."""
        self._recorded.clear()
        self._reader.update_feed(self._find_url(path))
        self.polls += 1
        found = {status: frozenset(id for id, each in self._recorded if each is status) for status in EntryUpdateStatus}
        return Count(found[EntryUpdateStatus.NEW], found[EntryUpdateStatus.MODIFIED])

    def _find_url(self, path: str) -> str:
        return f"{self._url}{path}.atom"

    def _record(self, _reader: Reader, entry: "EntryData", status: EntryUpdateStatus) -> None:
        self._recorded.append((entry.id, status))


@contextmanager
def serving_catalog(catalog: Catalog, clock: Clock) -> Iterator[str]:
    """Serve the feeds of a catalog until the block ends; yield the URL of the site."""
    with make_server("127.0.0.1", 0, _refuse, request_handler=_QuietHandler) as server:
        url = f"http://127.0.0.1:{server.port}"
        app = create_app(Settings.from_environ({"FEEDS_SITE_URL": url}), catalog, clock=clock)

        def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
            app.extensions["poller"].poll()  # the clock advances by commit
            return app(environ, start_response)

        server.app = answer
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield url
        finally:
            server.shutdown()
            thread.join()


def _refuse(_environ: "WSGIEnvironment", _start_response: "StartResponse") -> list[bytes]:
    return []


class _QuietHandler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Print nothing."""
