"""Purge changed documents from a shared cache, several at once, and again a few seconds later."""

from collections.abc import Iterator, Sequence
from threading import Lock, Thread

import msgspec

from feeds.catalog.outbox import Notification, OutboxWriter
from feeds.model.errors import PurgeError
from feeds.notify.delivery import MAX_FAILURES, Deliverer
from feeds.notify.purge import send_purge

_BATCH = 64  # a batch is claimed and recorded at once: each needs the lock of the catalog
_THREADS = 8  # a distant cache answers each request slowly


class CachePurger(Deliverer):
    """Sends a shared cache its purges in the outbox."""

    def deliver(self) -> None:
        """Send all due purges."""
        due = self._list_due()
        for start in range(0, len(due), _BATCH):
            claimed = self._claim(due[start : start + _BATCH])
            purges = _Purges(self._url, claimed)
            purges.send([self._make_url(each) for each in claimed], timeout_seconds=self._timing.timeout_seconds)
            self._record(purges.sent)
            if purges.is_away and purges.failed:
                unsent = [each for each in claimed if each not in purges.sent]
                self._postpone_purges([*unsent, *due[start + _BATCH :]], purges.failed[-1][1])
                return
            for purge, error in purges.failed:
                self._postpone_purges([purge], error)
            if self._stop.is_set():
                return

    def _postpone_purges(self, purges: Sequence[Notification], error: PurgeError) -> None:
        self._postpone(purges, error, give_up_seconds=self._timing.purge_give_up_seconds)

    def _record(self, sent: Sequence[Notification]) -> None:
        """Schedule the second purge after a first one, and remove the others."""
        if not sent:
            return
        self._is_failing = False
        due = self._now + self._timing.purge_again_seconds
        again = [
            msgspec.structs.replace(each, attempts=0, due=due, repeats=each.repeats - 1)
            for each in sent
            if each.repeats
        ]

        def write(outbox: OutboxWriter) -> None:
            outbox.postpone(self._url, again)
            for purge in sent:
                if not purge.repeats:
                    outbox.remove(self._url, purge)

        self._write(write)


class _Purges:
    """Purges to send in parallel: `sent` were accepted, `failed` were not, and the rest was given up."""

    def __init__(self, cache: str, purges: Sequence[Notification]) -> None:
        self.sent: list[Notification] = []
        self.failed: list[tuple[Notification, PurgeError]] = []
        self._cache = cache
        self._purges = purges
        self._lock = Lock()

    @property
    def is_away(self) -> bool:
        """Whether to leave the cache alone for a while."""
        away = [error for _, error in self.failed if error.is_away]
        return len(away) >= MAX_FAILURES or any(error.patience_seconds for error in away)

    def send(self, urls: Sequence[str], *, timeout_seconds: float) -> None:
        """Send the purges of `urls`."""
        queue = iter(zip(self._purges, urls, strict=True))
        count = min(_THREADS, len(urls))
        # Not in a pool of the standard library: at the end of the program, it would wait for a cache that hangs.
        threads = [Thread(target=self._send_next, args=(queue, timeout_seconds), daemon=True) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _send_next(self, queue: Iterator[tuple[Notification, str]], timeout_seconds: float) -> None:
        while not self.is_away:
            with self._lock:
                purge, url = next(queue, (None, ""))
            if purge is None:
                return
            try:
                send_purge(self._cache, url, timeout_seconds=timeout_seconds)
            except PurgeError as error:
                self.failed.append((purge, error))
            else:
                self.sent.append(purge)
