"""Hold a document in memory together with its finished responses."""

from collections.abc import Collection, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from werkzeug.http import http_date

from feeds.model.clock import SYSTEM_CLOCK, Clock
from feeds.model.document import Document
from feeds.site.compression import Encoding, choose_encoding
from feeds.web.conditional import choose_status, is_conditional
from feeds.web.responses import WsgiResponse, make_document_responses, replace_header

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

OVERHEAD_BYTES = 16 * 1024
"""Bytes counted for the headers and tables of a document, in addition to its bodies."""


class CacheKey(NamedTuple):
    """A decoded URL path and an encoded query, both canonical."""

    path: str
    query: str = ""


class CachedDocument:
    """A document with its finished responses in each of `encodings`; identity must be among them.

    `clock` tells whether `Last-Modified` lies in the future. All responses have the headers in `extra`. `size` is the
    number of bytes counted for the document. `is_used` belongs to the cache.
    """

    def __init__(
        self,
        key: CacheKey,
        document: Document,
        *,
        encodings: Collection[Encoding] = tuple(Encoding),
        clock: Clock = SYSTEM_CLOCK,
        extra: Sequence[tuple[str, str]] = (),
    ) -> None:
        self.key = key
        self.document = document
        self.is_used = False
        self._varies = len(encodings) > 1
        self._responses = {
            each: make_document_responses(document, each, varies=self._varies, extra=extra) for each in encodings
        }
        self._clock = clock
        self._is_premature = document.last_modified is not None and document.last_modified > clock.now()
        self.size = OVERHEAD_BYTES + sum(len(each.full.body[0]) for each in self._responses.values())

    def respond(self, environ: "WSGIEnvironment") -> WsgiResponse:
        """Choose the response to a GET or HEAD request: the coding that the client prefers, and 200, 304 or 412."""
        response = self._choose(environ)
        return self._hide_future(response) if self._is_premature else response

    def _hide_future(self, response: WsgiResponse) -> WsgiResponse:
        """Replace a `Last-Modified` in the future by the present time (RFC 9110 section 8.8.2.1).

        Conditions still refer to the true time, so a client that asks with the present time gets the whole document.
        """
        now = self._clock.now()
        modified = self.document.last_modified
        if modified is None or modified <= now:
            self._is_premature = False
            return response
        return replace_header(response, "Last-Modified", http_date(now))

    def _choose(self, environ: "WSGIEnvironment") -> WsgiResponse:
        encoding = choose_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        if not self._varies:
            encoding = Encoding.IDENTITY
        responses = self._responses[encoding]
        if not is_conditional(environ):
            return responses.full
        # The rules of `choose_status` give the same result for most readers, and take much longer.
        if environ.get("HTTP_IF_NONE_MATCH") == responses.etag and "HTTP_IF_MATCH" not in environ:
            return responses.not_modified
        match choose_status(environ, self.document, encoding=encoding):
            case HTTPStatus.OK:
                return responses.full
            case HTTPStatus.NOT_MODIFIED:
                return responses.not_modified
            case _:
                return responses.precondition_failed
