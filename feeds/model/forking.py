"""Fork processes to work on all cores, and end them with their parent."""

import multiprocessing
import os
import signal
from pathlib import Path
from threading import Thread


def can_fork() -> bool:
    """Return whether the process is a single thread on Linux: a fork copies held locks, but not other threads."""
    threads = Path("/proc/self/task")
    return threads.is_dir() and len(list(threads.iterdir())) == 1


def follow_parent() -> None:
    """End the process quietly with the parent: a fork inherits signal handlers, and ^C reaches every process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End the process as soon as the parent has ended, even if the parent was killed.

    Without the thread, the workers of a killed parent would wait for tasks forever, because each worker holds the
    common pipe open.
    """
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)
