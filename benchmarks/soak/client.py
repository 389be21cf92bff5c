"""A feed reader that sends all kinds of requests, one after the other, and records each answer."""

import gzip
import http.client
import json
import random
import socket
import struct
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from threading import Event

import brotli
import msgspec
from lxml import etree

from benchmarks.soak.versions import make_digest

UNKNOWN = "unknown topic"
NEW = "new query"
HEALTH = "health"
KINDS = ("plain", "gzip", "br", "head", "tag", "tag", "weak", "list", "date", UNKNOWN)

_TIMEOUT_SECONDS = 60
_DECODERS: Mapping[str, Callable[[bytes], bytes]] = {"gzip": gzip.decompress, "br": brotli.decompress, "": bytes}
_SO_TIMESTAMPNS = 35  # Linux: the kernel reports when a packet arrived
_TIMESTAMP = struct.Struct("@qq")
_defects: dict[bytes, str] = {}


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """A request and its answer. Times are seconds since 1970.

    The client began to send at `started`, had sent at `sent`, and the last byte of the answer arrived at `received`.
    Status 0 is a broken connection. `known` is the digest of the cached body of a conditional request, `digest` that of
    the decoded body, and `raw` that of the body as sent. `defect` says why a body cannot be parsed.
    """

    kind: str
    path: str
    connection: tuple[int, int]
    started: float
    sent: float
    received: float
    status: int = 0
    headers: Mapping[str, str] = {}
    digest: bytes = b""
    raw: bytes = b""
    known: bytes | None = None
    defect: str = ""


class _CachedAnswer(msgspec.Struct, frozen=True):
    etag: str
    modified: str
    digest: bytes


class _TimedSocket(socket.socket):
    """A socket that keeps the time when the last received byte reached this machine, not this thread."""

    received = 0.0

    def recv_into(self, buffer: memoryview, nbytes: int = 0, flags: int = 0) -> int:  # type: ignore[override]
        """Receive, and keep the kernel's time of the packet."""
        count, fields, _, _ = self.recvmsg_into([buffer[: nbytes or None]], 64, flags)
        self.received = time.time()
        for level, kind, data in fields:
            if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS):
                seconds, nanoseconds = _TIMESTAMP.unpack(data[: _TIMESTAMP.size])
                self.received = seconds + nanoseconds / 1e9
        return count


