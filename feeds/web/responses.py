"""Turn a representation into an HTTP response; the rules of conditional requests are Werkzeug's."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from flask import Response
from werkzeug.datastructures import Headers

from feeds.model.feed import Link
from feeds.site.compression import Encoding, choose_encoding
from feeds.site.documents import HTML, Document
from feeds.web.conditional import make_etag, normalise_tags

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

Encode: TypeAlias = Callable[[Encoding], bytes]

NO_STORE = "no-store"
HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Link, Retry-After",
    "X-Content-Type-Options": "nosniff",
}
"""What every response carries: any web page may read feeds, and nobody may take them for something else."""

_PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "If-None-Match, If-Modified-Since",
    "Access-Control-Max-Age": "86400",
}
_PAGE_HEADERS = {
    # Pictures come from the publishers; nothing else comes from elsewhere, and nothing at all from within a page.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' https: http:; base-uri 'none';"
        " form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "strict-origin-when-cross-origin",
}


class FeedResponse(Response):
    """A response that keeps Last-Modified when it becomes a 304.

    Werkzeug drops it there, and a reader that has only asked by date would have nothing to ask by the next time.
    """

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:
        """Give the headers to send."""
        headers = super().get_wsgi_headers(environ)
        if "Last-Modified" in self.headers:
            headers["Last-Modified"] = self.headers["Last-Modified"]
        return headers


def answer(representation: Document, environ: "WSGIEnvironment", *, encode: Encode | None = None) -> Response:
    """Answer a GET or HEAD request with a representation, or with 304 where the client has it (RFC 9110 section 13).

    With `encode`, which gives the bytes in a content coding, the answer is in the one that the client likes best.
    """
    encoding = choose_encoding(environ.get("HTTP_ACCEPT_ENCODING", "")) if encode else Encoding.IDENTITY
    body = encode(encoding) if encode else representation.body
    response = FeedResponse(body, content_type=representation.media_type)
    response.set_etag(make_etag(representation, encoding))
    if representation.last_modified:  # Werkzeug would write None as the present moment
        response.last_modified = representation.last_modified
    response.headers["Cache-Control"] = f"public, max-age={representation.max_age_seconds}"
    if encode:
        response.headers["Vary"] = "Accept-Encoding"
    if encoding is not Encoding.IDENTITY:
        response.headers["Content-Encoding"] = encoding.value
    if representation.links:
        response.headers["Link"] = ", ".join(_write_link(link) for link in representation.links)
    if representation.media_type == HTML:
        response.headers.update(_PAGE_HEADERS)
    response.make_conditional(normalise_tags(environ, representation, encoding))
    response.headers.remove("Date")  # the server's to say, each time anew (RFC 9110 section 6.6.1)
    return response


def write_text(status: int, sentence: str) -> Response:
    """Answer with a sentence that no cache keeps."""
    response = FeedResponse(f"{sentence}\n", status, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = NO_STORE
    return response


def complete(response: Response, environ: "WSGIEnvironment") -> Response:
    """Add what every response carries, and what a browser asks before it lets a web page read a feed."""
    response.headers.update(HEADERS)
    if environ["REQUEST_METHOD"] == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ:
        response.headers.update(_PREFLIGHT_HEADERS)
    return response


def _write_link(link: Link) -> str:
    return f'<{link.href}>; rel="{link.rel}"'
