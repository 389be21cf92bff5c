"""Keep finished representations in memory for as long as the catalog holds what they show."""

import logging
import time
from collections.abc import Callable, Collection
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
from feeds.site.documents import locate, make_document
from feeds.site.url_parser import check_spelling, parse_address
from feeds.site.urls import Address, DigestAddress, SubjectAddress, query_of
from feeds.web.lru import CachedDocument, CacheKey, LruDocuments
from feeds.web.throttle import Throttle

POLL_SECONDS = 0.4
"""For how long a worker goes by what it knows of the catalog; nothing it serves is staler than that."""

RECORD_BYTES = 8 * 1024
"""What a copy, and each recording of an answer with it, is counted for beside its body: headers, tables, locks."""

COMPOSED_SHARE = 4
"""Composed feeds, of which there is no end, get one part in so many of the memory, and only each other's room."""

MOST_WAITING = 8
"""How many threads may wait for their turn to compose a feed: the server has more than those."""

_RENDER_LOCKS = 64
_NEVER = datetime(1, 1, 1, tzinfo=UTC)
_log = logging.getLogger(__name__)


class DocumentCache:
    """Copies by address; the least recently used make room when all come to more than `max_bytes`.

    Composed feeds have a part of that to themselves, and are made one at a time.

    Threads may share it. It opens nothing before the first request, and until then can be carried over a fork. While
    the catalog cannot be reached, what is kept stays: it was true when the catalog was last asked.
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
        self._lock = Lock()  # over what is kept
        self._composing = Throttle(max_waiting=MOST_WAITING)
        self._poll_lock = Lock()
        self._render_locks = [Lock() for _ in range(_RENDER_LOCKS)]
        self._next_poll = 0.0
        self._is_reachable = True
        # What is known of the catalog: its state, the moment up to which releases are, and that of the last one noticed
        self._generation = ""
        self._version = -1
        self._polled = _NEVER
        self._released = _NEVER

    @property
    def size(self) -> int:
        """How many bytes all copies come to, bodies in every coding and recordings included."""
        return self._plain.size + self._composed.size

    def find(self, path: str, query: str = "") -> CachedDocument | None:
        """Give the copy of what is at a decoded canonical path with a canonical query, if there is one that holds."""
        place = CacheKey(path, query)
        if not self._plain.holds(place) and not self._composed.holds(place):
            return None
        self._refresh()
        return self._use(place)

    def fetch(self, path: str, query: str = "") -> CachedDocument:
        """Give what is at a decoded path with an encoded query, made now or before.

        Raises:
            NotFoundError: nothing is.
            BadRequestError: the path or the query cannot be read.
            MovedError: something is, and this is not its canonical path.
            OverloadError: it would have to be composed, and too many others are waiting for that.
            CatalogError: the catalog cannot be read, and there is no copy.
        """
        if copy := self.find(path, query):
            return copy
        address = parse_address(path, query, defaults=self._settings.filters)
        if copy := self.find(*_name_place(address)):
            check_spelling(path, address)
            return copy
        self._refresh()
        with self._wait_for_turn(address):
            return self._read(path, query)

    def body(self, copy: CachedDocument, encoding: Encoding) -> bytes:
        """Give a copy's bytes in a content coding; they are made once, when they are first wanted."""
        with copy.lock:
            if encoding not in copy.bodies:
                copy.bodies[encoding] = encode(copy.representation.body, encoding)
                self._grow(copy, len(copy.bodies[encoding]))
            return copy.bodies[encoding]

    def record(self, copy: CachedDocument, encoding: Encoding, recording: object) -> None:
        """Keep something with a copy for as long as that is kept; its bodies are taken to be the copy's own."""
        with copy.lock:
            if encoding not in copy.recordings:
                copy.recordings[encoding] = recording
                self._grow(copy, RECORD_BYTES)

    def _refresh(self) -> None:
        """Put away what the catalog no longer holds, if it is time to ask it again.

        While one thread asks, the others go by what is known if that is fresh enough, or if the database is away, which
        it can take long to find out; otherwise they wait.
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
                _log.warning("%s What was read before is served until that is mended.", error)
            self._is_reachable = False
        finally:
            self._next_poll = self._monotonic() + POLL_SECONDS
            self._poll_lock.release()

    def _poll(self) -> None:
        now = self._clock.now()
        with self._catalog.reading() as reader:
            state = reader.state()
            # One that has gone back to an older version has been restored from a copy, and goes on otherwise.
            is_known = state.generation == self._generation and state.version >= self._version
            changed = reader.versions_since(self._version) if is_known and state.version > self._version else {}
            release = reader.next_release(after=self._polled) if is_known else None
        is_released = release is not None and release <= now
        with self._lock:
            for copies in (self._plain, self._composed):
                for copy in copies.list():
                    if not is_known or is_released or _shows_any(copy, changed):
                        copies.drop(copy)
            self._generation, self._version, self._polled = state.generation, state.version, now
            self._released = now if is_released else self._released
        self._is_reachable = True

    def _wait_for_turn(self, address: Address) -> AbstractContextManager[None]:
        return self._composing.passing() if _is_composed(address) else nullcontext()

    def _read(self, path: str, query: str) -> CachedDocument:
        with self._catalog.reading() as reader:
            state = reader.state()  # first, so that the clock is not behind what is read
            now = self._clock.now()
            address = locate(path, reader, query=query, defaults=self._settings.filters, now=now)
            place = _name_place(address)
            # One lock serves many places, so that their number is bounded; none is ever rendered twice at once.
            with self._render_locks[hash(place) % _RENDER_LOCKS]:
                return self._use(place) or self._make(place, address, reader, state=state, now=now)

    def _use(self, place: CacheKey) -> CachedDocument | None:
        with self._lock:
            return self._plain.use(place) or self._composed.use(place)

    def _make(
        self, place: CacheKey, address: Address, reader: CatalogReader, *, state: CatalogState, now: datetime
    ) -> CachedDocument:
        copy = CachedDocument(place, make_document(address, reader, settings=self._settings, now=now))
        with self._lock:
            # What was rendered from another state than the one we know of, or before the last release, may be
            # outdated already; it was true when it was asked for, but is not kept.
            is_same = state.generation == self._generation and state.version >= self._version
            if is_same and now >= self._released:
                (self._composed if _is_composed(address) else self._plain).put(copy)
        self._grow(copy, len(copy.representation.body) + RECORD_BYTES)
        return copy

    def _grow(self, copy: CachedDocument, size: int) -> None:
        with self._lock:
            copies = self._composed if self._composed.holds(copy.place) else self._plain
            copies.grow(copy, size)


def _name_place(address: Address) -> CacheKey:
    return CacheKey(unquote(address.path), query_of(address))


def _is_composed(address: Address) -> bool:
    if isinstance(address, DigestAddress) or query_of(address):
        return True
    return isinstance(address, SubjectAddress) and not address.subject.is_plain


def _shows_any(copy: CachedDocument, changed: Collection[str]) -> bool:
    scopes = copy.representation.scopes
    return any(scope in changed for scope in scopes) if scopes else bool(changed)
