"""Hold one feed against what readers need of HTTP: each rule yields a message for each thing that is wrong."""

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

from feeds.audit.client import Asker, AuditResponse
from feeds.audit.documents import FEED_TYPES, DocumentKind, read_document

PLAIN = {"Accept-Encoding": "identity"}
_KEPT_BY_304 = ("ETag", "Cache-Control", "Vary", "Last-Modified", "Access-Control-Allow-Origin")
_EACH_TIME_ANEW = frozenset({"date", "connection", "keep-alive", "age", "server"})
_STRONG_TAG = re.compile(r'"[\x21\x23-\x7e\x80-\xff]+"')  # RFC 9110 section 8.8.3
_DECODERS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.decompress, "br": brotli.decompress}
_FIRST_LIKELY_YEAR = 1990
_CLOCKS_DIFFER = timedelta(minutes=1)
_ERROR_MAX_AGE_SECONDS = 60
_LONG_AGO = "Sat, 01 Jan 2000 00:00:00 GMT"


class Visit(msgspec.Struct, frozen=True):
    """A feed that is being audited, and what it answered to begin with, uncompressed."""

    url: str
    asker: Asker
    first: AuditResponse

    def ask(self, *, method: str = "GET", **headers: str) -> AuditResponse:
        """Ask for the feed; in the names of `headers`, `_` stands for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.asker.ask(self.url, PLAIN | named, method=method)

    @property
    def etag(self) -> str:
        """The first answer's entity tag if it is one, strong and quoted; else empty."""
        tag = self.first.get("ETag")
        return tag if _STRONG_TAG.fullmatch(tag) else ""


Rule: TypeAlias = Callable[[Visit], Iterator[str]]


def check_status(visit: Visit) -> Iterator[str]:
    """Demand 200."""
    if visit.first.status != HTTPStatus.OK:
        yield f"answers {visit.first.status}, not 200"


def check_document(visit: Visit) -> Iterator[str]:
    """Demand a well-formed feed under its own media type, which says the address it has."""
    try:
        document = read_document(visit.first.body)
    except ValueError as error:
        yield str(error)
        return
    if document.kind not in FEED_TYPES:
        yield f"is {document.kind}, not a feed"
        return
    if visit.first.media_type != FEED_TYPES[document.kind]:
        yield f'is {document.kind} under the media type "{visit.first.media_type}", not {FEED_TYPES[document.kind]}'
    if document.kind is not DocumentKind.JSON and visit.first.charset != "utf-8":
        yield f'has the charset "{visit.first.charset}", not utf-8, in its Content-Type'
    if document.self_url != visit.url:
        yield f'says that its own address is "{document.self_url}"'


def check_headers(visit: Visit) -> Iterator[str]:
    """Demand what caches, browsers and other people's pages go by."""
    caching = visit.first.get("Cache-Control").lower()
    if not re.search(r"\bmax-age=[1-9]", caching) or re.search(r"no-store|no-cache|private", caching):
        yield f'has the Cache-Control "{caching}", not public with a max-age'
    if visit.first.get("Set-Cookie"):
        yield "sets a cookie"
    if varied := set(re.findall(r"[\w*-]+", visit.first.get("Vary").lower())) - {"accept-encoding"}:
        yield f"varies by {', '.join(sorted(varied))}, not by Accept-Encoding alone"
    if visit.first.get("Access-Control-Allow-Origin") != "*":
        yield "cannot be read by other sites' pages: Access-Control-Allow-Origin is not *"
    if visit.first.get("X-Content-Type-Options").lower() != "nosniff":
        yield "lets browsers guess its type: X-Content-Type-Options is not nosniff"


def check_sameness(visit: Visit) -> Iterator[str]:
    """Demand a strong tag and the same bytes, each time."""
    if not visit.etag:
        yield f"has the ETag {visit.first.get('ETag') or '(none)'}, not a strong one in quotes"
    others = [visit.ask() for _ in range(2)]
    if any(other.body != visit.first.body for other in others):
        yield "has other bytes each time"
    if any(other.get("ETag") != visit.first.get("ETag") for other in others):
        yield "has another ETag each time"


def check_date(visit: Visit) -> Iterator[str]:
    """Demand a Last-Modified that may be true, and 304 to whom it names."""
    header = visit.first.get("Last-Modified")
    moment = _parse_date(header)
    if moment is None:
        yield f'has the Last-Modified "{header}", not a date'
        return
    if moment > datetime.now(UTC) + _CLOCKS_DIFFER:
        yield f"has the Last-Modified {header}, which is in the future"
    if moment.year < _FIRST_LIKELY_YEAR:
        yield f"has the Last-Modified {header}, which nobody can believe"
    yield from _expect_304(visit, "If-Modified-Since with its date", visit.ask(If_Modified_Since=header))
    before = format_datetime(moment - timedelta(seconds=1), usegmt=True)
    yield from _expect_200("If-Modified-Since with an older date", visit.ask(If_Modified_Since=before))


