"""Read documents through a shared cache as a mix of feed readers, browsers and crawlers does."""

import random
import time
from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException
from threading import Event

import msgspec

from benchmarks.soak.versions import make_digest

_SHARE_OF_KEPT = 0.9
_TRACKERS = ("utm_source=feedly", "utm_source=newsletter", "ref=social")
_OTHERS = ("/feed.xml", "/topics/none.atom", "/feed.atom?q=market", "/feed.rss?limit=10")


class EdgeAnswer(msgspec.Struct, frozen=True):
    """The digest of a document from the cache, between two times in seconds since 1970."""

    path: str
    digest: bytes
    started: float
    ended: float


class EdgeReader:
    """Requests popular documents more often, and now and then a URL with a parameter, of a composed feed, or wrong."""

    def __init__(self, port: int, paths: Sequence[str], *, seed: int) -> None:
        self.answers: list[EdgeAnswer] = []
        self.hits = {True: 0, False: 0}
        self.requests = {True: 0, False: 0}
        """Requests of documents that are kept for long, and of others; `hits` counts alike."""
        self.errors: list[str] = []
        self._port = port
        self._paths = paths
        self._random = random.Random(seed)  # noqa: S311 no secret: the same requests each time
        self._weights = [1 / (place + 1) for place in range(len(paths))]

    def read_until(self, stop: Event, *, pause_seconds: float) -> None:
        """Send requests over one connection until `stop` is set."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        while not stop.wait(self._random.uniform(0, 2 * pause_seconds)):
            is_kept = self._random.random() < _SHARE_OF_KEPT
            (path,) = self._random.choices(self._paths, self._weights)
            try:
                self._read(connection, path if is_kept else self._distort(path), is_kept=is_kept)
            except (OSError, HTTPException) as error:
                self.errors.append(f"{path}: {error!r}")
                connection.close()
        connection.close()

    def _distort(self, path: str) -> str:
        return self._random.choice([*_OTHERS, *(f"{path}?{tracker}" for tracker in _TRACKERS)])

    def _read(self, connection: HTTPConnection, path: str, *, is_kept: bool) -> None:
        started = time.time()
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read()
        self.requests[is_kept] += 1
        self.hits[is_kept] += len((response.getheader("X-Varnish") or "").split()) > 1
        if is_kept:
            self.answers.append(EdgeAnswer(path, make_digest(body), started, time.time()))
