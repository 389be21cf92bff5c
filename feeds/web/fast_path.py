"""Answer requests for cached documents without the app, by replaying responses of the app.

The fast path makes no decision of its own. For each URL and content coding, the 200 and 304 responses of the app are
recorded once, and replayed until the cache drops the document.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec
from werkzeug.datastructures import Headers
from werkzeug.http import quote_etag
from werkzeug.test import EnvironBuilder, run_wsgi_app

from feeds.model.document import Document
from feeds.site.compression import Encoding, choose_encoding
from feeds.web.cache import DocumentCache
from feeds.web.conditional import is_not_modified, make_etag
from feeds.web.lru import CachedDocument

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ADDRESS = "feeds.address"
"""The key of the parsed address in a WSGI environment; no request header can set this key."""

_METHODS = frozenset({"GET", "HEAD"})
_UNRECORDED_HEADERS = ("HTTP_IF_MATCH", "HTTP_RANGE")  # the app answers these requests itself


class WsgiResponse(msgspec.Struct, frozen=True):
    """A response in the form of WSGI."""

    status: str
    headers: list[tuple[str, str]]
    body: tuple[bytes, ...]


class RecordedResponses(msgspec.Struct, frozen=True):
    """The app's two responses for a document in a content coding: in full, and for a client with a current copy.

    There is no reference to the cached document: a reference cycle would keep the memory of both until the next garbage
    collection.
    """

    document: Document
    encoding: Encoding
    full: WsgiResponse
    not_modified: WsgiResponse


class FastPath:
    """WSGI middleware around `app` that answers from `cache`."""

    def __init__(self, app: "WSGIApplication", cache: DocumentCache) -> None:
        self.app = app
        self.cache = cache

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request from recorded responses, or pass the request to the app."""
        recorded = self._find(environ)
        if recorded is None:
            return self.app(environ, start_response)
        has_current = is_not_modified(environ, recorded.document, encoding=recorded.encoding)
        response = recorded.not_modified if has_current else recorded.full
        start_response(response.status, list(response.headers))  # a server may change the list (PEP 3333)
        return () if environ["REQUEST_METHOD"] == "HEAD" else response.body

    def _find(self, environ: "WSGIEnvironment") -> RecordedResponses | None:
        if environ["REQUEST_METHOD"] not in _METHODS or any(name in environ for name in _UNRECORDED_HEADERS):
            return None
        cached = self.cache.find(_decode_path(environ.get("PATH_INFO", "")), environ.get("QUERY_STRING", ""))
        if cached is None:
            return None
        encoding = choose_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        return cached.responses.get(encoding) or self._record(cached, encoding)

    def _record(self, cached: CachedDocument, encoding: Encoding) -> RecordedResponses | None:
        etag = quote_etag(make_etag(cached.document, encoding))
        full = self._call_app(cached, {"Accept-Encoding": encoding.value})
        not_modified = self._call_app(cached, {"Accept-Encoding": encoding.value, "If-None-Match": etag})
        if not cached.is_current or any(("ETag", etag) not in each.headers for each in (full, not_modified)):
            return None  # the cache has a newer document by now
        recorded = RecordedResponses(cached.document, encoding, full, not_modified)
        self.cache.add_responses(cached, encoding, responses=recorded)
        return recorded

    def _call_app(self, cached: CachedDocument, headers: dict[str, str]) -> WsgiResponse:
        """Return the app's response to a request of our own, with the address already parsed."""
        key = cached.key
        builder = EnvironBuilder(path=quote(key.path), query_string=key.query, headers=Headers(headers))
        environ = builder.get_environ() | {ADDRESS: cached.address}
        body, status, response_headers = run_wsgi_app(self.app, environ, buffered=True)
        return WsgiResponse(status, response_headers.to_wsgi_list(), tuple(body))


def _decode_path(path_info: str) -> str:
    # WSGI passes the path's UTF-8 bytes with one character per byte (PEP 3333).
    return path_info if path_info.isascii() else path_info.encode("latin-1").decode(errors="replace")
