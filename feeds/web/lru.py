"""Hold finished representations by address, within a bound."""

from collections import OrderedDict
from threading import Lock
from typing import Any, NamedTuple

from feeds.site.compression import Encoding
from feeds.site.documents import Document


class CacheKey(NamedTuple):
    """Where something is found: a decoded path, and an encoded query, both canonical."""

    path: str
    query: str = ""


class CachedDocument:
    """A representation kept in memory, with its compressed forms; `is_current` until something else is to be served.

    `size` is what it counts for; the shelf's lock guards that and `is_current`, `lock` the bodies.
    """

    def __init__(self, place: CacheKey, representation: Document) -> None:
        self.place = place
        self.representation = representation
        self.is_current = False
        self.size = 0
        self.recordings: dict[Encoding, Any] = {}
        self.bodies = {Encoding.IDENTITY: representation.body}
        self.lock = Lock()


class LruDocuments:
    """Copies by place; the least recently used make room when all come to more than `max_bytes`, but never the last.

    Not for several threads at once, but that any of them may call `holds`.
    """

    def __init__(self, *, max_bytes: int) -> None:
        self.size = 0
        self._max_bytes = max_bytes
        self._copies: OrderedDict[CacheKey, CachedDocument] = OrderedDict()

    def holds(self, place: CacheKey) -> bool:
        """Say whether there is a copy."""
        return place in self._copies

    def use(self, place: CacheKey) -> CachedDocument | None:
        """Give the copy, if there is one, as the most recently used."""
        copy = self._copies.get(place)
        if copy is not None:
            self._copies.move_to_end(place)
        return copy

    def put(self, copy: CachedDocument) -> None:
        """Take in a copy, which counts for nothing yet."""
        self._copies[copy.place] = copy
        copy.is_current = True

    def grow(self, copy: CachedDocument, size: int) -> None:
        """Count `size` bytes more for a copy, unless it is no longer here."""
        if not copy.is_current:
            return
        copy.size += size
        self.size += size
        while self.size > self._max_bytes and len(self._copies) > 1:
            self.drop(next(iter(self._copies.values())))

    def drop(self, copy: CachedDocument) -> None:
        """Put away a copy."""
        del self._copies[copy.place]
        copy.is_current = False
        self.size -= copy.size

    def list(self) -> list[CachedDocument]:
        """Give all copies."""
        return list(self._copies.values())
