"""Open the site in a browser once the server answers: `python -m feeds.web.browser HOST PORT`."""

import subprocess
import sys
import time
import webbrowser
from http.client import HTTPConnection, HTTPException

_PATIENCE_SECONDS = 30
_PAUSE_SECONDS = 0.1


def start_browser(host: str, port: int) -> None:
    """Start a process that opens the home page of the server on this machine.

    A thread would not do: a server forks its workers, and a fork copies the locks that other threads hold.
    """
    command = [sys.executable, "-m", "feeds.web.browser", host, str(port)]
    subprocess.Popen(command, start_new_session=True)  # noqa: S603 our own command


def open_site(host: str, port: int) -> bool:
    """Open the home page as soon as the server answers; return whether there is a browser."""
    return _wait_for_answer(host, port) and webbrowser.open(make_url(host, port))


def make_url(host: str, port: int) -> str:
    """Return the URL of the home page."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def _wait_for_answer(host: str, port: int) -> bool:
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end:
        connection = HTTPConnection(host, port, timeout=_PATIENCE_SECONDS)
        try:
            connection.request("HEAD", "/")
            connection.getresponse()
        except (OSError, HTTPException):
            time.sleep(_PAUSE_SECONDS)
        else:
            return True
        finally:
            connection.close()
    return False


if __name__ == "__main__":
    name, number = sys.argv[1:]
    if not open_site(name, int(number)):
        print(f"No browser found. Open {make_url(name, int(number))} yourself.", flush=True)  # noqa: T201
