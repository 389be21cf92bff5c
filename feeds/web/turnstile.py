"""Let through one at a time and not without rest, so that what is asked for without end leaves room for all else."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Semaphore

from feeds.errors import OverloadError

REST = 9
"""After each passage nobody is let through for so many times what it took of the processor."""


class Turnstile:
    """Lets one thread through at a time, and up to `max_waiting` wait; it turns away the others at once.

    A thread that waits can answer nobody else, so their number has to be below that of the server's threads.
    """

    def __init__(self, *, max_waiting: int) -> None:
        self._places = Semaphore(1 + max_waiting)
        self._turn = Lock()
        self._rested = 0.0  # when the next may pass

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
                time.sleep(max(0, self._rested - time.monotonic()))
                begun = time.thread_time()
                try:
                    yield
                finally:
                    self._rested = time.monotonic() + REST * (time.thread_time() - begun)
        finally:
            self._places.release()
