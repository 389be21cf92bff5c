"""A feed reader that sends all kinds of requests, one after the other."""

import http.client
import random
import time
from collections.abc import Sequence
from threading import Event

import msgspec

from benchmarks.soak.answer_checker import AnswerChecker, Exchange, Revisions
from benchmarks.soak.publisher import TOPICS

PATHS = (
    *(f"/topics/{topic}{format}" for topic in TOPICS for format in (".atom", ".rss", ".json", "")),
    *("/feed.atom", "/feed.rss", "/feed.json", "/", "/feeds.opml", "/providers/gazette.example.atom"),
)
_KINDS = ("plain", "gzip", "br", "head", "tag", "tag", "weak", "list", "date", "unknown")
_LONGEST_PAUSE_SECONDS = 0.02
_TIMEOUT_SECONDS = 30


class _CachedAnswer(msgspec.Struct, frozen=True):
    """The cached validators and revisions of a path in one content coding."""

    etag: str
    modified: str
    revisions: Revisions


class Reader:
    """A client that requests random `paths` over a kept connection."""

    def __init__(self, port: int, paths: Sequence[str], checker: AnswerChecker, *, seed: int) -> None:
        self._paths = paths
        self._checker = checker
        self._rng = random.Random(seed)  # noqa: S311 no secret
        self._cache: dict[tuple[str, str], _CachedAnswer] = {}
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS)

    def read_until(self, stop: Event) -> None:
        """Send requests until `stop` is set."""
        while not stop.wait(self._rng.uniform(0, _LONGEST_PAUSE_SECONDS)):
            try:
                self._read(self._rng.choice(_KINDS), self._rng.choice(self._paths))
            except (OSError, http.client.HTTPException) as error:
                self._connection.close()
                self._checker.report(None, f"request failed: {error!r}")
        self._connection.close()

    def _read(self, kind: str, path: str) -> None:
        path = f"/topics/nope-{self._rng.randrange(1_000)}.atom" if kind == "unknown" else path
        coding = kind if kind in {"gzip", "br"} else self._rng.choice(("identity", "gzip", "br"))
        cached = self._cache.get((path, coding))
        headers = {"Accept-Encoding": coding} | (_make_conditional_headers(kind, cached) if cached else {})
        exchange = self._send(kind, path, headers=headers, known=cached.revisions if cached else None)
        revisions = self._checker.check(exchange)
        if revisions is not None:
            etag, modified = (exchange.headers.get(name, "") for name in ("etag", "last-modified"))
            self._cache[path, coding] = _CachedAnswer(etag, modified, revisions)

    def _send(self, kind: str, path: str, *, headers: dict[str, str], known: Revisions | None) -> Exchange:
        started = time.monotonic()
        method = "HEAD" if kind == "head" else "GET"
        try:
            self._connection.request(method, path, headers=headers)
            response = self._connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self._connection.close()  # the server closed the connection between two requests, as allowed
            self._connection.request(method, path, headers=headers)
            response = self._connection.getresponse()
        body = response.read()
        is_conditional = len(headers) > 1
        return Exchange(
            kind=kind,
            path=path,
            started=started,
            seconds=time.monotonic() - started,
            status=response.status,
            headers={name.lower(): value for name, value in response.getheaders()},
            body=body,
            known=known if is_conditional else None,
        )


def _make_conditional_headers(kind: str, cached: _CachedAnswer) -> dict[str, str]:
    match kind:
        case "tag":
            return {"If-None-Match": cached.etag, "If-Modified-Since": cached.modified}
        case "weak":
            return {"If-None-Match": f"W/{cached.etag}"}
        case "list":
            return {"If-None-Match": f'"x", {cached.etag}'}
        case "date":
            return {"If-Modified-Since": cached.modified}
        case _:
            return {}
