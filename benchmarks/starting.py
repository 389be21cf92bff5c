"""Measure gunicorn with a warm catalog: how soon the first feed is served, and what a worker holds in memory."""

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import msgspec

from benchmarks.articles import Corpus
from benchmarks.figures import Comparison, Figure, Target, Tell, compare_with_smallest
from benchmarks.processes import ROOT, MeasureError, Memory, list_children, make_environment, read_memory
from benchmarks.rendering import find_largest_topics
from feeds.catalog.store import Catalog
from feeds.feed import Format

_POLL_SECONDS = 0.002
_PATIENCE_SECONDS = 300
_REQUESTS = 200
_MEMORY_LIMIT = 1.2

_GUNICORN = (sys.executable, "-m", "gunicorn")
_OURS = (*_GUNICORN, "--config", "python:feeds.gunicorn_conf", "feeds.wsgi:app")
_BARE = (
    *(*_GUNICORN, "--worker-class", "gthread", "--threads", "4"),  # as ours
    *("--workers", "1", "--preload", "--no-control-socket", "--log-level", "warning", "benchmarks.bare:app"),
)


class _Start(msgspec.Struct, frozen=True):
    """How a run went: seconds to the first 200, of a bare app and of ours, and then the memory of our worker."""

    bare: float
    ours: float
    memory: Memory


def measure_starting(corpora: Sequence[Corpus], *, runs: int, tell: Tell) -> list[Figure]:
    """Measure a bare gunicorn and ours in turn, the sizes in turn."""
    starts: dict[int, list[_Start]] = {corpus.size: [] for corpus in corpora}
    for number in range(runs):
        for corpus in corpora:
            tell(f"{corpus.size:,} articles: starting, run {number + 1} of {runs}")
            starts[corpus.size].append(_measure_start(corpus))
    return [*(_make_start_figure(size, found) for size, found in starts.items()), *_make_memory_figures(starts)]


def _measure_start(corpus: Corpus) -> _Start:
    paths = _list_feeds(corpus)
    with _serving(_BARE, {}, path="/") as (_, _, bare):
        pass
    settings = {"DATABASE_URL": corpus.database_url, "FEEDS_CONTENT": str(corpus.articles), "WEB_CONCURRENCY": "1"}
    with _serving(_OURS, settings, path=paths[0]) as (pid, port, ours):
        for number in range(_REQUESTS):
            _expect(port, paths[number % len(paths)])
        worker = _find_worker(pid)
        memory = read_memory(worker)
    return _Start(bare, ours, memory)


def _find_worker(pid: int) -> int:
    # A server that finds a catalog has a collect beside its workers.
    commands = {child: Path(f"/proc/{child}/cmdline").read_bytes() for child in list_children(pid)}
    (worker,) = [child for child, command in commands.items() if b"gunicorn" in command]
    return worker


def _list_feeds(corpus: Corpus) -> list[str]:
    catalog = Catalog(corpus.database_url)
    with catalog.reading() as reader:
        slugs = find_largest_topics(reader)
    catalog.close()
    return [f"/topics/{slug}.{format}" for slug in slugs for format in Format]


def serving_ours(settings: Mapping[str, str], *, path: str) -> AbstractContextManager[tuple[int, int, float]]:
    """Serve with our configuration; give process id, port, and the seconds until `path` was first answered with 200.

    Raises:
        MeasureError: it never was.
    """
    return _serving(_OURS, settings, path=path)


@contextmanager
def _serving(command: Sequence[str], settings: Mapping[str, str], *, path: str) -> Iterator[tuple[int, int, float]]:
    """Start a server; give its process id, its port, and the seconds until it first answered `path` with 200."""
    port = _find_free_port()
    environment = make_environment({**settings, "PORT": str(port)})
    begun = time.perf_counter()
    with subprocess.Popen(
        [*command, "--bind", f"127.0.0.1:{port}"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            while _get_status(port, path) != http.client.OK:
                if process.poll() is not None or time.perf_counter() - begun > _PATIENCE_SECONDS:
                    raise MeasureError(f"{' '.join(command)} did not serve {path}.")
                time.sleep(_POLL_SECONDS)
            yield process.pid, port, time.perf_counter() - begun
        finally:
            process.terminate()


def _expect(port: int, path: str) -> None:
    status = _get_status(port, path)
    if status != http.client.OK:
        raise MeasureError(f"{path} was answered with {status}.")


def _get_status(port: int, path: str) -> int | None:
    """Get a path and read it all; give the status, None where nobody listens."""
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


def _find_free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def _make_start_figure(size: int, starts: Sequence[_Start]) -> Figure:
    return Figure(
        name="start with a warm catalog to the first 200",
        size=size,
        unit="s",
        ours=tuple(start.ours for start in starts),
        peer_name="bare gunicorn",
        peer=tuple(start.bare for start in starts),
        target=Target(Comparison.DIFFERENCE, 1.0),
    )


def _make_memory_figures(starts: Mapping[int, Sequence[_Start]]) -> list[Figure]:
    target = Target(Comparison.RATIO, _MEMORY_LIMIT)
    kinds = {"PSS": lambda start: start.memory.pss, "USS": lambda start: start.memory.uss}
    return [
        figure
        for kind, read in kinds.items()
        for figure in compare_with_smallest(
            [
                Figure(
                    name=f"a web worker's memory ({kind})",
                    size=size,
                    unit="MB",
                    ours=tuple(map(read, found)),
                    target=target,
                )
                for size, found in starts.items()
            ]
        )
    ]
