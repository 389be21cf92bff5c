"""Configure gunicorn: `gunicorn --config python:feeds.gunicorn_conf feeds.wsgi:app`."""

import gc
import os
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from gunicorn.arbiter import Arbiter
from gunicorn.http.message import Request
from gunicorn.workers.base import Worker

from feeds.catalog.catalog import Catalog
from feeds.cli.report import name_folders
from feeds.cli.settings_source import load_server_settings
from feeds.cli.terminal import is_terminal
from feeds.model.clock import SYSTEM_CLOCK
from feeds.model.errors import CatalogMissingError, DamagedCatalogError, FeedsError
from feeds.settings import COLLECT_VARIABLE, HOURLY, OPEN_VARIABLE, WATCH
from feeds.web.browser import start_browser
from feeds.web.connections import limit_connections
from feeds.web.greenlets import finish_request, keep_threads
from feeds.web.metrics_folder import MetricsFolder
from feeds.web.request_log import stop_request_logs
from feeds.web.startup import FIRST_COLLECT, CollectProcess, CollectProgress
from feeds.web.startup_message import suggest_urls

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_CONNECTIONS = 4_000
_MIN_CONNECTIONS = 64
_OTHER_FILES = 64  # open files of a worker in addition to its connections

try:
    _settings = load_server_settings()
except FeedsError as error:
    sys.exit(str(error))


def _allow_connections() -> int:
    """Raise the limit of open files for `_CONNECTIONS` connections as far as allowed; return their number."""
    files = _CONNECTIONS + _OTHER_FILES
    allowed, maximum = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed != resource.RLIM_INFINITY and allowed < files:
        files = files if maximum == resource.RLIM_INFINITY else min(files, maximum)
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, maximum))
    if files - _OTHER_FILES < _MIN_CONNECTIONS:
        needed = _MIN_CONNECTIONS + _OTHER_FILES
        sys.exit(f"The limit of {files} open files is too low to serve; raise it to {needed} or more (`ulimit -n`).")
    return files - _OTHER_FILES


keep_threads()
_metrics_folder = MetricsFolder() if _settings.token else None

bind = _settings.bind
workers = _settings.workers
# A greenlet for each connection: slow clients block nobody (docs/benchmarks.md compares worker classes). Documents in
# memory are served by the greenlets, and `feeds.web.greenlets` renders all others in real threads.
worker_class = "gevent"
worker_connections = _allow_connections()
# How long a client may take to send a request, from the connection or the last response. Longer than proxies keep
# connections (mostly a minute): the side that would send next should close a connection.
keepalive = 65
# At most 0.5 MB of headers; feed readers send far smaller heads.
limit_request_fields = 64
# A worker without a heartbeat for this time is replaced. A worker never blocks on a client.
timeout = 30
graceful_timeout = 10
# Workers are not recycled (max_requests): their memory does not grow, and a new worker would start with an empty cache.
# Workers share the memory of modules loaded before the fork.
preload_app = True
# The heartbeat touches a file; on a disk, this could block a worker.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 file names in it are not guessable
# No header of a proxy counts, not even from this machine: responses do not depend on the client or proxy, and clients
# can send the same headers (with SCRIPT_NAME, a feed would be served at the address of another).
forwarded_allow_ips = ""
forwarder_headers = ""
secure_scheme_headers: dict[str, str] = {}
accesslog = None
loglevel = "warning"
control_socket_disable = True


def post_request(_worker: Worker, request: Request, environ: "WSGIEnvironment") -> None:
    """Close the connection after a request with a body that is too long or too slow to skip."""
    if not finish_request(environ):
        request.force_close()


def worker_exit(_server: Arbiter, _worker: Worker) -> None:
    """Hand over the last observed requests of a worker."""
    stop_request_logs()


