"""Admit threads to the database: a limited number at a time, and none while the database does not answer."""

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock

from feeds.model.errors import CatalogSilentError, OverloadError

PAUSE_SECONDS = 0.3
"""How long all threads are rejected after the database did not answer; then a single thread tries again."""


class Admission:
    """Admits up to `places` threads at a time, in the order of their arrival.

    A thread waits up to `wait_seconds` for its place, or without a limit if None. A thread whose block ends with a
    CatalogSilentError causes the rejection of all others, including those that wait, until a thread gets an answer.
    """

    def __init__(self, *, places: int, wait_seconds: float | None = None) -> None:
        self._wait_seconds = wait_seconds
        self._lock = Lock()  # guards the attributes below
        self._free = places
        self._waiting: deque[_Turn] = deque()
        self._silence: CatalogSilentError | None = None
        self._next_try = 0.0
        self._is_trying = False

    @property
    def waiting(self) -> int:
        """The number of threads that wait for a place."""
        return len(self._waiting)

    @contextmanager
    def admit(self) -> Iterator[None]:
        """Wait for a place, and keep it until the end of the block.

        Raises:
            OverloadError: no place got free in time.
            CatalogSilentError: the database does not answer.
        """
        is_trying = self._enter()
        silence: CatalogSilentError | None = None
        try:
            yield
        except CatalogSilentError as error:
            silence = error
            raise
        finally:
            self._leave(silence, is_trying=is_trying)

    def check(self) -> None:
        """Check whether the database answered the last time.

        Raises:
            CatalogSilentError: the database does not answer, and the time for the next try has not come.
        """
        with self._lock:
            self._check()

    def _check(self) -> None:
        if self._silence and (self._is_trying or not self._free or time.monotonic() < self._next_try):
            raise CatalogSilentError(str(self._silence))

    def _enter(self) -> bool:
        """Take a place; return whether the database is silent and this thread tries again."""
        with self._lock:
            self._check()
            if self._free and not self._waiting:
                self._free -= 1
                self._is_trying = self._silence is not None
                return self._is_trying
            turn = _Turn()
            self._waiting.append(turn)
        self._wait(turn)
        return False

    def _wait(self, turn: "_Turn") -> None:
        if not turn.has_come.wait(self._wait_seconds):
            with self._lock:
                if not turn.has_come.is_set():
                    self._waiting.remove(turn)
                    raise OverloadError("Too many requests at once. Please try again in a few seconds.")
        if turn.rejection:
            raise CatalogSilentError(str(turn.rejection))

    def _leave(self, silence: CatalogSilentError | None, *, is_trying: bool) -> None:
        with self._lock:
            if is_trying:
                self._is_trying = False
                self._silence = None
            if silence:
                self._reject_all(silence)
            if self._waiting:
                self._waiting.popleft().has_come.set()  # hands over the place
            else:
                self._free += 1

    def _reject_all(self, silence: CatalogSilentError) -> None:
        self._silence = silence
        self._next_try = time.monotonic() + PAUSE_SECONDS
        while self._waiting:
            turn = self._waiting.popleft()
            turn.rejection = silence
            turn.has_come.set()


class _Turn:
    """A thread that waits for a place; with a `rejection`, the thread does not get the place."""

    def __init__(self) -> None:
        self.has_come = Event()
        self.rejection: CatalogSilentError | None = None
