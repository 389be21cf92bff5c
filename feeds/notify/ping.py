"""Send one ping: tell a hub over HTTP that one feed has changed."""

from http.client import HTTPException
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

from feeds import __version__
from feeds.model.errors import HubError

_TOO_MANY = 429
_SERVER_ERROR = 500


def send_ping(hub: str, url: str, *, timeout_seconds: float) -> None:
    """Tell a hub that the feed at an absolute URL has changed.

    WebSub section 6 leaves the form open. What hubs take is that of PubSubHubbub 0.3 section 7.1, with `hub.url`; some
    go by `hub.topic` instead.

    Raises:
        HubError: the hub does not answer within `timeout_seconds`, or not with a 2xx; a redirect is not followed.
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
    if not 200 <= status < 300:  # noqa: PLR2004 the bounds of "successful", RFC 9110 section 15.3
        raise HubError(hub, f"answered {status}", is_away=status == _TOO_MANY or status >= _SERVER_ERROR)


def _make_opener() -> OpenerDirector:
    """Make an opener that gives every answer as it is: urllib would turn a redirected POST into a GET."""
    opener = OpenerDirector()
    for handler in (ProxyHandler(), HTTPHandler(), HTTPSHandler()):
        opener.add_handler(handler)
    return opener


_OPENER = _make_opener()
