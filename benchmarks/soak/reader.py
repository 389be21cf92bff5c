"""Be a feed reader that asks in every way there is, one request after the other."""

import http.client
import random
import time
from collections.abc import Sequence
from threading import Event

import msgspec

from benchmarks.soak.judge import Exchange, Judge, Revisions
from benchmarks.soak.publisher import TOPICS

PATHS = (
    *(f"/topics/{topic}{format}" for topic in TOPICS for format in (".atom", ".rss", ".json", "")),
    *("/feed.atom", "/feed.rss", "/feed.json", "/", "/feeds.opml", "/providers/gazette.example.atom"),
)
_KINDS = ("plain", "gzip", "br", "head", "tag", "tag", "weak", "list", "date", "unknown")
_LONGEST_PAUSE_SECONDS = 0.02
_TIMEOUT_SECONDS = 30


class _Kept(msgspec.Struct, frozen=True):
    """What the reader keeps of a path in one coding."""

    etag: str
    modified: str
    revisions: Revisions


class Reader:
    """One client of what is at `paths`, with a connection that it keeps while the server does."""

    def __init__(self, port: int, paths: Sequence[str], judge: Judge, *, seed: int) -> None:
        self._paths = paths
        self._judge = judge
        self._rng = random.Random(seed)  # noqa: S311 no secret
        self._kept: dict[tuple[str, str], _Kept] = {}
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS)

    def read_until(self, stop: Event) -> None:
        """Ask until told to stop."""
        while not stop.wait(self._rng.uniform(0, _LONGEST_PAUSE_SECONDS)):
            try:
                self._read(self._rng.choice(_KINDS), self._rng.choice(self._paths))
            except (OSError, http.client.HTTPException) as error:
                self._connection.close()
                self._judge.complain(None, f"a request was not answered: {error!r}")
        self._connection.close()

    def _read(self, kind: str, path: str) -> None:
        path = f"/topics/nope-{self._rng.randrange(1_000)}.atom" if kind == "unknown" else path
        coding = kind if kind in {"gzip", "br"} else self._rng.choice(("identity", "gzip", "br"))
        kept = self._kept.get((path, coding))
        headers = {"Accept-Encoding": coding} | (_make_condition(kind, kept) if kept else {})
        exchange = self._ask(kind, path, headers=headers, known=kept.revisions if kept else None)
        revisions = self._judge.judge(exchange)
        if revisions is not None:
            etag, modified = (exchange.headers.get(name, "") for name in ("etag", "last-modified"))
            self._kept[path, coding] = _Kept(etag, modified, revisions)

    def _ask(self, kind: str, path: str, *, headers: dict[str, str], known: Revisions | None) -> Exchange:
        begun = time.monotonic()
        method = "HEAD" if kind == "head" else "GET"
        try:
            self._connection.request(method, path, headers=headers)
            response = self._connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self._connection.close()  # the server had closed it between two requests, as it may
            self._connection.request(method, path, headers=headers)
            response = self._connection.getresponse()
        body = response.read()
        is_conditional = len(headers) > 1
        return Exchange(
            kind=kind,
            path=path,
            begun=begun,
            seconds=time.monotonic() - begun,
            status=response.status,
            headers={name.lower(): value for name, value in response.getheaders()},
            body=body,
            known=known if is_conditional else None,
        )


def _make_condition(kind: str, kept: _Kept) -> dict[str, str]:
    match kind:
        case "tag":
            return {"If-None-Match": kept.etag, "If-Modified-Since": kept.modified}
        case "weak":
            return {"If-None-Match": f"W/{kept.etag}"}
        case "list":
            return {"If-None-Match": f'"x", {kept.etag}'}
        case "date":
            return {"If-Modified-Since": kept.modified}
        case _:
            return {}
