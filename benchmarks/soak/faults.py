"""The faults of a soak: each damages something for a while, and repairs it."""

import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from threading import Event

import msgspec
import psycopg

from benchmarks.clients.slow_clients import KINDS as SLOW_KINDS
from benchmarks.composing.flood import flooding
from benchmarks.processes import ROOT
from benchmarks.soak.collector import CollectorProcess
from benchmarks.soak.edits import Editor, halve_files, restore_files
from benchmarks.soak.fault_log import FaultLog
from benchmarks.soak.network import NetworkProcess
from feeds.catalog.catalog import Catalog
from tests.support.postgresql import OwnDatabaseServer
from tests.support.processes import list_children

_SLOW_CLIENTS = 300
_HALVED_FILES = 5
_KILLS = 5
_ODD_BYTES = 2_000


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What can be damaged: `database_url` leads to the database without the network, `server` is gunicorn's process."""

    database: OwnDatabaseServer
    database_url: str
    network: NetworkProcess
    server: int
    port: int
    collector: CollectorProcess
    editor: Editor
    log: FaultLog
    rng: random.Random


class Fault(msgspec.Struct, frozen=True):
    """A fault; `is_of_database` if the server cannot reach the database meanwhile."""

    name: str
    inject: Callable[[Target, float], None]
    is_of_database: bool = False


def inject_until(stop: Event, target: Target, *, every_seconds: float) -> None:
    """Inject a random fault in each period, every fault once before any fault twice, until `stop` is set."""
    for fault in _draw(target.rng):
        pause = target.rng.uniform(0.1, 0.3) * every_seconds
        if stop.wait(pause):
            return
        started = time.time()
        inject(fault, target, target.rng.uniform(0.1, 0.35) * every_seconds)
        if stop.wait(max(0.0, started - pause + every_seconds - time.time())):
            return


def inject(fault: Fault, target: Target, seconds: float) -> None:
    """Inject a fault for about so many seconds, and record it."""
    target.log.begin(fault.name, time.time(), is_of_database=fault.is_of_database)
    try:
        fault.inject(target, seconds)
    finally:
        target.log.end(time.time())


def _draw(rng: random.Random) -> Iterator[Fault]:
    while True:
        yield from rng.sample(FAULTS, len(FAULTS))


def _stop_database(target: Target, seconds: float) -> None:
    with target.database.hanging(target.database_url):
        time.sleep(seconds)


