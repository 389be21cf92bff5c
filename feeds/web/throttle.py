"""Let through one at a time and not without rest, so that what is asked for without end leaves room for all else."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Semaphore

from feeds.model.errors import OverloadError

SHARE = 1 / 50
"""What all passages may take of a processor's time in the long run."""

BURST_SECONDS = 2.0
"""What they may take at once, after a quiet time: a reader comes for all its feeds together."""


class Throttle:
    """Lets one thread through at a time, and up to `max_waiting` wait; it turns away the others at once.

    A thread that waits can answer nobody else, so their number has to be below that of the server's threads. Who passes
    uses up credit, in seconds of processor time, which grows again with time; without any, the next one waits.
    """

    def __init__(self, *, max_waiting: int, burst_seconds: float = BURST_SECONDS) -> None:
        self._places = Semaphore(1 + max_waiting)
        self._turn = Lock()  # over what follows, too
        self._most_credit = burst_seconds
        self._credit = burst_seconds
        self._counted = time.monotonic()

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Wait for the turn, and have it until the end of the block.

        Raises:
            OverloadError: enough are waiting.
        """
        if not self._places.acquire(blocking=False):
            raise OverloadError("Too many feeds are being composed at the moment; please try again in a moment.")
        try:
            with self._turn:
                self._count_credit()
                time.sleep(max(0, -self._credit / SHARE))
                begun = time.thread_time()
                try:
                    yield
                finally:
                    self._credit -= time.thread_time() - begun
        finally:
            self._places.release()

    def _count_credit(self) -> None:
        now = time.monotonic()
        self._credit = min(self._most_credit, self._credit + SHARE * (now - self._counted))
        self._counted = now
