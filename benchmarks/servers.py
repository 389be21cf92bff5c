"""Start servers to measure, and wait until the servers are ready."""

import http.client
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.processes import ROOT, MeasureError, make_environment
from tests.support.processes import list_children
from tests.support.servers import GRANIAN, find_free_port, make_command

GUNICORN = (sys.executable, "-m", "gunicorn")
OURS = (*GUNICORN, "--config", "python:feeds.gunicorn_conf", "feeds.wsgi:app")
COLLECT = (sys.executable, "-m", "feeds", "collect")

_POLL_SECONDS = 0.002
HEALTH_PATH = "/healthz"
_REST_SECONDS = 0.05
_PATIENCE_SECONDS = 300


@contextmanager
def serving(  # noqa: PLR0913 what a server may need
    command: Sequence[str],
    settings: Mapping[str, str],
    *,
    path: str,
    port: int = 0,
    root: Path = ROOT,
    log: Path = Path(os.devnull),
) -> Iterator[tuple[int, int, float]]:
    """Start a server in the checkout `root`; yield its process id, its port, and the seconds until a 200 for `path`.

    Without `port`, the server gets a free port by `--bind`. For `HEALTH_PATH`, any answer counts.
    `log` gets the output.

    Raises:
        MeasureError: the server never answers with 200.
    """
    bind = () if port else ("--bind", f"127.0.0.1:{(port := find_free_port())}")
    environment = make_environment({**settings, "PORT": str(port), "PYTHONPATH": str(root)})
    started = time.perf_counter()
    with (
        log.open("ab") as output,
        subprocess.Popen([*command, *bind], cwd=root, env=environment, stdout=output, stderr=output) as process,
    ):
        try:
            while (status := get_status(port, path)) != http.client.OK and not (status and path == HEALTH_PATH):
                if process.poll() is not None or time.perf_counter() - started > _PATIENCE_SECONDS:
                    raise MeasureError(f"{' '.join(command)} did not serve {path}.")
                time.sleep(_POLL_SECONDS)
            yield process.pid, port, time.perf_counter() - started
        finally:
            process.terminate()


def wait_for_workers(pid: int, workers: int) -> list[int]:
    """Wait until a server has only its workers as child processes, and return the workers' process ids.

    Our server also starts a collect, and Granian a process that cleans up.

    Raises:
        MeasureError: other child processes remain.
    """
    end = time.monotonic() + _PATIENCE_SECONDS
    while len(children := _list_workers(pid)) != workers or any(_runs(child, b"collect") for child in children):
        if time.monotonic() > end:
            raise MeasureError(f"The server has {len(children)} child processes instead of {workers} idle workers.")
        time.sleep(_REST_SECONDS)
    return children


def _list_workers(pid: int) -> list[int]:
    return [child for child in list_children(pid) if not _runs(child, b"resource_tracker")]


def _runs(pid: int, name: bytes) -> bool:
    try:
        return name in re.split(rb"\W", Path(f"/proc/{pid}/cmdline").read_bytes())
    except FileNotFoundError:
        return True  # it has just ended


def get_status(port: int, path: str) -> int | None:
    """Request a path and read the whole answer; return the status, None without a server."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
    except OSError:
        return None
    finally:
        connection.close()
    return response.status


@contextmanager
def serving_with_granian(
    settings: Mapping[str, str], *, path: str, workers: int, options: Sequence[str] = ()
) -> Iterator[tuple[int, int, float]]:
    """Start our app under Granian as the guide says, like `serving`; the last options count.

    Raises:
        MeasureError: the server never answers with 200.
    """
    port = find_free_port()
    command = [*make_command(GRANIAN, port=port, workers=workers), *options]
    with serving(command, {**settings, "WEB_CONCURRENCY": str(workers)}, path=path, port=port) as server:
        yield server
