"""Send a WebSub notification over HTTP: a feed has changed."""

import math
import socket
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from threading import Timer
from typing import NamedTuple
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

from feeds import __version__
from feeds.model.errors import HubError

TIMEOUT_SECONDS = 10
"""The time for a hub to answer a request."""

MAX_PATIENCE_SECONDS = 86_400
"""The longest pause that a hub may ask for."""

_GRACE_SECONDS = 0.5  # the timeout of a hub that sends nothing comes first, with a better message
_MAX_DIGITS = 9
_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500


def send_notification(hub: str, url: str, *, timeout_seconds: float) -> None:
    """Notify a hub of a change in the feed at an absolute URL.

    WebSub section 6 leaves the format open. Hubs accept the format of PubSubHubbub 0.3 section 7.1, with `hub.url`;
    some hubs read `hub.topic` instead.

    Raises:
        HubError: the hub does not answer within `timeout_seconds`, or the status is not 2xx; redirects are not
            followed.
    """
    form = {"hub.mode": "publish", "hub.url": url, "hub.topic": url}
    answer = post_form(hub, form, timeout_seconds=timeout_seconds)
    if not 200 <= answer.status < 300:  # noqa: PLR2004 the range of successful statuses, RFC 9110 section 15.3
        is_away = answer.status == _TOO_MANY_REQUESTS or answer.status >= _SERVER_ERROR
        patience = answer.patience_seconds if is_away else 0
        raise HubError(hub, f"answered {answer.status}", is_away=is_away, patience_seconds=patience)


class HubAnswer(NamedTuple):
    """The status of a hub's response, and the pause that the hub asks for."""

    status: int
    patience_seconds: int


def post_form(hub: str, form: Mapping[str, str], *, timeout_seconds: float) -> HubAnswer:
    """Send a form to a hub, as publishers and subscribers do.

    Raises:
        HubError: there was no complete HTTP response within `timeout_seconds`.
    """
    headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": f"topic-feeds/{__version__}"}
    data = urlencode(form).encode()
    request = Request(hub, data=data, headers=headers, method="POST")  # noqa: S310 callers take http and https only
    try:
        with _OPENER.open(request, timeout=timeout_seconds) as response:
            return HubAnswer(response.status, _read_patience(response.headers.get("Retry-After", "")))
    except (OSError, HTTPException, UnicodeError) as error:
        reason = error.reason if isinstance(error, URLError) else error
        raise HubError(hub, f"cannot be reached ({reason or type(error).__name__})", is_away=True) from error


def _read_patience(text: str) -> int:
    """Read Retry-After (RFC 9110 section 10.2.3): seconds, or a date; 0 if the hub asks for no valid pause."""
    if text.isascii() and text.isdecimal():
        return min(int(text[:_MAX_DIGITS]), MAX_PATIENCE_SECONDS)
    try:
        pause = (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):  # TypeError: a date without a time zone
        return 0
    return max(0, min(math.ceil(pause), MAX_PATIENCE_SECONDS))


class _EndingConnection(HTTPConnection):
    """A connection that is broken after its timeout: a hub that sends a byte now and then never times out."""

    def connect(self) -> None:
        super().connect()
        timer = Timer((self.timeout or TIMEOUT_SECONDS) + _GRACE_SECONDS, _break, [self.sock])
        timer.daemon = True
        timer.start()


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
