"""Keep rendered documents in memory until the catalog content behind a document changes."""

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from threading import Lock
from urllib.parse import unquote

from feeds.catalog.catalog import Catalog
from feeds.catalog.reader import CatalogReader
from feeds.catalog.records import CatalogState
from feeds.model.clock import Clock
from feeds.model.errors import CatalogError
from feeds.settings import Settings
from feeds.site.compression import Encoding, encode
from feeds.site.documents import depends_on_any, make_document, resolve_address
from feeds.site.url_parser import check_spelling
from feeds.site.urls import Address, DigestAddress, QueryAddress, query_string_of
from feeds.web.lru import CachedDocument, CacheKey, LruDocuments
from feeds.web.throttle import Throttle

POLL_SECONDS = 0.4
"""How long a worker relies on its last look at the catalog: the maximum age of outdated responses."""

OVERHEAD_BYTES = 8 * 1024
"""Bytes counted for headers, tables and locks: once per cached document, and once per pair of recorded responses."""

COMPOSED_SHARE = 4
"""Composed feeds use at most one part in `COMPOSED_SHARE` of the memory, because their number is unlimited."""

MAX_WAITING = 8
"""How many threads may wait to compose a feed. The server has more threads."""

_RENDER_LOCKS = 64
_NEVER = datetime(1, 1, 1, tzinfo=UTC)
_log = logging.getLogger(__name__)