def when_ready(server: Arbiter) -> None:
    """Print the URL of the site, and collect beside the server, before workers are forked.

    gunicorn calls the hook when it starts to accept connections. A log gets a single line; a terminal also gets URLs to
    open. An existing catalog is served meanwhile. An SQLite catalog is updated again every hour, because on a platform
    nobody else can reach the file. On PostgreSQL, the server collects only for `feeds serve`; on a platform, the
    release phase and the worker process collect.
    """
    # A worker's first full garbage collection would write to, and copy, all memory shared with the parent process.
    gc.freeze()
    is_shown = is_terminal(sys.stdout)
    _print(*[""] * is_shown, f"Serving {_settings.site_title} at {_settings.site_url}/")
    collects = _settings.is_catalog_own or COLLECT_VARIABLE in os.environ
    mode = os.environ.get(COLLECT_VARIABLE, HOURLY)
    is_first = collects and _is_catalog_missing()
    _print(
        *(_suggest_urls() if is_shown else ()),
        *_describe_watch(watches=mode == WATCH, is_shown=is_shown),
        *["", *["Collecting changes in the background:"] * (collects and not is_first)] * is_shown,
    )
    if is_first:
        FIRST_COLLECT.update(CollectProgress())
    if collects:
        finish = partial(_finish_collect, is_shown=is_shown and is_first)
        fail = partial(_report_failure, server)
        restart = partial(server.log.warning, "The collector has ended. Starting it again.")
        _collects.append(
            CollectProcess(
                mode=mode,
                on_progress=_show_progress,
                on_success=finish,
                on_failure=fail,
                on_restart=restart,
            )
        )
    if OPEN_VARIABLE in os.environ:
        start_browser(_settings.local_host, _settings.port)


def child_exit(_server: Arbiter, worker: Worker) -> None:
    """Keep the counts of a worker that has ended."""
    if _metrics_folder:
        _metrics_folder.forget_process(worker.pid)


def on_exit(_server: Arbiter) -> None:
    """End a running collect, and the server with an error if there is no catalog."""
    if _metrics_folder:
        _metrics_folder.remove()
    for collect in _collects:
        collect.stop()
    if _has_failed.is_set():
        sys.exit("There is no catalog to serve.")  # the collect has printed the reason


def _describe_watch(*, watches: bool, is_shown: bool) -> list[str]:
    parts = [f"Watching {name_folders(_settings.content)} for changes."] * watches + [
        "Press Ctrl+C to stop."
    ] * is_shown
    return [" ".join(parts)] if parts else []


def _show_progress(progress: CollectProgress) -> None:
    if FIRST_COLLECT.read():
        FIRST_COLLECT.update(progress)


def _finish_collect(*, is_shown: bool) -> None:
    FIRST_COLLECT.update(None)
    if is_shown:
        _print("", *_suggest_urls())


def _report_failure(server: Arbiter) -> None:
    """Serve the catalog as it is; without a catalog, stop the server: an operator would not notice endless 503s."""
    if not server.LISTENERS:
        return  # the server is stopping, and has stopped the collect
    if _can_be_read():
        FIRST_COLLECT.update(None)
        server.log.warning("The collect failed. Serving the catalog as it is.")
    else:
        _has_failed.set()
        os.kill(os.getpid(), signal.SIGTERM)


def _suggest_urls() -> Iterator[str]:
    return suggest_urls(_settings, now=SYSTEM_CLOCK.now())


def _print(*lines: str) -> None:
    if lines:
        print(*lines, sep="\n", flush=True)  # noqa: T201 for the operator


def _can_be_read() -> bool:
    try:
        with closing(_open_catalog()) as catalog, catalog.reading():
            return True
    except FeedsError:
        return False


def _is_catalog_missing() -> bool:
    """Return whether there is no catalog to serve; not if the database does not answer."""
    try:
        with closing(_open_catalog()) as catalog, catalog.reading():
            return False
    except FeedsError as error:
        return isinstance(error, CatalogMissingError | DamagedCatalogError)


def _open_catalog() -> Catalog:
    return Catalog(_settings.database_url, limits=limit_connections(workers=_settings.workers))


_collects: list[CollectProcess] = []
_has_failed = Event()
