"""Ask a server for a URL, without following redirects, within limits of time, count and size."""

import http.client
import time
from collections.abc import Mapping
from email.message import Message
from urllib.parse import urlsplit

import msgspec

from feeds.model.errors import FeedsError

MAX_BYTES = 16 * 1024 * 1024
TIMEOUT_SECONDS = 10
_CHUNK_BYTES = 64 * 1024


class AskError(FeedsError):
    """A URL was not answered; the text says why, and goes on after the URL."""


class BudgetError(FeedsError):
    """There is no time left, or enough has been asked."""


class AuditResponse(msgspec.Struct, frozen=True):
    """What a server answered; several headers of one name are one, with commas between them (RFC 9110 section 5.3)."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def get(self, name: str) -> str:
        """Give a header's value, empty where it is missing."""
        return self.headers.get(name.lower(), "")

    @property
    def media_type(self) -> str:
        """The media type, in lower case and without parameters."""
        return self.get("Content-Type").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str:
        """The parameter of the media type, in lower case, empty where it is missing."""
        message = Message()
        message["Content-Type"] = self.get("Content-Type")
        return str(message.get_param("charset", "")).lower()


class Asker:
    """Asks at most `max_requests` times, for at most `max_seconds` from its first request on."""

    def __init__(self, *, max_requests: int, max_seconds: float) -> None:
        self._left = max_requests
        self._max_seconds = max_seconds
        self._deadline: float | None = None

    def ask(self, url: str, headers: Mapping[str, str], *, method: str = "GET") -> AuditResponse:
        """Ask once, over a connection of its own.

        Raises:
            AskError: there was no answer, or one that is not HTTP, too large or too slow.
            BudgetError: the limits are reached.
        """
        deadline = self._spend()
        parts = urlsplit(url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.netloc, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(method, parts._replace(scheme="", netloc="").geturl() or "/", headers=dict(headers))
            response = connection.getresponse()
            return AuditResponse(response.status, _join(response.getheaders()), _read(response, deadline))
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise AskError(f"is not answered: {str(error) or type(error).__name__}") from error
        finally:
            connection.close()

    def _spend(self) -> float:
        now = time.monotonic()
        self._deadline = self._deadline or now + self._max_seconds
        if self._left <= 0 or now > self._deadline:
            raise BudgetError("The audit ended before its end: it has reached its limit of time or requests.")
        self._left -= 1
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
            raise AskError(f"is larger than {MAX_BYTES // 2**20} MiB")
        if time.monotonic() > deadline:
            raise AskError(f"takes longer than {TIMEOUT_SECONDS} seconds")
    declared = response.getheader("Content-Length", "")
    if response.length and declared.isdecimal():  # read1 does not mind an answer that breaks off
        raise AskError(f"breaks off {response.length} bytes before its Content-Length")
    return b"".join(chunks)
