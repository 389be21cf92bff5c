"""Send a WebSub notification over HTTP: a feed has changed."""

from http.client import HTTPException
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

from feeds import __version__
from feeds.model.errors import HubError

TIMEOUT_SECONDS = 10
"""The time for a hub to answer a request."""

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
    form = urlencode({"hub.mode": "publish", "hub.url": url, "hub.topic": url}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": f"topic-feeds/{__version__}"}
    request = Request(hub, data=form, headers=headers, method="POST")  # noqa: S310 the settings take http and https only
    try:
        with _OPENER.open(request, timeout=timeout_seconds) as response:
            status: int = response.status
    except (OSError, HTTPException, UnicodeError) as error:
        reason = error.reason if isinstance(error, URLError) else error
        raise HubError(hub, f"cannot be reached ({reason or type(error).__name__})", is_away=True) from error
    if not 200 <= status < 300:  # noqa: PLR2004 the range of successful statuses, RFC 9110 section 15.3
        raise HubError(hub, f"answered {status}", is_away=status == _TOO_MANY_REQUESTS or status >= _SERVER_ERROR)


def _make_opener() -> OpenerDirector:
    """Make an opener that returns every response unchanged: urllib would turn a redirected POST into a GET."""
    opener = OpenerDirector()
    for handler in (ProxyHandler(), HTTPHandler(), HTTPSHandler()):
        opener.add_handler(handler)
    return opener


_OPENER = _make_opener()
