"""Tune a process in which threads render while other threads answer from memory."""

import ctypes
import sys
from contextlib import suppress

SWITCH_SECONDS = 0.0001
"""How long a rendering thread keeps the others waiting: a fiftieth of Python's default."""

_ARENA_MAX = -8  # M_ARENA_MAX of glibc's mallopt(3)


def tune_threads() -> None:
    """Let threads take short turns and share memory; call before other threads start."""
    sys.setswitchinterval(SWITCH_SECONDS)
    _share_arena()


def _share_arena() -> None:
    """Make all threads share a single memory arena, if the C library supports the option.

    With an arena per thread, no thread can reuse memory freed by another thread: a worker grew to three times its size.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)
