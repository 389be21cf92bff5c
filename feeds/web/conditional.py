"""Compare the validators of a request with those of a document, by Werkzeug's rules (RFC 9110 section 13)."""

from http import HTTPStatus
from typing import TYPE_CHECKING

from werkzeug.http import is_resource_modified, parse_date, parse_etags, quote_etag

from feeds.model.document import Document
from feeds.site.compression import Encoding

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_SUFFIXES = {Encoding.IDENTITY: "", Encoding.GZIP: "-gzip", Encoding.BROTLI: "-br"}


def make_etag(document: Document, encoding: Encoding) -> str:
    """Return the entity tag of a document in a content coding, without quotes: different bytes need different tags.

    Servers in front of us add the same suffixes when they compress a response (Apache's mod_deflate).
    """
    return f"{document.etag}{_SUFFIXES[encoding]}"


def is_conditional(environ: "WSGIEnvironment") -> bool:
    """Return whether a request has any condition."""
    return "HTTP_IF_NONE_MATCH" in environ or "HTTP_IF_MODIFIED_SINCE" in environ or "HTTP_IF_MATCH" in environ


def choose_status(environ: "WSGIEnvironment", document: Document, *, encoding: Encoding) -> HTTPStatus:
    """Return the status of the response to a GET or HEAD request: 200, 304 or 412."""
    etag = quote_etag(make_etag(document, encoding))
    environ = normalise_etags(_drop_impossible_date(environ), document, encoding=encoding)
    if is_resource_modified(environ, etag=etag, last_modified=document.last_modified):
        return HTTPStatus.OK
    fails_if_match = parse_etags(environ.get("HTTP_IF_MATCH"))
    return HTTPStatus.PRECONDITION_FAILED if fails_if_match else HTTPStatus.NOT_MODIFIED


def _drop_impossible_date(environ: "WSGIEnvironment") -> "WSGIEnvironment":
    """Remove `If-Modified-Since` if Werkzeug fails to read its date, as for a year of 20 digits.

    A recipient must ignore the header without a valid date (RFC 9110 section 13.1.3).
    """
    try:
        parse_date(environ.get("HTTP_IF_MODIFIED_SINCE"))
    except OverflowError:
        return {name: value for name, value in environ.items() if name != "HTTP_IF_MODIFIED_SINCE"}
    return environ


def normalise_etags(environ: "WSGIEnvironment", document: Document, *, encoding: Encoding) -> "WSGIEnvironment":
    """Replace tags of other codings in `If-None-Match` by the tag of the chosen coding, and remove `If-Match: *`.

    A client with the document in another coding is up to date; sending the document again gains nothing. Any existing
    document satisfies `If-Match: *` (RFC 9110 section 13.1.1), but Werkzeug ignores the star.
    """
    if parse_etags(environ.get("HTTP_IF_MATCH")).star_tag:
        environ = {name: value for name, value in environ.items() if name != "HTTP_IF_MATCH"}
    header = environ.get("HTTP_IF_NONE_MATCH")
    if not header:
        return environ
    known = parse_etags(header)
    if known.star_tag or not any(known.contains_weak(make_etag(document, each)) for each in Encoding):
        return environ
    return {**environ, "HTTP_IF_NONE_MATCH": quote_etag(make_etag(document, encoding))}
