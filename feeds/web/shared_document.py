"""Let shared caches keep a document for long, if they are purged, and tag documents with their scopes."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

from feeds.model.clock import Clock
from feeds.model.document import Document
from feeds.site.shared_caching import SHARED_MAX_AGE_SECONDS
from feeds.web.cached_document import CachedDocument, CacheKey
from feeds.web.responses import WsgiResponse, drop_headers

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_WHOLE_CATALOG = "catalog"
_MAX_TAG_CHARACTERS = 1_000  # caches ignore longer tags, and tags after them
_AGES = {  # RFC 9213, and the Edge Architecture Specification, which Varnish and Fastly follow
    "CDN-Cache-Control": f"max-age={SHARED_MAX_AGE_SECONDS}",
    "Surrogate-Control": f"max-age={SHARED_MAX_AGE_SECONDS}",
}
_CACHED_STATUSES = ("200", "304")


def list_tags(document: Document) -> list[tuple[str, str]]:
    """Return the headers that tag a document with its scopes, or as dependent on the whole catalog."""
    scopes = [quote(scope, safe="/") for scope in document.scopes]
    known = (scope if len(scope) <= _MAX_TAG_CHARACTERS else _WHOLE_CATALOG for scope in scopes)
    tags = list(dict.fromkeys(known)) or [_WHOLE_CATALOG]
    return [("Cache-Tag", ",".join(tags)), ("Surrogate-Key", " ".join(tags))]


class SharedDocument(CachedDocument):
    """A document that shared caches may keep for long under `target`, its canonical path, percent-encoded.

    Only this URL is purged after a change, and caches compare URLs byte by byte: a request in any other spelling gets
    the plain lifetime. So does every request unless `is_current`: a process that cannot see changes could give a cache
    the old version after the last purge.
    """

    def __init__(
        self, key: CacheKey, document: Document, *, target: str, is_current: Callable[[], bool], clock: Clock
    ) -> None:
        super().__init__(key, document, clock=clock, extra=[*list_tags(document), *_AGES.items()])
        self._target = target
        self._is_current = is_current

    def respond(self, environ: "WSGIEnvironment") -> WsgiResponse:
        """Choose the response to a GET or HEAD request."""
        response = super().respond(environ)
        # Servers that leave out the target as received, such as Granian, never get a long lifetime.
        is_canonical = environ.get("RAW_URI") == self._target
        if is_canonical and response.status[:3] in _CACHED_STATUSES and self._is_current():
            return response
        return drop_headers(response, _AGES)
