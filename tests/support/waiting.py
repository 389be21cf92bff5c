"""Wait for a condition, or for a server's first answer."""

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable

PATIENCE_SECONDS = 30
STARTS_WITHIN_SECONDS = 30


def wait_until(condition: Callable[[], object]) -> None:
    """Wait for something to become true; fail where it does not, within what the slowest machine may take."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, "this has not happened"
        time.sleep(0.02)


def wait_for_answer(url: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers."""
    deadline = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server has ended"
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 it is our own server's
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    raise AssertionError(f"{url} did not answer")
