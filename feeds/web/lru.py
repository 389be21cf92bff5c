"""Hold cached documents by URL, up to a maximum size."""

from collections import OrderedDict
from threading import Lock
from typing import Any, NamedTuple

from feeds.model.document import Document
from feeds.site.compression import Encoding
from feeds.site.urls import Address


class CacheKey(NamedTuple):
    """A decoded URL path and an encoded query, both canonical."""

    path: str
    query: str = ""


class CachedDocument:
    """A document in memory, with its compressed bodies; `is_current` is true until the document is outdated or evicted.

    `size` is the number of bytes counted for the document. The cache's lock guards `size` and `is_current`; `lock`
    guards the bodies.
    """

    def __init__(self, key: CacheKey, address: Address, document: Document) -> None:
        self.key = key
        self.address = address
        self.document = document
        self.is_current = False
        self.size = 0
        self.responses: dict[Encoding, Any] = {}
        self.bodies = {Encoding.IDENTITY: document.body}
        self.lock = Lock()


class LruDocuments:
    """Cached documents by key. Above `max_bytes`, the least recently used documents are evicted, but never the last.

    Not thread-safe, except for `has`.
    """

    def __init__(self, *, max_bytes: int) -> None:
        self.size = 0
        self._max_bytes = max_bytes
        self._documents: OrderedDict[CacheKey, CachedDocument] = OrderedDict()

    def has(self, key: CacheKey) -> bool:
        """Return whether there is a document for a key."""
        return key in self._documents

    def use(self, key: CacheKey) -> CachedDocument | None:
        """Return the document for a key, if there is one, and mark the document as the most recently used."""
        cached = self._documents.get(key)
        if cached is not None:
            self._documents.move_to_end(key)
        return cached

    def add(self, cached: CachedDocument) -> None:
        """Add a document without counting any bytes yet."""
        self._documents[cached.key] = cached
        cached.is_current = True

    def grow(self, cached: CachedDocument, size: int) -> None:
        """Count `size` more bytes for a document, unless the document has been removed."""
        if not cached.is_current:
            return
        cached.size += size
        self.size += size
        while self.size > self._max_bytes and len(self._documents) > 1:
            self.remove(next(iter(self._documents.values())))

    def remove(self, cached: CachedDocument) -> None:
        """Remove a document."""
        del self._documents[cached.key]
        cached.is_current = False
        self.size -= cached.size

    def list(self) -> list[CachedDocument]:
        """Return all documents."""
        return list(self._documents.values())
