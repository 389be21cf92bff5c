"""Configure gunicorn: `gunicorn --config python:feeds.gunicorn_conf feeds.wsgi:app`."""

import ctypes
import gc
import os
import resource
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from gunicorn.arbiter import Arbiter

from feeds.catalog.catalog import Catalog
from feeds.cli.terminal import is_terminal
from feeds.model.clock import SYSTEM_CLOCK
from feeds.model.errors import FeedsError
from feeds.settings import Settings
from feeds.web.cache import MOST_WAITING
from feeds.web.startup_message import invite

_ARENA_MAX = -8  # M_ARENA_MAX of glibc's mallopt(3)
_OTHER_FILES = 64  # that a worker has open beside its connections

try:
    _settings = Settings.from_environ(os.environ)
except FeedsError as error:
    sys.exit(str(error))


def _allow_connections(wanted: int) -> int:
    """Have the system allow so many connections to a process, or as many as it will, and give their number."""
    files = wanted + _OTHER_FILES
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed != resource.RLIM_INFINITY and allowed < files:
        files = files if most == resource.RLIM_INFINITY else min(files, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    return files - _OTHER_FILES


def _share_arena() -> None:
    """Have all threads take memory from one place, where the C library lets one say so.

    With a place for each, what one thread has freed the others cannot use: a worker grew to three times its size.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)


_share_arena()
# For so long, in seconds, a thread that renders keeps the others waiting: a tenth of the default.
sys.setswitchinterval(0.0005)

bind = f"0.0.0.0:{_settings.port}"
workers = _settings.workers
# What slow clients cost with each class is in docs/benchmarks.md. Threads only make answers here, most of which take a
# look into a table: more of them would stand in each other's way, and fewer might all wait for the database.
worker_class = "feeds.web.worker.PatientWorker"
# Those that wait for their turn to compose a feed do nothing meanwhile, and count beside the others.
threads = 4 + MOST_WAITING
worker_connections = _allow_connections(4_000)
# Longer than proxies keep their connections, mostly a minute: who closes one should be who would use it next.
keepalive = 65
# A worker that gives no sign of life for so long is replaced; it never waits for a client by itself.
timeout = 30
graceful_timeout = 10
# Nothing is recycled (max_requests): memory stays as it is, and what is kept in it would be lost.
# The workers share the memory of what is loaded before they fork.
preload_app = True
# Workers show that they are alive by touching a file, which on a disk can block them.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 no name in it is guessable
# No request changes anything and no answer depends on who forwards it, so X-Forwarded-* are not looked at.
accesslog = None
loglevel = "warning"
control_socket_disable = True


def on_starting(server: Arbiter) -> None:
    """Collect where the catalog is a file that is not there yet: a platform's web process begins with an empty disk.

    On PostgreSQL the release phase and the worker process do that. In a process of its own, so that what it takes in
    memory is given back.
    """
    if not _settings.is_catalog_own or _can_be_read():
        return
    finished = subprocess.run(_COLLECT, check=False)  # noqa: S603 our own command
    if not _can_be_read():
        sys.exit("There is no catalog to serve.")  # why, the collect has said
    if finished.returncode:
        server.log.warning("The collect did not go well; what the catalog holds is served.")


def when_ready(_server: Arbiter) -> None:
    """Say at which address the feeds are; bring a catalog that was there before up to date while it is served.

    From now on connections are taken. A log gets one line; a person at a terminal gets what to open.
    """
    # The first full collection of garbage in a worker would write to all of the memory that it shares with its parent.
    gc.freeze()
    lines = [f"Serving {_settings.site_title} at {_settings.site_url}/"]
    if is_terminal(sys.stdout):
        lines = ["", *lines, *invite(_settings, now=SYSTEM_CLOCK.now())]
        lines += ["", "What has changed since the last time is collected meanwhile:"] if _was_there else []
    print(*lines, sep="\n", flush=True)  # noqa: T201 for who started it
    if _was_there:
        subprocess.Popen(_COLLECT)  # noqa: S603 our own command


def _can_be_read() -> bool:
    try:
        with Catalog(_settings.database_url).reading():
            return True
    except FeedsError:
        return False


_COLLECT = [sys.executable, "-m", "feeds", "collect"]
_was_there = _settings.is_catalog_own and _can_be_read()
