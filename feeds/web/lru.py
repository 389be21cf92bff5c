"""Hold cached documents by URL, up to a maximum size."""

from collections import OrderedDict

from feeds.web.cached_document import CachedDocument


class LruDocuments:
    """Cached documents by key. Above `max_bytes`, documents without recent use are evicted, but never the last.

    `find` takes no lock, so that no reader waits for a writer; the caller must lock the other methods. The oldest
    document is evicted unless used since its last turn; a used document gets another turn ("second chance").
    """

    def __init__(self, *, max_bytes: int) -> None:
        self.size = 0
        self._max_bytes = max_bytes
        self._documents: OrderedDict[tuple[str, str], CachedDocument] = OrderedDict()

    def find(self, key: tuple[str, str]) -> CachedDocument | None:
        """Return the document for a key, if there is one, and note the use; a plain tuple will do as key."""
        cached = self._documents.get(key)
        if cached is not None:
            cached.is_used = True
        return cached

    def add(self, cached: CachedDocument) -> None:
        """Add a document in place of any other with the same key."""
        if replaced := self._documents.get(cached.key):
            self.remove(replaced)
        while self._documents and self.size + cached.size > self._max_bytes:
            self._give_turn(next(iter(self._documents.values())))
        self._documents[cached.key] = cached
        self.size += cached.size

    def remove(self, cached: CachedDocument) -> None:
        """Remove a document."""
        del self._documents[cached.key]
        self.size -= cached.size

    def list(self) -> list[CachedDocument]:
        """Return all documents."""
        return list(self._documents.values())

    def _give_turn(self, oldest: CachedDocument) -> None:
        if oldest.is_used:
            oldest.is_used = False
            self._documents.move_to_end(oldest.key)
        else:
            self.remove(oldest)
