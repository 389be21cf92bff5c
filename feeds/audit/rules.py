"""Check the HTTP behaviour of one feed: each rule yields a message for each problem."""

import gzip
import re
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from typing import TypeAlias

import brotli
import msgspec

from feeds.audit.client import AuditClient, AuditResponse
from feeds.audit.documents import FEED_TYPES, DocumentKind, read_document

UNCOMPRESSED = {"Accept-Encoding": "identity"}
_KEPT_BY_304 = ("ETag", "Cache-Control", "Vary", "Last-Modified", "Access-Control-Allow-Origin")
_VARYING_HEADERS = frozenset({"date", "connection", "keep-alive", "age", "server"})
_STRONG_TAG = re.compile(r'"[\x21\x23-\x7e\x80-\xff]+"')  # RFC 9110 section 8.8.3
_DECODERS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.decompress, "br": brotli.decompress}
_MIN_YEAR = 1990
_CLOCK_TOLERANCE = timedelta(minutes=1)
_ERROR_MAX_AGE_SECONDS = 60
_OLD_DATE = "Sat, 01 Jan 2000 00:00:00 GMT"


class AuditedFeed(msgspec.Struct, frozen=True):
    """A feed under audit, and the first uncompressed response for its URL."""

    url: str
    client: AuditClient
    first: AuditResponse

    def request(self, *, method: str = "GET", **headers: str) -> AuditResponse:
        """Request the feed again; in the names of `headers`, `_` stands for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.request(self.url, UNCOMPRESSED | named, method=method)

    @property
    def etag(self) -> str:
        """The entity tag of the first response if strong and quoted, or an empty string."""
        tag = self.first.get("ETag")
        return tag if _STRONG_TAG.fullmatch(tag) else ""


Rule: TypeAlias = Callable[[AuditedFeed], Iterator[str]]


def check_status(feed: AuditedFeed) -> Iterator[str]:
    """Require status 200."""
    if feed.first.status != HTTPStatus.OK:
        yield f"status is {feed.first.status}; expected 200"


def check_document(feed: AuditedFeed) -> Iterator[str]:
    """Require a well-formed feed with its media type, UTF-8 and its own URL as self URL."""
    try:
        document = read_document(feed.first.body)
    except ValueError as error:
        yield str(error)
        return
    if document.kind not in FEED_TYPES:
        yield f"body is {document.kind}; expected a feed"
        return
    if feed.first.media_type != FEED_TYPES[document.kind]:
        yield f'media type of {document.kind} is "{feed.first.media_type}"; expected {FEED_TYPES[document.kind]}'
    if document.kind is not DocumentKind.JSON and feed.first.charset != "utf-8":
        yield f'charset in Content-Type is "{feed.first.charset}"; expected utf-8'
    if document.self_url != feed.url:
        yield f'self URL is "{document.self_url}"; expected the requested URL'


def check_headers(feed: AuditedFeed) -> Iterator[str]:
    """Require the headers used by caches, browsers and pages on other sites."""
    caching = feed.first.get("Cache-Control").lower()
    if not re.search(r"\bmax-age=[1-9]", caching) or re.search(r"no-store|no-cache|private", caching):
        yield f'Cache-Control is "{caching}"; expected public with a max-age'
    if feed.first.get("Set-Cookie"):
        yield "response sets a cookie; expected none"
    if varied := set(re.findall(r"[\w*-]+", feed.first.get("Vary").lower())) - {"accept-encoding"}:
        yield f"Vary includes {', '.join(sorted(varied))}; expected Accept-Encoding only"
    if feed.first.get("Access-Control-Allow-Origin") != "*":
        yield "Access-Control-Allow-Origin is not *: pages on other sites cannot read the feed"
    if feed.first.get("X-Content-Type-Options").lower() != "nosniff":
        yield "X-Content-Type-Options is not nosniff: browsers may guess another type"


def check_stability(feed: AuditedFeed) -> Iterator[str]:
    """Require a strong ETag, and the same ETag and bytes for each request."""
    if not feed.etag:
        yield f"ETag is {feed.first.get('ETag') or 'missing'}; expected a strong tag in quotes"
    others = [feed.request() for _ in range(2)]
    if any(other.body != feed.first.body for other in others):
        yield "body differs between identical requests"
    if any(other.get("ETag") != feed.first.get("ETag") for other in others):
        yield "ETag differs between identical requests"


def check_date(feed: AuditedFeed) -> Iterator[str]:
    """Require a plausible Last-Modified, and 304 for If-Modified-Since with the same date."""
    header = feed.first.get("Last-Modified")
    modified = _parse_date(header)
    if modified is None:
        yield f'Last-Modified is "{header}"; expected a date'
        return
    if modified > datetime.now(UTC) + _CLOCK_TOLERANCE:
        yield f"Last-Modified is {header}, in the future"
    if modified.year < _MIN_YEAR:
        yield f"Last-Modified is {header}, implausibly old"
    yield from _expect_304(feed, "If-Modified-Since with its date", feed.request(If_Modified_Since=header))
    before = format_datetime(modified - timedelta(seconds=1), usegmt=True)
    yield from _expect_200("If-Modified-Since with an older date", feed.request(If_Modified_Since=before))


def check_tags(feed: AuditedFeed) -> Iterator[str]:
    """Require 304 for every form of a matching If-None-Match, and 200 for other tags, whatever the date."""
    if not feed.etag:
        return
    suffixed = f'{feed.etag[:-1]}-gzip"'  # Apache adds the suffix when compressing
    forms = {
        "its ETag": feed.etag,
        "its ETag, weakened": f"W/{feed.etag}",
        "its ETag in a list": f'"x", {feed.etag}',
        "*": "*",
        "its ETag and -gzip": suffixed,
    }
    for form, value in forms.items():
        yield from _expect_304(feed, f"If-None-Match with {form}", feed.request(If_None_Match=value))
    date = feed.first.get("Last-Modified") or format_datetime(datetime.now(UTC), usegmt=True)
    for other in ('"x"', '""'):
        response = feed.request(If_None_Match=other, If_Modified_Since=date)
        yield from _expect_200(f"If-None-Match with {other} and a matching date", response)
    both = feed.request(If_None_Match=feed.etag, If_Modified_Since=_OLD_DATE)
    yield from _expect_304(feed, "If-None-Match with its ETag and an old date", both)


def check_head(feed: AuditedFeed) -> Iterator[str]:
    """Require the same status and headers for HEAD and GET."""
    head = feed.request(method="HEAD")
    if head.status != feed.first.status:
        yield f"status is {head.status} for HEAD, {feed.first.status} for GET"
        return
    names = sorted((head.headers.keys() | feed.first.headers.keys()) - _VARYING_HEADERS)
    if differing := [name for name in names if head.get(name) != feed.first.get(name)]:
        yield f"headers differ between HEAD and GET: {', '.join(differing)}"


def check_encodings(feed: AuditedFeed) -> Iterator[str]:
    """Require the same bytes after decompression, an ETag for each encoding, and Vary for caches."""
    for encoding, decode in _DECODERS.items():
        response = feed.request(Accept_Encoding=encoding)
        if response.get("Content-Encoding") == encoding:
            yield from _check_encoding(feed, response, encoding=encoding, decode=decode)
        elif response.get("Content-Encoding"):
            yield f"Content-Encoding is {response.get('Content-Encoding')} for Accept-Encoding: {encoding}"
        elif encoding == "gzip":
            yield "body is not compressed for Accept-Encoding: gzip"


def _check_encoding(
    feed: AuditedFeed, response: AuditResponse, *, encoding: str, decode: Callable[[bytes], bytes]
) -> Iterator[str]:
    try:
        is_same = decode(response.body) == feed.first.body
    except (OSError, EOFError, zlib.error, brotli.error):
        is_same = False
    if not is_same:
        yield f"decoded {encoding} body differs from the uncompressed body"
    if response.get("ETag") == feed.first.get("ETag") and feed.etag:
        yield f"{encoding} and uncompressed bodies have the same strong ETag"
    if any("accept-encoding" not in each.get("Vary").lower() for each in (response, feed.first)):
        yield f"Vary lacks Accept-Encoding: caches may send {encoding} to clients without support"
    again = feed.request(Accept_Encoding=encoding, If_None_Match=response.get("ETag"))
    if again.status != HTTPStatus.NOT_MODIFIED:
        yield f"status is {again.status} for If-None-Match with its ETag in {encoding}; expected 304"


RULES: tuple[Rule, ...] = (
    check_document,
    check_headers,
    check_stability,
    check_date,
    check_tags,
    check_head,
    check_encodings,
)
"""The rules for a feed with status 200."""


def check_missing(response: AuditResponse) -> Iterator[str]:
    """Require 404 or 410 for a missing feed, with a text, and without long caching."""
    if response.status not in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        yield f"status is {response.status} for a missing feed; expected 404"
        return
    if response.media_type not in {"text/plain", "text/html"}:
        yield f'media type of status {response.status} is "{response.media_type}"; expected text/plain or text/html'
    caching = response.get("Cache-Control").lower()
    seconds = re.search(r"max-age=(\d+)", caching)
    if "no-store" not in caching and not (seconds and int(seconds[1]) <= _ERROR_MAX_AGE_SECONDS):
        yield f'Cache-Control of status {response.status} is "{caching}"; expected no-store'


def _expect_304(feed: AuditedFeed, condition: str, response: AuditResponse) -> Iterator[str]:
    if response.status != HTTPStatus.NOT_MODIFIED:
        yield f"status is {response.status} for {condition}; expected 304"
        return
    if differing := [name for name in _KEPT_BY_304 if response.get(name) != feed.first.get(name)]:
        yield f"headers differ between 304 and 200: {', '.join(differing)}"


def _expect_200(condition: str, response: AuditResponse) -> Iterator[str]:
    if response.status != HTTPStatus.OK:
        yield f"status is {response.status} for {condition}; expected 200"


def _parse_date(header: str) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(header)
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