def _stop_some_backends(target: Target, seconds: float) -> None:
    backends = list_children(target.database.pid)
    with _stopped(target.rng.sample(backends, max(1, len(backends) // 2))):
        time.sleep(seconds)


def _restart_database(by: signal.Signals, target: Target, seconds: float) -> None:
    with target.database.stopped(by):
        time.sleep(seconds)


def _kill_backend(target: Target, _seconds: float) -> None:
    """Kill a process of PostgreSQL, which then ends all its other processes and recovers."""
    with suppress(ProcessLookupError):
        os.kill(target.rng.choice(list_children(target.database.pid)), signal.SIGKILL)
    time.sleep(1)
    target.database.wait_until_up()


def _fail_network(how: str, target: Target, seconds: float) -> None:
    with target.network.failing(how):
        time.sleep(seconds)


def _use_up_connections(target: Target, seconds: float) -> None:
    """Open all connections that the database has left."""
    with ExitStack() as stack:
        with suppress(psycopg.OperationalError):
            while True:
                stack.enter_context(psycopg.connect(target.database_url))
        time.sleep(seconds)


def _lock_catalog(target: Target, seconds: float) -> None:
    with closing(Catalog(target.database_url)) as catalog, catalog.writing():
        time.sleep(seconds)


def _kill_worker(target: Target, _seconds: float) -> None:
    worker = target.rng.choice(list_children(target.server))
    target.log.kill_worker(time.time())
    os.kill(worker, signal.SIGKILL)
    time.sleep(1)


def _reload_server(target: Target, seconds: float) -> None:
    os.kill(target.server, signal.SIGHUP)
    time.sleep(seconds)


def _kill_collector(target: Target, _seconds: float) -> None:
    """Kill the collector a moment after an edit, when it reads, writes or commits; several times."""
    for _ in range(_KILLS):
        target.editor.edit()
        time.sleep(target.rng.uniform(0.05, 0.6))
        target.collector.kill()
        target.collector.start()
        time.sleep(1)


def _collect_twice_at_once(target: Target, _seconds: float) -> None:
    for _ in range(_KILLS):
        target.editor.edit()
        target.collector.run()


def _move_clock(target: Target, seconds: float) -> None:
    target.collector.stop()
    target.collector.start(clock="+1h")
    time.sleep(seconds)
    target.collector.stop()
    target.collector.start()


def _move_clock_by_years(target: Target, seconds: float) -> None:
    """Collect once with a clock years ahead; later, the operator uses --force, as the collector advises."""
    target.collector.stop()
    target.editor.edit()
    target.collector.run(clock="+800d")
    target.collector.start()
    time.sleep(seconds)
    target.collector.kill()  # it may have ended with a sentence
    target.collector.run("--force")
    target.collector.start()


def _move_folder(target: Target, seconds: float) -> None:
    folder = target.editor.folder
    away = folder.with_name("away")
    with target.editor.lock:
        folder.rename(away)
        time.sleep(seconds)
        away.rename(folder)


def _empty_folder(target: Target, seconds: float) -> None:
    folder = target.editor.folder
    with target.editor.lock:
        away = folder.with_name("away")
        away.mkdir()
        _move_all(folder, away)
        time.sleep(seconds)
        _move_all(away, folder)
        away.rmdir()


def _halve_files(target: Target, seconds: float) -> None:
    with target.editor.lock:
        texts = halve_files(target.editor, target.rng, count=_HALVED_FILES)
        time.sleep(seconds)
        restore_files(texts)


def _flood(target: Target, seconds: float) -> None:
    with flooding(target.port, first=secrets.randbelow(1_000_000), count=1_000_000):
        time.sleep(seconds)


def _connect_slowly(target: Target, seconds: float) -> None:
    kind = target.rng.choice(sorted(SLOW_KINDS))
    command = [sys.executable, "-m", "benchmarks.clients.slow_clients", kind, str(target.port), "/feed.atom"]
    with subprocess.Popen([*command, str(_SLOW_CLIENTS)], cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        time.sleep(seconds)
        process.kill()


def _send_random_bytes(target: Target, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(OSError), socket.create_connection(("127.0.0.1", target.port), timeout=1) as connection:
            connection.sendall(target.rng.randbytes(_ODD_BYTES) + b"\r\n\r\n")
            connection.recv(1)
        time.sleep(0.02)


@contextmanager
def _stopped(processes: Sequence[int]) -> Iterator[None]:
    """Stop processes by SIGSTOP until the block ends."""
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)


def _move_all(source: Path, target: Path) -> None:
    for path in list(source.iterdir()):
        path.rename(target / path.name)


FAULTS: Sequence[Fault] = (
    Fault("database: all processes stopped", _stop_database, is_of_database=True),
    Fault("database: some processes stopped", _stop_some_backends, is_of_database=True),
    Fault("database: restarted (fast)", partial(_restart_database, signal.SIGINT), is_of_database=True),
    Fault("database: restarted (immediate)", partial(_restart_database, signal.SIGQUIT), is_of_database=True),
    Fault("database: a process killed", _kill_backend, is_of_database=True),
    Fault("database: no connection left", _use_up_connections, is_of_database=True),
    Fault("database: locked by another collector", _lock_catalog),
    Fault("network: loses all packets", partial(_fail_network, "lose"), is_of_database=True),
    Fault("network: delays all packets", partial(_fail_network, "delay"), is_of_database=True),
    Fault("server: a worker killed", _kill_worker),
    Fault("server: SIGHUP", _reload_server),
    Fault("collector: killed in the middle, five times", _kill_collector),
    Fault("collector: another one at the same time", _collect_twice_at_once),
    Fault("collector: clock an hour ahead", _move_clock),
    Fault("collector: clock two years ahead, then --force", _move_clock_by_years),
    Fault("articles: folder moved away", _move_folder),
    Fault("articles: folder emptied", _empty_folder),
    Fault("articles: half-written files", _halve_files),
    Fault("clients: flood of composed queries", _flood),
    Fault("clients: hundreds of slow ones", _connect_slowly),
    Fault("clients: random bytes", _send_random_bytes),
)
