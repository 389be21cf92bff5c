"""Poll the catalog for changes in a thread of its own, so that no request waits for a poll."""

import logging
import math
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from threading import Event, Lock, Thread

from feeds.catalog.catalog import Catalog
from feeds.catalog.reader import CatalogReader
from feeds.catalog.records import CatalogState
from feeds.catalog.sqlite_file import Stamp
from feeds.model.clock import Clock
from feeds.model.document import depends_on_any
from feeds.model.errors import CatalogError, OverloadError
from feeds.model.text import escape_controls
from feeds.web.cache import DocumentCache, KnownState
from feeds.web.cached_document import CachedDocument

POLL_SECONDS = 0.4
"""The pause between two polls: the maximum age of outdated responses, apart from the duration of a poll."""

_MAX_UNREAD = timedelta(seconds=10)
"""The pause between two readings of a catalog whose files stay the same."""

CURRENT_SECONDS = 8
"""How long after a poll documents count as current; below the time from a change to the last purge of caches."""

_log = logging.getLogger(__name__)


class Poller:
    """Removes documents from a cache when the catalog content behind a document changes.

    A poll reads the catalog only if its files have changed, or a scheduled change is due: each reading opens and closes
    an SQLite file, and takes turns with the thread that answers requests. PostgreSQL is asked each time.

    While the catalog is unreachable, documents stay in the cache: they were current at the last poll. The poller opens
    nothing before `start`, and can be carried over a fork until then.
    """

    def __init__(self, catalog: Catalog, cache: DocumentCache, *, clock: Clock, seconds: float | None) -> None:
        """Prepare to poll every `seconds`; None means only when `poll` is called."""
        self._catalog = catalog
        self._cache = cache
        self._clock = clock
        self._seconds = seconds
        self._lock = Lock()
        self.has_started = False
        self._is_stopped = Event()
        self._is_reachable = True
        self._known = KnownState()
        self._polled = datetime(1, 1, 1, tzinfo=UTC)
        self._stamp: Stamp | None = None
        self._checked = -math.inf  # by the monotonic clock
        self._due = self._polled  # when to read the catalog even with the same stamp
        self.former_feeds = ""
        """`CatalogState.former_feeds` at the last poll."""

    def start(self) -> None:
        """Poll once and start the thread; calls after the first success do nothing.

        Raises:
            CatalogError: the catalog cannot be read.
        """
        with self._lock:
            if self.has_started:
                return
            self._poll()
            if self._seconds is not None:
                Thread(target=self._poll_forever, args=(self._seconds,), name="poller", daemon=True).start()
            self.has_started = True

    def stop(self) -> None:
        """End the thread after any poll in progress."""
        self._is_stopped.set()

    def is_current(self) -> bool:
        """Return whether documents in the cache were current a few seconds ago."""
        return time.monotonic() - self._checked <= CURRENT_SECONDS

    def poll(self) -> None:
        """Remove outdated documents; log the first failure of several, and no other."""
        try:
            self._poll()
        except (CatalogError, OverloadError) as error:
            if self._is_reachable and self._cache.size:
                _log.warning(
                    "%s Serving cached documents until the catalog can be read again.", escape_controls(str(error))
                )
            self._is_reachable = False
        else:
            self._is_reachable = True

    def _poll_forever(self, seconds: float) -> None:
        while not self._is_stopped.wait(seconds):
            try:
                self.poll()
            except Exception:  # noqa: BLE001 without polls, outdated documents would be served forever
                _log.exception("Cannot poll the catalog.")

    def _poll(self) -> None:
        started = time.monotonic()
        self._update()
        self._checked = started

    def _update(self) -> None:
        now = self._clock.now()
        stamp = self._catalog.read_stamp()
        if stamp and stamp == self._stamp and self._polled <= now < self._due:
            return
        with self._catalog.reading() as reader:
            state = reader.read_state()
            # Without the commit, the catalog was rebuilt, or the database went back to an earlier state.
            # After a clock that was ahead, documents may show entries too early.
            is_known = now >= self._polled and reader.has_commit(self._known.version, self._known.commit)
            changed = self._find_changes(reader, state) if is_known else {}
            release = reader.find_next_scheduled_change(after=self._polled) if is_known else None
        is_released = release is not None and release <= now
        keeps_any = is_known and not is_released

        def is_outdated(cached: CachedDocument) -> bool:
            return not keeps_any or depends_on_any(cached.document.scopes, changed)

        released = self._known.released if keeps_any else now
        self._known = KnownState(state.generation, state.version, state.commit, released)
        self.former_feeds = state.former_feeds
        self._polled = now
        self._stamp = stamp if keeps_any else None
        self._due = min(release or datetime.max.replace(tzinfo=UTC), now + _MAX_UNREAD)
        self._cache.update(self._known, is_outdated=is_outdated)

    def _find_changes(self, reader: CatalogReader, state: CatalogState) -> Mapping[str, object]:
        return reader.find_changed_scopes(self._known.version) if state.version > self._known.version else {}