def check_tags(visit: Visit) -> Iterator[str]:
    """Demand 304 to whoever names the tag in whatever way, and 200 to others, whatever date they name."""
    if not visit.etag:
        return
    suffixed = f'{visit.etag[:-1]}-gzip"'  # what Apache makes of it when it compresses
    ways = {
        "its ETag": visit.etag,
        "its ETag, weakened": f"W/{visit.etag}",
        "its ETag in a list": f'"x", {visit.etag}',
        "*": "*",
        "its ETag and -gzip": suffixed,
    }
    for way, value in ways.items():
        yield from _expect_304(visit, f"If-None-Match with {way}", visit.ask(If_None_Match=value))
    date = visit.first.get("Last-Modified") or format_datetime(datetime.now(UTC), usegmt=True)
    for other in ('"x"', '""'):
        asked = visit.ask(If_None_Match=other, If_Modified_Since=date)
        yield from _expect_200(f"If-None-Match with {other} beside a date that matches", asked)
    both = visit.ask(If_None_Match=visit.etag, If_Modified_Since=_LONG_AGO)
    yield from _expect_304(visit, "If-None-Match with its ETag beside an old date", both)


def check_head(visit: Visit) -> Iterator[str]:
    """Demand that HEAD answers as GET does."""
    head = visit.ask(method="HEAD")
    if head.status != visit.first.status:
        yield f"answers HEAD with {head.status}, GET with {visit.first.status}"
        return
    names = sorted((head.headers.keys() | visit.first.headers.keys()) - _EACH_TIME_ANEW)
    if differing := [name for name in names if head.get(name) != visit.first.get(name)]:
        yield f"answers HEAD with other headers than GET: {', '.join(differing)}"


def check_codings(visit: Visit) -> Iterator[str]:
    """Demand the same bytes compressed, under a tag of their own, and that caches are told."""
    for coding, decode in _DECODERS.items():
        answer = visit.ask(Accept_Encoding=coding)
        if answer.get("Content-Encoding") == coding:
            yield from _check_coding(visit, answer, coding, decode)
        elif answer.get("Content-Encoding"):
            yield f"is sent as {answer.get('Content-Encoding')} to a client that takes {coding}"
        elif coding == "gzip":
            yield "is not compressed for clients that take gzip"


def _check_coding(visit: Visit, answer: AuditResponse, coding: str, decode: Callable[[bytes], bytes]) -> Iterator[str]:
    try:
        is_same = decode(answer.body) == visit.first.body
    except (OSError, EOFError, zlib.error, brotli.error):
        is_same = False
    if not is_same:
        yield f"says something else in {coding} than uncompressed"
    if answer.get("ETag") == visit.first.get("ETag") and visit.etag:
        yield f"has one strong ETag for {coding} and uncompressed, which are different bytes"
    if any("accept-encoding" not in each.get("Vary").lower() for each in (answer, visit.first)):
        yield f"is sent in {coding} without Vary: Accept-Encoding, so that caches mix it up"
    again = visit.ask(Accept_Encoding=coding, If_None_Match=answer.get("ETag"))
    if again.status != HTTPStatus.NOT_MODIFIED:
        yield f"answers {again.status}, not 304, to If-None-Match with its ETag in {coding}"


RULES: tuple[Rule, ...] = (
    check_document,
    check_headers,
    check_sameness,
    check_date,
    check_tags,
    check_head,
    check_codings,
)
"""What a feed that answers 200 has to keep."""


def check_unknown(answer: AuditResponse) -> Iterator[str]:
    """Demand that what is not there says so in words, and that no cache remembers it for long."""
    if answer.status not in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        yield f"answers {answer.status}, not 404, though there is no such feed"
        return
    if answer.media_type not in {"text/plain", "text/html"}:
        yield f'answers {answer.status} under the media type "{answer.media_type}", not as text'
    caching = answer.get("Cache-Control").lower()
    seconds = re.search(r"max-age=(\d+)", caching)
    if "no-store" not in caching and not (seconds and int(seconds[1]) <= _ERROR_MAX_AGE_SECONDS):
        yield f"answers {answer.status} without Cache-Control: no-store"


def _expect_304(visit: Visit, way: str, answer: AuditResponse) -> Iterator[str]:
    if answer.status != HTTPStatus.NOT_MODIFIED:
        yield f"answers {answer.status}, not 304, to {way}"
        return
    if differing := [name for name in _KEPT_BY_304 if answer.get(name) != visit.first.get(name)]:
        yield f"answers 304 with other headers than 200: {', '.join(differing)}"


def _expect_200(way: str, answer: AuditResponse) -> Iterator[str]:
    if answer.status != HTTPStatus.OK:
        yield f"answers {answer.status}, not 200, to {way}"


def _parse_date(header: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
