"""Send a PURGE request: a shared cache drops the document at a URL, in all content codings."""

from urllib.parse import urlsplit
from urllib.request import Request

from feeds.model.errors import PurgeError
from feeds.notify.http_client import send_request

_NOT_CACHED = {404, 412}  # Squid, and nginx with the purge module, have nothing to drop


def send_purge(cache: str, url: str, *, timeout_seconds: float) -> None:
    """Tell a cache to drop the document at an absolute URL of the site.

    The request goes to the host of the cache, and has the path of the URL and the `Host` of the site.

    Raises:
        PurgeError: the cache does not answer within `timeout_seconds`, or neither drops nor misses the document;
            redirects are not followed.
    """
    parts = urlsplit(url)
    request = Request(f"{cache}{parts.path or '/'}", headers={"Host": parts.netloc}, method="PURGE")  # noqa: S310 settings take http and https only
    answer = send_request(request, cache, timeout_seconds=timeout_seconds, error=PurgeError)
    if not answer.is_success and answer.status not in _NOT_CACHED:
        raise answer.make_error(cache, PurgeError)
