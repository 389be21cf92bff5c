"""Keep documents in memory, and never add a document that is older than the known state of the catalog."""

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock

import msgspec

from feeds.catalog.records import CatalogState
from feeds.web.cached_document import CachedDocument
from feeds.web.lru import LruDocuments

COMPOSED_SHARE = 4
"""Composed feeds use at most one part in `COMPOSED_SHARE` of the memory, because their number is unlimited."""


class KnownState(msgspec.Struct, frozen=True):
    """The state of the catalog that all cached documents are current with; `released` is the last scheduled change."""

    generation: str = ""
    version: int = -1
    commit: str = ""
    released: datetime = datetime(1, 1, 1, tzinfo=UTC)

    def accepts(self, state: CatalogState, *, now: datetime) -> bool:
        """Return whether a document read from `state` at `now` is at least as new."""
        is_next = state.version > self.version or (state.version == self.version and state.commit == self.commit)
        return state.generation == self.generation and is_next and now >= self.released


class DocumentCache:
    """Cached documents by URL, at most `max_bytes` in total; composed feeds have a separate share.

    Threads may share the cache. `find` takes no lock. Before the first `update`, nothing is kept.
    """

    def __init__(self, *, max_bytes: int) -> None:
        self._composed = LruDocuments(max_bytes=max_bytes // COMPOSED_SHARE)
        self._plain = LruDocuments(max_bytes=max_bytes - max_bytes // COMPOSED_SHARE)
        self._former: dict[tuple[str, str], CachedDocument] = {}  # by the URLs of earlier feeds, which are few
        self._lock = Lock()  # guards all changes
        self._known = KnownState()

    @property
    def size(self) -> int:
        """The size of all documents in bytes."""
        return self._plain.size + self._composed.size

    def find(self, key: tuple[str, str]) -> CachedDocument | None:
        """Return the document at a canonical URL, a `CacheKey` or a plain tuple; None if not cached.

        Documents are also found at the URLs of earlier feeds that `add_former` has added since the last update.
        """
        return self._plain.find(key) or self._composed.find(key) or self._former.get(key)

    def add(self, cached: CachedDocument, *, state: CatalogState, now: datetime, is_composed: bool) -> None:
        """Add a document read from `state` at `now`, unless the document may already be outdated."""
        with self._lock:
            if self._known.accepts(state, now=now):
                (self._composed if is_composed else self._plain).add(cached)

    def add_former(self, key: tuple[str, str], cached: CachedDocument) -> None:
        """Find a document at the URL of an earlier feed too, unless the document may be outdated."""
        with self._lock:
            if self._plain.find(cached.key) is cached:
                self._former[key] = cached

    def update(self, known: KnownState, *, is_outdated: Callable[[CachedDocument], bool]) -> None:
        """Remove outdated documents, and accept only documents of the newly known state from now on."""
        with self._lock:
            for documents in (self._plain, self._composed):
                for cached in documents.list():
                    if is_outdated(cached):
                        documents.remove(cached)
            self._former.clear()
            self._known = known
