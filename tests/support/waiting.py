"""Wait for a condition or for a server's first answer."""

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable

PATIENCE_SECONDS = 240
"""A passing test never waits so long, however busy the machine is; less than the time limit of a test."""


def wait_until(condition: Callable[[], object]) -> None:
    """Wait until a condition is true; fail after `PATIENCE_SECONDS`, enough for the slowest machine."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, f"the condition is still false after {PATIENCE_SECONDS} seconds"
        time.sleep(0.02)


def wait_for_answer(url: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers; fail after `PATIENCE_SECONDS`, or if the server has ended."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server has ended"
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 it is our own server's
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    raise AssertionError(f"{url} did not answer")
