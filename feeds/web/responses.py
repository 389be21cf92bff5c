"""Turn a document into an HTTP response; Werkzeug applies the rules of conditional requests."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from flask import Response
from werkzeug.datastructures import Headers

from feeds.model.document import HTML, Document
from feeds.model.feed import Link
from feeds.site.compression import Encoding, choose_encoding
from feeds.web.conditional import make_etag, normalise_etags

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

Encode: TypeAlias = Callable[[Encoding], bytes]

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
    # Images come from publishers. Everything else comes from this site, and nothing is inline.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' https: http:; base-uri 'none';"
        " form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "strict-origin-when-cross-origin",
}


class FeedResponse(Response):
    """A response with `Last-Modified` in a 304 as well.

    Werkzeug drops the header from a 304, and a reader without ETags would have no date for the next request.
    """

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:
        """Return the headers to send."""
        headers = super().get_wsgi_headers(environ)
        if "Last-Modified" in self.headers:
            headers["Last-Modified"] = self.headers["Last-Modified"]
        return headers


def make_document_response(document: Document, environ: "WSGIEnvironment", *, encode: Encode | None = None) -> Response:
    """Answer a GET or HEAD request with a document, or with 304 if the client is up to date (RFC 9110 section 13).

    `encode` returns the body in a content coding. With `encode`, the response is in the client's preferred coding.
    """
    encoding = choose_encoding(environ.get("HTTP_ACCEPT_ENCODING", "")) if encode else Encoding.IDENTITY
    body = encode(encoding) if encode else document.body
    response = FeedResponse(body, content_type=document.media_type)
    response.set_etag(make_etag(document, encoding))
    if document.last_modified:  # Werkzeug would write None as the current time
        response.last_modified = document.last_modified
    response.headers["Cache-Control"] = f"public, max-age={document.max_age_seconds}"
    if encode:
        response.headers["Vary"] = "Accept-Encoding"
    if encoding is not Encoding.IDENTITY:
        response.headers["Content-Encoding"] = encoding.value
    if document.links:
        response.headers["Link"] = ", ".join(_write_link(link) for link in document.links)
    if document.media_type == HTML:
        response.headers.update(_PAGE_HEADERS)
    response.make_conditional(normalise_etags(environ, document, encoding=encoding))
    response.headers.remove("Date")  # the server sets a new date for each response (RFC 9110 section 6.6.1)
    return response


def make_text_response(status: int, sentence: str) -> Response:
    """Answer with a sentence, and forbid caches to keep the response."""
    response = FeedResponse(f"{sentence}\n", status, content_type="text/plain; charset=utf-8")
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