class Client:
    """A client that requests random `paths` over a kept connection, and now and then over a new one."""

    def __init__(
        self, number: int, port: int, paths: Sequence[str], *, pause_seconds: float, record: Callable[[Exchange], None]
    ) -> None:
        self._number = number
        self._port = port
        self._paths = paths
        self._pause_seconds = pause_seconds
        self._record = record
        self._rng = random.Random(number)  # noqa: S311 no secret
        self._cache: dict[tuple[str, str], _CachedAnswer] = {}
        self._connections = 0
        self._connection: http.client.HTTPConnection | None = None

    def read_until(self, stop: Event) -> None:
        """Send requests until `stop` is set."""
        stop.wait(self._rng.uniform(0, 8 * self._pause_seconds))  # not all clients begin at once
        while not stop.wait(self._rng.uniform(0, 2 * self._pause_seconds)):
            if self._rng.random() < 0.01:  # noqa: PLR2004 now and then
                self.disconnect()
            kind = NEW if self._rng.random() < 0.01 else self._rng.choice(KINDS)  # noqa: PLR2004 now and then
            self.read(kind, self._rng.choice(self._paths))
        self.disconnect()

    def read(self, kind: str, path: str) -> None:
        """Send a request of a kind, and record the answer."""
        path = {UNKNOWN: f"/topics/nope-{self._rng.randrange(1_000)}.atom", NEW: self._invent_query()}.get(kind, path)
        coding = kind if kind in {"gzip", "br"} else self._rng.choice(("identity", "gzip", "br"))
        cached = self._cache.get((path, coding))
        conditions = _make_conditional_headers(kind, cached) if cached else {}
        known = cached.digest if cached and conditions else None
        exchange = self._send(kind, path, headers={"Accept-Encoding": coding, **conditions}, known=known)
        self._record(exchange)
        if exchange.status == http.client.OK and kind not in {"head", NEW}:
            etag, modified = (exchange.headers.get(name, "") for name in ("etag", "last-modified"))
            self._cache[path, coding] = _CachedAnswer(etag, modified, exchange.digest)

    def _invent_query(self) -> str:
        """Return a query that hardly anybody has asked for before."""
        return f"/feed.atom?min_quality={self._rng.randrange(101)}&limit={self._rng.randrange(1, 200)}"

    def _send(self, kind: str, path: str, *, headers: Mapping[str, str], known: bytes | None) -> Exchange:
        is_kept = self._connection is not None
        exchange = self._exchange(kind, path, headers=headers, known=known)
        if not exchange.status and is_kept:
            # The server may close a connection between two requests (RFC 9112 section 9.3.1).
            return self._exchange(kind, path, headers=headers, known=known)
        return exchange

    def _exchange(self, kind: str, path: str, *, headers: Mapping[str, str], known: bytes | None) -> Exchange:
        started = sent = time.time()
        response, body, defect = None, b"", ""
        try:
            connection = self._connect()
            used = connection.sock
            started = sent = time.time()
            connection.request("HEAD" if kind == "head" else "GET", path, headers=dict(headers))
            sent = time.time()
            response = connection.getresponse()
            body = response.read()
            received = used.received if isinstance(used, _TimedSocket) else time.time()
            if not connection.sock:  # the server said that it closes the connection
                self.disconnect()
        except (OSError, http.client.HTTPException) as error:
            received, response, defect = time.time(), None, repr(error)
            self.disconnect()
        names = {name.lower(): value for name, value in response.getheaders()} if response else {}
        status = response.status if response else 0
        has_body = status == http.client.OK and kind != "head"
        digest, raw, problem = _read_body(names.get("content-encoding", ""), body) if has_body else (b"", b"", "")
        return Exchange(
            kind=kind,
            path=path,
            connection=(self._number, self._connections),
            started=started,
            sent=sent,
            received=received,
            status=status,
            headers=names,
            digest=digest,
            raw=raw,
            known=known,
            defect=defect or problem,
        )

    def _connect(self) -> http.client.HTTPConnection:
        if self._connection is None:
            self._connections += 1
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_TIMEOUT_SECONDS)
            self._connection.sock = _open_socket(self._port)
        return self._connection

    def disconnect(self) -> None:
        """Close the connection, if any."""
        if self._connection:
            self._connection.close()
        self._connection = None


def _open_socket(port: int) -> socket.socket:
    plain = socket.create_connection(("127.0.0.1", port), timeout=_TIMEOUT_SECONDS)
    timed = _TimedSocket(fileno=plain.detach())
    timed.settimeout(_TIMEOUT_SECONDS)
    timed.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if sys.platform == "linux" and struct.calcsize("l") == struct.calcsize("q"):
        timed.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    return timed


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


def _read_body(coding: str, raw: bytes) -> tuple[bytes, bytes, str]:
    """Return the digests of a body as decoded and as sent, and why the body cannot be parsed."""
    try:
        body = _DECODERS[coding](raw)
    except (KeyError, OSError, EOFError, brotli.error) as error:
        return b"", make_digest(raw), f"torn: {error!r}"
    digest = make_digest(body)
    return digest, make_digest(raw), _find_defect(digest, body)


def _find_defect(digest: bytes, body: bytes) -> str:
    """Return why a body cannot be parsed; each body is parsed once."""
    if digest not in _defects:
        try:
            _parse(body)
        except (ValueError, etree.XMLSyntaxError) as error:
            _defects[digest] = f"torn: {error}"
        else:
            _defects[digest] = ""
    return _defects[digest]


def _parse(body: bytes) -> None:
    """Raise an error if a body is incomplete."""
    if body.startswith(b"{"):
        json.loads(body)
    elif body.lstrip().lower().startswith(b"<!doctype html"):
        if not body.rstrip().endswith(b"</html>"):
            raise ValueError("page without </html>")
    else:
        etree.fromstring(body)
