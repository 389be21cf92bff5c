"""Collect beside the server at startup, and tell all workers how far the first collect is."""

import os
import struct
import subprocess
import sys
from collections.abc import Callable
from mmap import mmap
from threading import Thread

import msgspec

from feeds.settings import PROGRESS_VARIABLE

_FORMAT = struct.Struct("=?qq")


class CollectProgress(msgspec.Struct, frozen=True):
    """How many articles a collect has read; `total` is 0 until the articles are counted."""

    done: int = 0
    total: int = 0


class FirstCollect:
    """The progress of the first collect, in memory shared with processes that are forked later."""

    def __init__(self) -> None:
        self._memory = mmap(-1, _FORMAT.size)

    def update(self, progress: CollectProgress | None) -> None:
        """Store the progress; None means that no first collect is running."""
        progress, is_running = progress or CollectProgress(), progress is not None
        _FORMAT.pack_into(self._memory, 0, is_running, progress.done, progress.total)

    def read(self) -> CollectProgress | None:
        """Return the progress; None if no first collect is running."""
        is_running, done, total = _FORMAT.unpack_from(self._memory)
        return CollectProgress(done, total) if is_running else None


FIRST_COLLECT = FirstCollect()
"""The first collect of this process, for its workers."""


class CollectProcess:
    """A running `feeds collect` in a process of its own, which returns its memory to the system at the end.

    A thread calls `on_progress`, and in the end `on_success` or `on_failure`.
    """

    def __init__(
        self,
        *,
        on_progress: Callable[[CollectProgress], object],
        on_success: Callable[[], object],
        on_failure: Callable[[], object],
    ) -> None:
        self._on_progress = on_progress
        self._on_success = on_success
        self._on_failure = on_failure
        reader, writer = os.pipe()
        command = [sys.executable, "-m", "feeds", "collect"]
        environ = {**os.environ, PROGRESS_VARIABLE: str(writer)}
        self._process = subprocess.Popen(command, env=environ, pass_fds=[writer])  # noqa: S603 our own command
        os.close(writer)
        self._thread = Thread(target=self._follow, args=(reader,), name="collect", daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Wait for the end of the process."""
        self._thread.join()

    def stop(self) -> None:
        """Stop a collect that is still running; the catalog stays as it was."""
        self._process.terminate()

    def _follow(self, reader: int) -> None:
        # gunicorn takes the exit status of its child processes, so the collect writes a last line if it succeeds.
        has_finished = False
        with open(reader, encoding="ascii") as lines:
            for line in lines:
                done, _, total = line.strip().partition(" ")
                if total:
                    self._on_progress(CollectProgress(int(done), int(total)))
                else:
                    has_finished = True
                    self._on_success()  # the collect may still notify hubs
        if not has_finished:
            self._on_failure()
        self._process.wait()
