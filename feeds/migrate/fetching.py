"""Get an earlier feed from a URL or a file, within limits of size, time and redirects."""

import zlib
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import msgspec

from feeds import __version__
from feeds.audit.client import MAX_BYTES, AuditClient, AuditLimitError, AuditResponse, RequestError
from feeds.model.errors import AdoptionError
from feeds.model.uri import encode_uri, is_http_uri

MAX_REDIRECTS = 5
MAX_SECONDS = 60
_HEADERS = {
    "User-Agent": f"topic-feeds/{__version__}",
    "Accept": "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5",
    "Accept-Encoding": "identity",
}
_GZIP_START = b"\x1f\x8b"
_GZIP_FORMAT = 16 + zlib.MAX_WBITS
_REDIRECTS = {
    HTTPStatus.MOVED_PERMANENTLY,
    HTTPStatus.FOUND,
    HTTPStatus.SEE_OTHER,
    HTTPStatus.TEMPORARY_REDIRECT,
    HTTPStatus.PERMANENT_REDIRECT,
}


class FeedSource(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes of an earlier feed, as named by the user.

    `urls` are the named URL and those it redirects to; none for a file. `content_type` is the header of the response.
    """

    name: str
    data: bytes
    urls: tuple[str, ...] = ()
    content_type: str = ""


def read_source(name: str) -> FeedSource:
    """Read the feed in a file, or fetch the feed at an http(s) URL.

    Raises:
        AdoptionError: the feed cannot be read, or a limit is reached.
    """
    return _fetch(name) if name.lower().startswith(("http://", "https://")) else _read_file(name)


def _read_file(name: str) -> FeedSource:
    try:
        with Path(name).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        message = f"Cannot read {name} ({error.strerror}); give the file or URL of a feed."
        raise AdoptionError(message) from None
    if len(data) > MAX_BYTES:
        raise AdoptionError(f"{name} is larger than {MAX_BYTES // 2**20} MiB; remove its oldest entries.")
    return FeedSource(name=name, data=_decompress(data, name))


def _decompress(data: bytes, name: str) -> bytes:
    """Return the bytes of a feed, also if it was sent or saved compressed by gzip."""
    if not data.startswith(_GZIP_START):
        return data
    decompressor = zlib.decompressobj(_GZIP_FORMAT)
    try:
        plain = decompressor.decompress(data, MAX_BYTES + 1)
    except zlib.error:
        raise AdoptionError(f"{name} is damaged: its compression by gzip cannot be undone; get it again.") from None
    if len(plain) > MAX_BYTES:
        raise AdoptionError(f"{name} is larger than {MAX_BYTES // 2**20} MiB; remove its oldest entries.")
    if not decompressor.eof:
        raise AdoptionError(f"{name} is damaged: its compression by gzip has no end; get it again.")
    return plain


def _fetch(name: str) -> FeedSource:
    client = AuditClient(max_requests=MAX_REDIRECTS + 1, max_seconds=MAX_SECONDS)
    url = _check_url(name, name)
    urls = [url]
    try:
        response = client.request(url, _HEADERS)
        while response.status in _REDIRECTS:
            if len(urls) > MAX_REDIRECTS:
                raise AdoptionError(f"{name} redirects more than {MAX_REDIRECTS} times; give the URL at the end.")
            url = _check_url(urljoin(url, response.get("Location")), name)
            urls.append(url)
            response = client.request(url, _HEADERS)
    except (RequestError, AuditLimitError) as error:
        reason = f"takes longer than {MAX_SECONDS} seconds" if isinstance(error, AuditLimitError) else str(error)
        raise AdoptionError(f"{url}: {reason}. Save the feed as a file, and give the file.") from error
    _check_response(response, url)
    data = _decompress(response.body, url)
    return FeedSource(name=name, data=data, urls=tuple(dict.fromkeys(urls)), content_type=response.get("Content-Type"))


def _check_url(url: str, name: str) -> str:
    encoded = urldefrag(encode_uri(url)).url
    if not is_http_uri(encoded):
        what = "is not" if url == name else f"redirects to {url}, which is not"
        raise AdoptionError(f"{name} {what} an http(s) URL without a password; give the URL or the file of a feed.")
    return encoded


def _check_response(response: AuditResponse, url: str) -> None:
    if response.status != HTTPStatus.OK:
        raise AdoptionError(f"{url} answers with status {response.status}; give the URL or the file of a feed.")
    coding = response.get("Content-Encoding").lower()
    if coding not in {"", "identity", "gzip"}:
        raise AdoptionError(f"{url} answers in the coding {coding} without being asked; save it, and give the file.")
