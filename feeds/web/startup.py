"""Collect beside the server, at startup and later, and tell all workers how far the first collect is."""

import os
import struct
import subprocess
import sys
from collections.abc import Callable
from mmap import mmap
from threading import Event, Thread

import msgspec

from feeds.settings import FAILED, FINISHED, HOURLY, ONCE, PROGRESS_VARIABLE, WATCH

RESTART_SECONDS = 5
"""The pause before another process watches, after a process that has ended."""

COLLECT_SECONDS = 3600
"""The pause between two collects of a server that does not watch. The first collect of a day closes digests."""

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

    A thread calls `on_progress`, and in the end `on_success` or `on_failure`. In the mode `WATCH`, the process goes
    on after the first collect, even if it fails; if the process ends, `on_restart` is called, and another process
    watches. In the mode `HOURLY`, another process collects every hour; of these, only failures are reported.
    """

    def __init__(
        self,
        *,
        mode: str = ONCE,
        on_progress: Callable[[CollectProgress], object],
        on_success: Callable[[], object],
        on_failure: Callable[[], object],
        on_restart: Callable[[], object] = lambda: None,
    ) -> None:
        self._mode = mode
        self._on_progress = on_progress
        self._on_success = on_success
        self._on_failure = on_failure
        self._on_restart = on_restart
        self._is_stopped = Event()
        self._process, reader = self._start()
        self._thread = Thread(target=self._follow, args=(reader,), name="collect", daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Wait for the end of the process."""
        self._thread.join()

    def stop(self) -> None:
        """Stop a collect that is still running; the catalog stays as it was."""
        self._is_stopped.set()
        self._process.terminate()

    def _start(self) -> tuple[subprocess.Popen[bytes], int]:
        reader, writer = os.pipe()
        command = [sys.executable, "-m", "feeds", "collect", *["--watch"] * (self._mode == WATCH)]
        environ = {**os.environ, PROGRESS_VARIABLE: str(writer)}
        # In a session of its own, Ctrl+C reaches the server alone, which then stops the collect.
        process = subprocess.Popen(command, env=environ, pass_fds=[writer], start_new_session=True)  # noqa: S603 our own
        os.close(writer)
        return process, reader

    def _follow(self, reader: int) -> None:
        has_finished = self._read_lines(reader)
        if not has_finished:
            self._on_failure()
        self._process.wait()
        while self._mode == WATCH and has_finished and not self._is_stopped.wait(RESTART_SECONDS):
            self._on_restart()
            self._process, reader = self._start()
            self._read_lines(reader)
            self._process.wait()
        while self._mode == HOURLY and not self._is_stopped.wait(COLLECT_SECONDS):
            self._collect_again()

    def _collect_again(self) -> None:
        self._process, reader = self._start()
        if not _has_finished(reader) and not self._is_stopped.is_set():
            self._on_failure()
        self._process.wait()

    def _read_lines(self, reader: int) -> bool:
        """Report progress until the process ends; return whether a collect has succeeded."""
        # gunicorn takes the exit status of its child processes, so the collect writes a last line if it succeeds.
        has_finished = False
        with open(reader, encoding="ascii") as lines:
            for line in lines:
                done, _, total = line.strip().partition(" ")
                if total:
                    self._on_progress(CollectProgress(int(done), int(total)))
                elif done == FAILED:
                    self._on_failure()
                else:
                    has_finished = True
                    self._on_success()  # the collect may still notify hubs
        return has_finished


def _has_finished(reader: int) -> bool:
    """Wait for the end of a collect, and return whether it has succeeded."""
    with open(reader, encoding="ascii") as lines:
        return FINISHED in lines.read().split()
