"""Send a request to a hub or a shared cache, and read no more than the head of its answer, within a time limit."""

import math
import socket
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from threading import Timer
from typing import NamedTuple
from urllib.error import URLError
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

from feeds import __version__
from feeds.model.errors import DeliveryError

TIMEOUT_SECONDS = 10
"""The time to answer a request."""

MAX_PATIENCE_SECONDS = 86_400
"""The longest pause that a server may ask for."""

_GRACE_SECONDS = 0.5  # the timeout of a server that sends nothing comes first, with a better message
_MAX_DIGITS = 9
_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500


class Answer(NamedTuple):
    """The status of a response, and the pause that the server asks for."""

    status: int
    patience_seconds: int

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx (RFC 9110 section 15.3)."""
        return 200 <= self.status < 300  # noqa: PLR2004 the range of statuses

    def make_error(self, url: str, kind: type[DeliveryError]) -> DeliveryError:
        """Make the error for a status that is no success."""
        is_away = self.status == _TOO_MANY_REQUESTS or self.status >= _SERVER_ERROR
        patience = self.patience_seconds if is_away else 0
        return kind(url, f"answered {self.status}", is_away=is_away, patience_seconds=patience)


def send_request(request: Request, url: str, *, timeout_seconds: float, error: type[DeliveryError]) -> Answer:
    """Send a request to the hub or cache `url`; redirects are not followed.

    Raises:
        DeliveryError: of the class `error`, if there was no complete HTTP response within `timeout_seconds`.
    """
    request.add_header("User-Agent", f"topic-feeds/{__version__}")
    try:
        with _OPENER.open(request, timeout=timeout_seconds) as response:
            return Answer(response.status, _read_patience(response.headers.get("Retry-After", "")))
    except (OSError, HTTPException, UnicodeError) as failure:
        reason = failure.reason if isinstance(failure, URLError) else failure
        raise error(url, f"cannot be reached ({reason or type(failure).__name__})", is_away=True) from failure


def _read_patience(text: str) -> int:
    """Read Retry-After (RFC 9110 section 10.2.3): seconds, or a date; 0 if the server asks for no valid pause."""
    if text.isascii() and text.isdecimal():
        return min(int(text[:_MAX_DIGITS]), MAX_PATIENCE_SECONDS)
    try:
        pause = (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):  # TypeError: a date without a time zone
        return 0
    return max(0, min(math.ceil(pause), MAX_PATIENCE_SECONDS))


class _EndingConnection(HTTPConnection):
    """A connection that is broken after its timeout: a server that sends a byte now and then never times out."""

    def connect(self) -> None:
        super().connect()
        self._timer = Timer((self.timeout or TIMEOUT_SECONDS) + _GRACE_SECONDS, _break, [self.sock])
        self._timer.daemon = True
        self._timer.start()

    def getresponse(self) -> HTTPResponse:
        try:
            return super().getresponse()
        finally:
            self._timer.cancel()  # the body is not read


class _EndingHTTPSConnection(_EndingConnection, HTTPSConnection):
    """The same over TLS."""


def _break(connection: socket.socket) -> None:
    with suppress(OSError):  # closed in time
        connection.shutdown(socket.SHUT_RDWR)


class _EndingHandler(HTTPHandler):
    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_EndingConnection, req)


class _EndingHTTPSHandler(HTTPSHandler):
    def https_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_EndingHTTPSConnection, req)


def _make_opener() -> OpenerDirector:
    """Make an opener that returns every response unchanged: urllib would turn a redirected POST into a GET."""
    opener = OpenerDirector()
    for handler in (ProxyHandler(), _EndingHandler(), _EndingHTTPSHandler()):
        opener.add_handler(handler)
    return opener


_OPENER = _make_opener()
