"""Run the web server in a separate process."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.paths import ROOT, SEEDS
from tests.support.waiting import STARTS_WITHIN_SECONDS, wait_for_answer


def find_free_port() -> int:
    """Return an unused port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(folder: Path, **environ: str) -> Iterator[str]:
    """Run gunicorn in a folder as the Procfile does, and yield its URL; the log is `server.log` in the folder."""
    port = find_free_port()
    settings = {"PORT": str(port), "PYTHONPATH": str(ROOT), "FEEDS_CONTENT": str(SEEDS), **environ}
    command = [sys.executable, "-m", "gunicorn", "--config", "python:feeds.gunicorn_conf", "feeds.wsgi:app"]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, env=os.environ | settings, stdout=log, stderr=log)
        try:
            wait_for_answer(f"http://127.0.0.1:{port}/healthz", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=STARTS_WITHIN_SECONDS)
