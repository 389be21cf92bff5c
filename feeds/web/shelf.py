"""Keep finished representations in memory for as long as the catalog holds what they show."""

import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from datetime import datetime
from threading import Lock
from typing import Any
from urllib.parse import unquote

from feeds.address import Address
from feeds.catalog.reader import CatalogReader
from feeds.catalog.store import Catalog
from feeds.encodings import Encoding, encode
from feeds.errors import CatalogError
from feeds.moments import Clock
from feeds.representation import Representation, locate, represent
from feeds.settings import Settings

POLL_SECONDS = 0.4
"""For how long a worker goes by what it knows of the catalog; nothing it serves is staler than that."""

_RENDER_LOCKS = 64


class Copy:
    """A representation kept in memory, with its compressed forms; `is_current` until something else is to be served."""

    def __init__(self, path: str, representation: Representation) -> None:
        self.path = path
        self.representation = representation
        self.is_current = True
        self.recordings: dict[Encoding, Any] = {}
        self.bodies = {Encoding.IDENTITY: representation.body}
        self.lock = Lock()


class Shelf:
    """Copies by address; the least recently used make room when all come to more than `max_bytes`.

    Threads may share it. It opens nothing before the first request, and until then can be carried over a fork.
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
        self._generation = ""
        self._version = -1
        self._next_release: datetime | None = None

    def find(self, path: str) -> Copy | None:
        """Give the copy of what is at a decoded canonical path, if there is one that holds."""
        copy = self._copies.get(path)
        if copy is None:
            return None
        self.refresh()
        with self._lock:
            if copy.is_current:
                self._copies.move_to_end(path)
        return copy if copy.is_current else None

    def fetch(self, path: str) -> Copy:
        """Give what is at a decoded path, made now or before.

        Raises:
            NotFoundError: nothing is.
            MovedError: something is, and this is not its canonical path.
            CatalogError: the catalog cannot be read.
        """
        self.refresh()
        with self._catalog.reading() as reader:
            address = locate(path, reader)
            canonical = unquote(address.path)
            # One lock serves many paths, so that their number is bounded; none is ever rendered twice at once.
            with self._render_locks[hash(canonical) % _RENDER_LOCKS]:
                return self._copies.get(canonical) or self._make(canonical, address, reader)

    def refresh(self) -> None:
        """Put away what the catalog no longer holds, if it is time to ask it again.

        While the catalog cannot be reached, what is kept stays: it was true when it was last asked.
        """
        if self._monotonic() < self._next_poll:
            return
        with self._poll_lock:
            if self._monotonic() >= self._next_poll:
                try:
                    self._poll()
                except CatalogError:
                    if not self._copies:
                        raise
                self._next_poll = self._monotonic() + POLL_SECONDS

    def body(self, copy: Copy, encoding: Encoding) -> bytes:
        """Give a copy's bytes in a content coding; they are made once, when they are first wanted."""
        with copy.lock:
            if encoding not in copy.bodies:
                copy.bodies[encoding] = encode(copy.representation.body, encoding)
                with self._lock:
                    if copy.is_current:
                        self._grow(len(copy.bodies[encoding]))
            return copy.bodies[encoding]

    def _poll(self) -> None:
        now = self._clock.now()
        with self._catalog.reading() as reader:
            state = reader.state()
            is_known = state.generation == self._generation
            changed = reader.versions_since(self._version) if is_known and state.version > self._version else {}
            next_release = reader.next_release(after=now)
        is_released = self._next_release is not None and self._next_release <= now
        with self._lock:
            if not is_known or is_released:
                outdated = list(self._copies)
            else:
                outdated = [path for path, copy in self._copies.items() if _shows_any(copy, changed)]
            for path in outdated:
                self._drop(path)
            self._generation, self._version, self._next_release = state.generation, state.version, next_release

    def _make(self, path: str, address: Address, reader: CatalogReader) -> Copy:
        representation = represent(address, reader, settings=self._settings, now=self._clock.now())
        copy = Copy(path, representation)
        state = reader.state()
        with self._lock:
            # What was rendered from another state than the one we know of may be outdated already.
            if state.generation == self._generation and state.version >= self._version:
                self._copies[path] = copy
                self._grow(len(representation.body))
            else:
                copy.is_current = False
        return copy

    def _grow(self, size: int) -> None:
        self._size += size
        while self._size > self._max_bytes and len(self._copies) > 1:
            self._drop(next(iter(self._copies)))

    def _drop(self, path: str) -> None:
        copy = self._copies.pop(path)
        copy.is_current = False
        self._size -= sum(map(len, copy.bodies.values()))


def _shows_any(copy: Copy, changed: Collection[str]) -> bool:
    scopes = copy.representation.scopes
    return any(scope in changed for scope in scopes) if scopes else bool(changed)
