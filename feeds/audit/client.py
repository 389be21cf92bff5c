"""Request URLs from a server, without following redirects, within limits of time, count and size."""

import http.client
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from email.message import Message
from threading import Timer
from urllib.parse import urlsplit

import msgspec

from feeds.model.errors import FeedsError

MAX_BYTES = 16 * 1024 * 1024
TIMEOUT_SECONDS = 10
_CHUNK_BYTES = 64 * 1024


class RequestError(FeedsError):
    """A request got no complete HTTP response; the text gives the reason, for use after the URL."""


class AuditLimitError(FeedsError):
    """The audit has reached its limit of time or requests."""


class AuditResponse(msgspec.Struct, frozen=True):
    """A response; headers with the same name are combined, separated by commas (RFC 9110 section 5.3)."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def get(self, name: str) -> str:
        """Return the value of a header, or an empty string."""
        return self.headers.get(name.lower(), "")

    @property
    def media_type(self) -> str:
        """The media type, in lower case and without parameters."""
        return self.get("Content-Type").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str:
        """The charset parameter of the media type in lower case, or an empty string."""
        message = Message()
        message["Content-Type"] = self.get("Content-Type")
        return str(message.get_param("charset", "")).lower()


class AuditClient:
    """Sends at most `max_requests` requests, for at most `max_seconds` from the first request on."""

    def __init__(self, *, max_requests: int, max_seconds: float) -> None:
        self._requests_left = max_requests
        self._max_seconds = max_seconds
        self._deadline: float | None = None

    def request(self, url: str, headers: Mapping[str, str], *, method: str = "GET") -> AuditResponse:
        """Send one request over a new connection.

        Raises:
            RequestError: there was no response, or the response was not HTTP, too large or too slow.
            AuditLimitError: the limit of time or requests is reached.
        """
        deadline = self._count_request()
        parts = urlsplit(url)
        connection_class = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = connection_class(parts.netloc, timeout=TIMEOUT_SECONDS)
        try:
            connection.connect()
            with _breaking_at(deadline, connection.sock):
                connection.request(method, parts._replace(scheme="", netloc="").geturl() or "/", headers=dict(headers))
                response = connection.getresponse()
                body = _read(response, deadline)
            _check_time(deadline)  # a broken connection can look like the end of the response
            return AuditResponse(response.status, _join(response.getheaders()), body)
        except (OSError, http.client.HTTPException, ValueError) as error:
            _check_time(deadline)
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise RequestError(f"request failed: {reason}") from error
        finally:
            connection.close()

    def _count_request(self) -> float:
        now = time.monotonic()
        self._deadline = self._deadline or now + self._max_seconds
        if self._requests_left <= 0 or now > self._deadline:
            raise AuditLimitError("audit incomplete: limit of time or requests reached")
        self._requests_left -= 1
        return min(self._deadline, now + TIMEOUT_SECONDS)


def _join(headers: list[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        joined[key] = f"{joined[key]}, {value}" if key in joined else value
    return joined


def _read(response: http.client.HTTPResponse, deadline: float) -> bytes:
    chunks: list[bytes] = []
    while chunk := response.read1(_CHUNK_BYTES):
        chunks.append(chunk)
        if sum(map(len, chunks)) > MAX_BYTES:
            raise RequestError(f"response exceeds {MAX_BYTES // 2**20} MiB")
        _check_time(deadline)
    declared = response.getheader("Content-Length", "")
    if response.length and declared.isdecimal():  # read1 ignores a response cut short
        raise RequestError(f"response ends {response.length} bytes before its Content-Length")
    return b"".join(chunks)


def _check_time(deadline: float) -> None:
    if time.monotonic() >= deadline:
        raise RequestError(f"response takes longer than {TIMEOUT_SECONDS} seconds")


@contextmanager
def _breaking_at(deadline: float, connection: socket.socket) -> Iterator[None]:
    """Break a connection at the deadline: a server that sends a byte now and then never times out."""
    breaker = Timer(max(0.0, deadline - time.monotonic()), _break, [connection])
    breaker.daemon = True
    breaker.start()
    try:
        yield
    finally:
        breaker.cancel()


def _break(connection: socket.socket) -> None:
    with suppress(OSError):  # closed in time
        connection.shutdown(socket.SHUT_RDWR)
