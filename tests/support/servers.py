"""Run the web server in a separate process."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template

from tests.support.paths import ROOT, SEEDS
from tests.support.waiting import PATIENCE_SECONDS, wait_for_answer

GUNICORN = "gunicorn"
GRANIAN = "granian"

_GUIDE = ROOT / "docs" / "deploy-granian.md"


def make_command(server: str, *, port: int, workers: int = 2) -> list[str]:
    """Return the command that runs a server as the Procfile does, or as the guide for Granian says."""
    if server == GUNICORN:
        return [sys.executable, "-m", "gunicorn", "--config", "python:feeds.gunicorn_conf", "feeds.wsgi:app"]
    found = re.search(r"(?m)^ *web: granian (.+)$", _GUIDE.read_text(encoding="utf-8"))
    assert found, "the guide has no line for the Procfile"
    line = found[1].replace("${WEB_CONCURRENCY:-2}", "$WEB_CONCURRENCY")
    options = Template(line).substitute(PORT=port, WEB_CONCURRENCY=workers)
    return [sys.executable, "-m", "granian", *shlex.split(options)]


def find_free_port() -> int:
    """Return an unused port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(folder: Path, server: str = GUNICORN, **environ: str) -> Iterator[str]:
    """Run a server in a folder with the catalog, and yield its URL; the log is `server.log` in the folder."""
    port = find_free_port()
    settings = {
        "PORT": str(port),
        "PYTHONPATH": str(ROOT),
        "FEEDS_CONTENT": str(SEEDS),
        "DATABASE_URL": f"sqlite:///{folder / 'catalog.sqlite3'}",
        **environ,
    }
    command = make_command(server, port=port)
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=os.environ | settings, stdout=log, stderr=log)
        try:
            wait_for_answer(f"http://127.0.0.1:{port}/healthz", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=PATIENCE_SECONDS)
