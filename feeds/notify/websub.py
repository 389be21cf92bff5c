"""Send a WebSub notification over HTTP: a feed has changed."""

from collections.abc import Mapping
from urllib.parse import urlencode
from urllib.request import Request

from feeds.model.errors import HubError
from feeds.notify.http_client import Answer, send_request


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
    if not answer.is_success:
        raise answer.make_error(hub, HubError)


def post_form(hub: str, form: Mapping[str, str], *, timeout_seconds: float) -> Answer:
    """Send a form to a hub, as publishers and subscribers do.

    Raises:
        HubError: there was no complete HTTP response within `timeout_seconds`.
    """
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    data = urlencode(form).encode()
    request = Request(hub, data=data, headers=headers, method="POST")  # noqa: S310 settings take http and https only
    return send_request(request, hub, timeout_seconds=timeout_seconds, error=HubError)
