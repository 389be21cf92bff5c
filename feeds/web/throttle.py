"""Limit work to one thread at a time and to a share of the processor, to leave the rest for other requests."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Semaphore

from feeds.model.errors import OverloadError

SHARE = 1 / 50
"""The share of a processor's time for all throttled work in the long run."""

BURST_SECONDS = 2.0
"""The processor time available at once after a quiet period: a feed reader requests all its feeds together."""


class Throttle:
    """Admits one thread at a time, lets up to `max_waiting` threads wait, and rejects all others at once.

    A waiting thread cannot answer other requests, and `max_waiting` must be below the number of the server's threads.
    Admitted threads use up credit, in seconds of processor time. Credit grows back with time; without credit, the next
    thread waits.
    """

    def __init__(self, *, max_waiting: int, burst_seconds: float = BURST_SECONDS) -> None:
        self._slots = Semaphore(1 + max_waiting)
        self._lock = Lock()  # also guards the attributes below
        self._max_credit = burst_seconds
        self._credit = burst_seconds
        self._counted = time.monotonic()

    @contextmanager
    def admit(self) -> Iterator[None]:
        """Wait for admission, and keep other threads out until the end of the block.

        Raises:
            OverloadError: too many threads are waiting.
        """
        if not self._slots.acquire(blocking=False):
            raise OverloadError("Too many composed feeds requested at once. Please try again in a few seconds.")
        try:
            with self._lock:
                self._count_credit()
                time.sleep(max(0, -self._credit / SHARE))
                started = time.thread_time()
                try:
                    yield
                finally:
                    self._credit -= time.thread_time() - started
        finally:
            self._slots.release()

    def _count_credit(self) -> None:
        now = time.monotonic()
        self._credit = min(self._max_credit, self._credit + SHARE * (now - self._counted))
        self._counted = now
