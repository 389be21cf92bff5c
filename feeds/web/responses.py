"""Build the responses to requests for a document, and responses of a single sentence."""

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec
from flask import Response
from werkzeug.datastructures import Headers
from werkzeug.http import http_date, quote_etag

from feeds.model.document import HTML, Document
from feeds.model.feed import Link
from feeds.site.compression import Encoding, encode
from feeds.web.conditional import make_etag

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

NO_STORE = "no-store"
HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Link, Retry-After",
    "X-Content-Type-Options": "nosniff",
}
"""The headers of every response: any web page may read feeds, and browsers must not guess another media type."""

_PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "If-None-Match, If-Modified-Since",
    "Access-Control-Max-Age": "86400",
}
_PAGE_HEADERS = {
    # Images come from publishers. Everything else comes from this site, also what scripts fetch; nothing is inline.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' https: http:; connect-src 'self';"
        " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "strict-origin-when-cross-origin",
}


_DRAWING = "image/svg+xml"
_DRAWING_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""For a logo of which somebody opens the URL: no code runs, and nothing is loaded."""


class WsgiResponse(msgspec.Struct, frozen=True):
    """A response in the form of WSGI (PEP 3333); the body is a list, which Granian sends at once.

    `code` is the number in `status`, and `size` the length of the body, so that the fast path need not compute them.
    """

    status: str
    headers: list[tuple[str, str]]
    body: list[bytes]
    code: int
    size: int


class DocumentResponses(msgspec.Struct, frozen=True):
    """The responses to requests for a document in a content coding; `not_modified` has no body, `etag` has quotes."""

    etag: str
    full: WsgiResponse
    not_modified: WsgiResponse
    precondition_failed: WsgiResponse


class FeedResponse(Response):
    """A response with `Last-Modified` in a 304 as well, and without a media type of its own.

    Werkzeug drops the header from a 304, and a reader without ETags would have no date for the next request.
    """

    default_mimetype = None

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:
        """Return the headers to send."""
        headers = super().get_wsgi_headers(environ)
        if "Last-Modified" in self.headers:
            headers["Last-Modified"] = self.headers["Last-Modified"]
        return headers


def make_document_responses(
    document: Document, encoding: Encoding, *, varies: bool, extra: Sequence[tuple[str, str]] = ()
) -> DocumentResponses:
    """Build the responses for a document in a content coding; `varies` if other codings have other responses.

    All responses also have the `extra` headers.
    """
    body = encode(document.body, encoding)
    shared = [*_list_validators(document, encoding, varies=varies), *HEADERS.items(), *extra]
    entity = [("Content-Type", document.media_type), ("Content-Length", str(len(body)))]
    if encoding is not Encoding.IDENTITY:
        entity.append(("Content-Encoding", encoding.value))
    headers = [*entity, *shared]
    failed = WsgiResponse("412 PRECONDITION FAILED", headers, [body], code=412, size=len(body))
    return DocumentResponses(
        quote_etag(make_etag(document, encoding)),
        full=WsgiResponse("200 OK", headers, [body], code=200, size=len(body)),
        not_modified=WsgiResponse("304 NOT MODIFIED", shared, [], code=304, size=0),
        # Anybody can ask for this answer, and a cache must not give it to others.
        precondition_failed=replace_header(failed, "Cache-Control", NO_STORE),
    )


def _list_validators(document: Document, encoding: Encoding, *, varies: bool) -> Iterator[tuple[str, str]]:
    """Give the headers that a 304 shares with a 200, except the headers of every response."""
    yield "ETag", quote_etag(make_etag(document, encoding))
    if document.last_modified:
        yield "Last-Modified", http_date(document.last_modified)
    yield "Cache-Control", f"public, max-age={document.max_age_seconds}"
    if varies:
        yield "Vary", "Accept-Encoding"
    if document.links:
        yield "Link", ", ".join(_write_link(link) for link in document.links)
    if document.media_type == HTML:
        yield from _PAGE_HEADERS.items()
    elif document.media_type == _DRAWING:
        yield "Content-Security-Policy", _DRAWING_POLICY


def replace_header(response: WsgiResponse, name: str, value: str) -> WsgiResponse:
    """Return a response with another value of a header, if the response has the header."""
    headers = [(each, value if each == name else old) for each, old in response.headers]
    return msgspec.structs.replace(response, headers=headers)


def drop_headers(response: WsgiResponse, names: Collection[str]) -> WsgiResponse:
    """Return a response without the headers of these names."""
    return msgspec.structs.replace(response, headers=[each for each in response.headers if each[0] not in names])


def make_flask_response(response: WsgiResponse) -> Response:
    """Turn a finished response into a response of Flask."""
    return FeedResponse(response.body, response.status, headers=response.headers)


def make_text_response(status: int, sentence: str) -> Response:
    """Answer with a sentence, and forbid caches to keep the response."""
    response = FeedResponse(f"{sentence}\n", status, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = NO_STORE
    return response


def make_page_response(status: int, body: bytes) -> Response:
    """Answer with a page, and forbid caches to keep the response."""
    response = FeedResponse(body, status, content_type=HTML, headers=_PAGE_HEADERS)
    response.headers["Cache-Control"] = NO_STORE
    return response


def add_common_headers(response: Response, environ: "WSGIEnvironment") -> Response:
    """Add the headers of every response, and the answer to a browser's preflight request for a web page (CORS)."""
    response.headers.update(HEADERS)
    if environ["REQUEST_METHOD"] == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ:
        response.headers.update(_PREFLIGHT_HEADERS)
    return response


def _write_link(link: Link) -> str:
    return f'<{link.href}>; rel="{link.rel}"'
