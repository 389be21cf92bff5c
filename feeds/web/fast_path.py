"""Answer for what is in memory before the app is asked, with the very answers that the app has given.

Nothing is decided here that the app decides: of each address in each content coding its 200 and its 304 are recorded
once, and replayed until the shelf drops the copy they were made of.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec
from werkzeug.datastructures import Headers
from werkzeug.http import quote_etag
from werkzeug.test import EnvironBuilder, run_wsgi_app

from feeds.site.compression import Encoding, choose_encoding
from feeds.site.documents import Document
from feeds.web.cache import DocumentCache
from feeds.web.conditional import has_it, make_etag
from feeds.web.lru import CachedDocument, CacheKey

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_READING = frozenset({"GET", "HEAD"})
_RARE = ("HTTP_IF_MATCH", "HTTP_RANGE")  # what the app makes of these is not recorded


class WsgiResponse(msgspec.Struct, frozen=True):
    """A response as WSGI takes it."""

    status: str
    headers: list[tuple[str, str]]
    body: tuple[bytes, ...]


class Recording(msgspec.Struct, frozen=True):
    """What the app answers with one representation in one content coding: in full, and to a client that has it.

    It does not name the copy it is kept with: in a circle, both would take memory until garbage is collected.
    """

    representation: Document
    encoding: Encoding
    full: WsgiResponse
    short: WsgiResponse


class FastPath:
    """WSGI middleware around `app`, which serves what is on `shelf`."""

    def __init__(self, app: "WSGIApplication", shelf: DocumentCache) -> None:
        self.app = app
        self.shelf = shelf

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request, or let the app do it."""
        recording = self._find(environ)
        if recording is None:
            return self.app(environ, start_response)
        is_short = has_it(environ, recording.representation, recording.encoding)
        answer = recording.short if is_short else recording.full
        start_response(answer.status, list(answer.headers))  # a server may change the list it is given (PEP 3333)
        return () if environ["REQUEST_METHOD"] == "HEAD" else answer.body

    def _find(self, environ: "WSGIEnvironment") -> Recording | None:
        if environ["REQUEST_METHOD"] not in _READING or any(name in environ for name in _RARE):
            return None
        copy = self.shelf.find(_decode(environ.get("PATH_INFO", "")), environ.get("QUERY_STRING", ""))
        if copy is None:
            return None
        encoding = choose_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        return copy.recordings.get(encoding) or self._record(copy, encoding)

    def _record(self, copy: CachedDocument, encoding: Encoding) -> Recording | None:
        etag = quote_etag(make_etag(copy.representation, encoding))
        full = self._ask(copy.place, {"Accept-Encoding": encoding.value})
        short = self._ask(copy.place, {"Accept-Encoding": encoding.value, "If-None-Match": etag})
        if not copy.is_current or any(("ETag", etag) not in answer.headers for answer in (full, short)):
            return None  # the shelf has another copy by now
        recording = Recording(copy.representation, encoding, full, short)
        self.shelf.record(copy, encoding, recording)
        return recording

    def _ask(self, place: CacheKey, headers: dict[str, str]) -> WsgiResponse:
        """Have the app answer a request of our own."""
        builder = EnvironBuilder(path=quote(place.path), query_string=place.query, headers=Headers(headers))
        environ = builder.get_environ()
        body, status, answered = run_wsgi_app(self.app, environ, buffered=True)
        return WsgiResponse(status, answered.to_wsgi_list(), tuple(body))


def _decode(path_info: str) -> str:
    # WSGI hands the path over as the bytes of its UTF-8, one character each (PEP 3333).
    return path_info if path_info.isascii() else path_info.encode("latin-1").decode(errors="replace")
