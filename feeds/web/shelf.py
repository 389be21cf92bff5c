"""Keep finished representations in memory for as long as the catalog holds what they show."""

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from threading import Lock
from typing import Any
from urllib.parse import unquote

from feeds.address import Address, check_spelling, parse_address
from feeds.catalog.reader import CatalogReader
from feeds.catalog.store import Catalog
from feeds.encodings import Encoding, encode
from feeds.errors import CatalogError
from feeds.moments import Clock
from feeds.representation import Representation, locate, represent
from feeds.settings import Settings

POLL_SECONDS = 0.4
"""For how long a worker goes by what it knows of the catalog; nothing it serves is staler than that."""

RECORD_BYTES = 8 * 1024
"""What a copy, and each recording of an answer with it, is counted for beside its body: headers, tables, locks."""

_RENDER_LOCKS = 64
_NEVER = datetime(1, 1, 1, tzinfo=UTC)
_log = logging.getLogger(__name__)


class Copy:
    """A representation kept in memory, with its compressed forms; `is_current` until something else is to be served.

    `size` is what it counts for on the shelf; the shelf's lock guards that and `is_current`, `lock` the bodies.
    """

    def __init__(self, path: str, representation: Representation) -> None:
        self.path = path
        self.representation = representation
        self.is_current = False
        self.size = 0
        self.recordings: dict[Encoding, Any] = {}
        self.bodies = {Encoding.IDENTITY: representation.body}
        self.lock = Lock()


class Shelf:
    """Copies by address; the least recently used make room when all come to more than `max_bytes`.

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
        self._max_bytes = max_bytes
        self._monotonic = monotonic
        self._copies: OrderedDict[str, Copy] = OrderedDict()
        self._lock = Lock()  # over what is kept
        self._poll_lock = Lock()
        self._render_locks = [Lock() for _ in range(_RENDER_LOCKS)]
        self._size = 0
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
        return self._size

    def find(self, path: str) -> Copy | None:
        """Give the copy of what is at a decoded canonical path, if there is one that holds."""
        if path not in self._copies:
            return None
        self._refresh()
        with self._lock:
            copy = self._copies.get(path)
            if copy is not None:
                self._copies.move_to_end(path)
            return copy

    def fetch(self, path: str) -> Copy:
        """Give what is at a decoded path, made now or before.

        Raises:
            NotFoundError: nothing is.
            MovedError: something is, and this is not its canonical path.
            CatalogError: the catalog cannot be read, and there is no copy.
        """
        if copy := self.find(path):
            return copy
        self._refresh()
        try:
            return self._read(path)
        except CatalogError:
            if copy := self._find_under_alias(path):
                return copy
            raise

    def body(self, copy: Copy, encoding: Encoding) -> bytes:
        """Give a copy's bytes in a content coding; they are made once, when they are first wanted."""
        with copy.lock:
            if encoding not in copy.bodies:
                copy.bodies[encoding] = encode(copy.representation.body, encoding)
                self._grow(copy, len(copy.bodies[encoding]))
            return copy.bodies[encoding]

    def record(self, copy: Copy, encoding: Encoding, recording: object) -> None:
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
            if self._is_reachable and self._copies:
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
            for path, copy in list(self._copies.items()):
                if not is_known or is_released or _shows_any(copy, changed):
                    self._drop(path)
            self._generation, self._version, self._polled = state.generation, state.version, now
            self._released = now if is_released else self._released
        self._is_reachable = True

    def _read(self, path: str) -> Copy:
        with self._catalog.reading() as reader:
            address = locate(path, reader)
            canonical = unquote(address.path)
            # One lock serves many paths, so that their number is bounded; none is ever rendered twice at once.
            with self._render_locks[hash(canonical) % _RENDER_LOCKS]:
                return self._copies.get(canonical) or self._make(canonical, address, reader)

    def _find_under_alias(self, path: str) -> Copy | None:
        address = parse_address(path)
        check_spelling(path, address)
        return self._copies.get(unquote(address.path))

    def _make(self, path: str, address: Address, reader: CatalogReader) -> Copy:
        now = self._clock.now()
        copy = Copy(path, represent(address, reader, settings=self._settings, now=now))
        state = reader.state()
        with self._lock:
            # What was rendered from another state than the one we know of, or before the last release, may be
            # outdated already; it was true when it was asked for, but is not kept.
            is_same = state.generation == self._generation and state.version >= self._version
            if is_same and now >= self._released:
                self._copies[path] = copy
                copy.is_current = True
        self._grow(copy, len(copy.representation.body) + RECORD_BYTES)
        return copy

    def _grow(self, copy: Copy, size: int) -> None:
        with self._lock:
            if not copy.is_current:
                return
            copy.size += size
            self._size += size
            while self._size > self._max_bytes and len(self._copies) > 1:
                self._drop(next(iter(self._copies)))

    def _drop(self, path: str) -> None:
        copy = self._copies.pop(path)
        copy.is_current = False
        self._size -= copy.size


def _shows_any(copy: Copy, changed: Collection[str]) -> bool:
    scopes = copy.representation.scopes
    return any(scope in changed for scope in scopes) if scopes else bool(changed)