class DocumentCache:
    """Cached documents by URL. Above `max_bytes` in total, the least recently used documents are evicted.

    Composed feeds have a separate share of the memory, and only one composed feed is rendered at a time.

    Threads may share the cache. The cache opens nothing before the first request and can be carried over a fork until
    then. While the catalog is unreachable, documents stay in the cache: they were current at the last poll.
    """

    def __init__(
        self,
        catalog: Catalog,
        settings: Settings,
        *,
        clock: Clock,
        max_bytes: int,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._catalog = catalog
        self._settings = settings
        self._clock = clock
        self._monotonic = monotonic
        self._composed = LruDocuments(max_bytes=max_bytes // COMPOSED_SHARE)
        self._plain = LruDocuments(max_bytes=max_bytes - max_bytes // COMPOSED_SHARE)
        self._lock = Lock()  # guards the documents
        self._throttle = Throttle(max_waiting=MAX_WAITING)
        self._poll_lock = Lock()
        self._render_locks = [Lock() for _ in range(_RENDER_LOCKS)]
        self._next_poll = 0.0
        self._is_reachable = True
        # Known about the catalog: its state, the time of the last poll, and the time of the last detected release
        self._generation = ""
        self._version = -1
        self._polled = _NEVER
        self._released = _NEVER

    @property
    def size(self) -> int:
        """The size of all documents in bytes, including compressed bodies and recorded responses."""
        return self._plain.size + self._composed.size

    def find(self, path: str, query: str = "") -> CachedDocument | None:
        """Return the current document at a decoded canonical path with a canonical query, or None if not cached."""
        key = CacheKey(path, query)
        if not self._plain.has(key) and not self._composed.has(key):
            return None
        self._poll_if_due()
        return self._use(key)

    def fetch(self, address: Address, *, path: str) -> CachedDocument:
        """Return the document at an address, from the cache or newly rendered; `path` is the decoded request path.

        Raises:
            NotFoundError: the catalog has no document at this address.
            MovedError: `path` is not the canonical path.
            OverloadError: the feed must be composed, and too many threads are waiting to compose feeds.
            CatalogError: the catalog cannot be read, and the document is not cached.
        """
        if cached := self.find(*_make_key(address)):
            check_spelling(path, address)
            return cached
        self._poll_if_due()
        with self._throttle_composing(address):
            return self._read(address, path)

    def encode(self, cached: CachedDocument, encoding: Encoding) -> bytes:
        """Return the body of a document in a content coding; each body is compressed once, at its first use."""
        with cached.lock:
            if encoding not in cached.bodies:
                cached.bodies[encoding] = encode(cached.document.body, encoding)
                self._grow(cached, len(cached.bodies[encoding]))
            return cached.bodies[encoding]

    def add_responses(self, cached: CachedDocument, encoding: Encoding, *, responses: object) -> None:
        """Keep responses together with a document; their bodies must be the document's own bytes objects."""
        with cached.lock:
            if encoding not in cached.responses:
                cached.responses[encoding] = responses
                self._grow(cached, OVERHEAD_BYTES)

    def _poll_if_due(self) -> None:
        """Remove outdated documents, if the next poll of the catalog is due.

        While one thread polls, other threads use the known state if the state is fresh enough, or if the database is
        unreachable (a timeout can take long). In all other cases the other threads wait.
        """
        overdue = self._monotonic() - self._next_poll
        must_wait = self._is_reachable and overdue > 1 - POLL_SECONDS
        if overdue < 0 or not self._poll_lock.acquire(blocking=must_wait or not self._generation):
            return
        try:
            if self._monotonic() >= self._next_poll:
                self._poll()
        except CatalogError as error:
            if self._is_reachable and self.size:
                _log.warning("%s Serving cached documents until the catalog can be read again.", error)
            self._is_reachable = False
        finally:
            self._next_poll = self._monotonic() + POLL_SECONDS
            self._poll_lock.release()

    def _poll(self) -> None:
        now = self._clock.now()
        with self._catalog.reading() as reader:
            state = reader.read_state()
            # A lower version means a catalog restored from a backup: its next versions have other content.
            is_known = state.generation == self._generation and state.version >= self._version
            changed = reader.find_changed_scopes(self._version) if is_known and state.version > self._version else {}
            release = reader.find_next_scheduled_change(after=self._polled) if is_known else None
        is_released = release is not None and release <= now
        with self._lock:
            for documents in (self._plain, self._composed):
                for cached in documents.list():
                    if not is_known or is_released or depends_on_any(cached.document.scopes, changed):
                        documents.remove(cached)
            self._generation, self._version, self._polled = state.generation, state.version, now
            self._released = now if is_released else self._released
        self._is_reachable = True

    def _throttle_composing(self, address: Address) -> AbstractContextManager[None]:
        return self._throttle.admit() if _is_composed(address) else nullcontext()

    def _read(self, address: Address, path: str) -> CachedDocument:
        with self._catalog.reading() as reader:
            state = reader.read_state()  # before the clock, so that the time is not behind the state
            now = self._clock.now()
            address = resolve_address(address, reader, path=path, now=now)
            key = _make_key(address)
            # Each lock serves many keys to bound the number of locks. No document is rendered twice at once.
            with self._render_locks[hash(key) % _RENDER_LOCKS]:
                return self._use(key) or self._render(key, address, reader=reader, state=state, now=now)

    def _use(self, key: CacheKey) -> CachedDocument | None:
        with self._lock:
            return self._plain.use(key) or self._composed.use(key)

    def _render(
        self, key: CacheKey, address: Address, *, reader: CatalogReader, state: CatalogState, now: datetime
    ) -> CachedDocument:
        cached = CachedDocument(key, address, make_document(address, reader, settings=self._settings, now=now))
        with self._lock:
            # A document from another state than the known one, or from before the last release, may be outdated. It was
            # correct at the time of the request, so it is returned, but not kept.
            is_same = state.generation == self._generation and state.version >= self._version
            if is_same and now >= self._released:
                (self._composed if _is_composed(address) else self._plain).add(cached)
        self._grow(cached, len(cached.document.body) + OVERHEAD_BYTES)
        return cached

    def _grow(self, cached: CachedDocument, size: int) -> None:
        with self._lock:
            documents = self._composed if self._composed.has(cached.key) else self._plain
            documents.grow(cached, size)


def _make_key(address: Address) -> CacheKey:
    return CacheKey(unquote(address.path), query_string_of(address))


def _is_composed(address: Address) -> bool:
    if isinstance(address, DigestAddress) or query_string_of(address):
        return True
    return isinstance(address, QueryAddress) and not address.query.is_plain
