"""Tell whether a client has what it asks for; the rules are Werkzeug's (RFC 9110 section 13)."""

from typing import TYPE_CHECKING

from werkzeug.http import is_resource_modified, parse_etags, quote_etag

from feeds.site.compression import Encoding
from feeds.site.documents import Document

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_SUFFIXES = {Encoding.IDENTITY: "", Encoding.GZIP: "-gzip", Encoding.BROTLI: "-br"}


def make_etag(representation: Document, encoding: Encoding) -> str:
    """Give the entity tag of a representation in a content coding, unquoted: other bytes must have another one.

    The suffixes are those that servers in front of us put there as well when they compress (Apache's mod_deflate).
    """
    return f"{representation.etag}{_SUFFIXES[encoding]}"


def normalise_tags(environ: "WSGIEnvironment", representation: Document, encoding: Encoding) -> "WSGIEnvironment":
    """Put the tag of the chosen coding for those of the others in `If-None-Match`; leave `If-Match: *` out.

    A client that has the same representation in another coding has it, and nothing is gained by sending it again. Where
    there is a representation `If-Match: *` is met (RFC 9110 section 13.1.1), which Werkzeug overlooks.
    """
    if parse_etags(environ.get("HTTP_IF_MATCH")).star_tag:
        environ = {name: value for name, value in environ.items() if name != "HTTP_IF_MATCH"}
    header = environ.get("HTTP_IF_NONE_MATCH")
    if not header:
        return environ
    known = parse_etags(header)
    if known.star_tag or not any(known.contains_weak(make_etag(representation, each)) for each in Encoding):
        return environ
    return {**environ, "HTTP_IF_NONE_MATCH": quote_etag(make_etag(representation, encoding))}


def has_it(environ: "WSGIEnvironment", representation: Document, encoding: Encoding) -> bool:
    """Say whether a GET or HEAD request is to be answered with 304."""
    if "HTTP_IF_NONE_MATCH" not in environ and "HTTP_IF_MODIFIED_SINCE" not in environ:
        return False
    return not is_resource_modified(
        normalise_tags(environ, representation, encoding),
        etag=quote_etag(make_etag(representation, encoding)),
        last_modified=representation.last_modified,
    )
