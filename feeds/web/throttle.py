"""Limit work to one thread at a time and to a share of the processor, to leave the rest for other requests."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Semaphore
from typing import Protocol

from feeds.model.errors import OverloadError

SHARE = 1 / 50
"""The share of a processor's time for all throttled work in the long run."""

BURST_SECONDS = 2.0
"""The processor time available at once after a quiet period: a feed reader requests all its feeds together."""

MAX_PAUSE_SECONDS = 10.0
"""The longest pause before the next piece of work, however long the last piece took."""

PATIENCE_SECONDS = 0.5
"""How long a thread waits: with 1.5 seconds for an answer of the database, its client waits no longer than two."""


class Timer(Protocol):
    """The functions of the `time` module in use here."""

    def monotonic(self) -> float: ...  # noqa: D102 as in `time`
    def thread_time(self) -> float: ...  # noqa: D102 as in `time`
    def sleep(self, seconds: float, /) -> None: ...  # noqa: D102 as in `time`


class Throttle:
    """Admits one thread at a time, lets up to `max_waiting` threads wait, and rejects all others at once.

    A waiting thread cannot answer other requests, and `max_waiting` must be below the number of the server's threads.
    No thread waits longer than `patience_seconds`. Admitted threads use up credit, in seconds of processor time. Credit
    grows back with time; without credit, the next thread waits, or is rejected. Debt is limited: a single expensive
    piece of work must not lock out all others for long.
    """

    def __init__(
        self,
        *,
        max_waiting: int,
        burst_seconds: float = BURST_SECONDS,
        patience_seconds: float = PATIENCE_SECONDS,
        timer: Timer = time,
    ) -> None:
        self._slots = Semaphore(1 + max_waiting)
        self._patience_seconds = patience_seconds
        self._lock = Lock()  # also guards the attributes below
        self._timer = timer
        self._max_credit = burst_seconds
        self._credit = burst_seconds
        self._counted = timer.monotonic()

    def check(self) -> None:
        """Check without waiting whether `admit` would reject a thread now.

        Raises:
            OverloadError: too many threads are waiting, or the next would wait too long.
        """
        self._take_slot()
        self._slots.release()
        self._check_pause(self._patience_seconds)

    @contextmanager
    def admit(self) -> Iterator[None]:
        """Wait for admission, and keep other threads out until the end of the block.

        Raises:
            OverloadError: too many threads are waiting, or the thread would wait too long.
        """
        end = self._timer.monotonic() + self._patience_seconds
        self._take_slot()
        try:
            with self._turn():
                self._update_credit(used_seconds=0)
                self._timer.sleep(self._check_pause(end - self._timer.monotonic()))
                started = self._timer.thread_time()
                try:
                    yield
                finally:
                    self._update_credit(used_seconds=self._timer.thread_time() - started)
        finally:
            self._slots.release()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._lock.acquire(timeout=self._patience_seconds):
            raise _make_error()
        try:
            yield
        finally:
            self._lock.release()

    def _take_slot(self) -> None:
        if not self._slots.acquire(blocking=False):
            raise _make_error()

    def _check_pause(self, patience_seconds: float) -> float:
        """Return the pause before the next piece of work; raise an error if it is longer than the patience."""
        credit = self._credit + SHARE * (self._timer.monotonic() - self._counted)
        pause = max(0, -credit / SHARE)
        if pause > max(0, patience_seconds):
            raise _make_error()
        return pause

    def _update_credit(self, *, used_seconds: float) -> None:
        now = self._timer.monotonic()
        credit = self._credit - used_seconds + SHARE * (now - self._counted)
        self._credit = min(self._max_credit, max(-SHARE * MAX_PAUSE_SECONDS, credit))
        self._counted = now


def _make_error() -> OverloadError:
    return OverloadError("Too many composed feeds requested at once. Please try again in a few seconds.")
