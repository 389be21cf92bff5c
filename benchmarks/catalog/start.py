"""Measure the start: the time to the first answer on an empty disk, to the first feed, and a worker's memory."""

import http.client
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from benchmarks.catalog.render import find_largest_topics
from benchmarks.corpus import Corpus
from benchmarks.figures import Comparison, Figure, Progress, Target, compare_with_smallest
from benchmarks.processes import MeasureError, Memory, read_memory
from benchmarks.servers import GUNICORN, HEALTH_PATH, OURS, get_status, serving
from feeds.catalog.catalog import Catalog
from feeds.model.feed import Format
from tests.support.processes import list_children

_REQUESTS = 200
_MEMORY_LIMIT = 1.2

_BARE = (
    *(*GUNICORN, "--worker-class", "gevent"),  # as our server
    *(
        "--workers",
        "1",
        "--preload",
        "--no-control-socket",
        "--log-level",
        "warning",
        "benchmarks.catalog.minimal_app:app",
    ),
)


class _Start(msgspec.Struct, frozen=True):
    """One run: seconds to the first 200 of a minimal app, of ours, and to the first answer of ours without a catalog.

    `memory` is the memory of our worker.
    """

    bare: float
    ours: float
    empty: float
    memory: Memory


def measure_starting(corpora: Sequence[Corpus], *, runs: int, progress: Progress) -> list[Figure]:
    """Measure gunicorn with a minimal app and with ours in turn, for each size in turn."""
    starts: dict[int, list[_Start]] = {corpus.size: [] for corpus in corpora}
    for number in range(runs):
        for corpus in corpora:
            progress(f"{corpus.size:,} articles: starting, run {number + 1} of {runs}")
            starts[corpus.size].append(_measure_start(corpus))
    figures = [_make_start_figure(size, found) for size, found in starts.items()]
    figures += [_make_empty_start_figure(size, found) for size, found in starts.items()]
    return [*figures, *_make_memory_figures(starts)]


def _measure_start(corpus: Corpus) -> _Start:
    paths = _list_feeds(corpus)
    with serving(_BARE, {}, path="/") as (_, _, bare):
        pass
    settings = {"DATABASE_URL": corpus.database_url, "FEEDS_CONTENT": str(corpus.articles), "WEB_CONCURRENCY": "1"}
    with serving(OURS, settings, path=paths[0]) as (pid, port, ours):
        for number in range(_REQUESTS):
            _expect(port, paths[number % len(paths)])
        worker = _find_worker(pid)
        memory = read_memory(worker)
    with TemporaryDirectory() as folder:
        settings["DATABASE_URL"] = f"sqlite:///{folder}/catalog.sqlite3"
        with serving(OURS, settings, path=HEALTH_PATH) as (_, _, empty):
            pass
    return _Start(bare, ours, empty, memory)


def _find_worker(pid: int) -> int:
    # A server with an existing catalog also runs a collect.
    commands = {child: Path(f"/proc/{child}/cmdline").read_bytes() for child in list_children(pid)}
    (worker,) = [child for child, command in commands.items() if b"gunicorn" in command]
    return worker


def _list_feeds(corpus: Corpus) -> list[str]:
    catalog = Catalog(corpus.database_url)
    with catalog.reading() as reader:
        slugs = find_largest_topics(reader)
    catalog.close()
    return [f"/topics/{slug}.{format}" for slug in slugs for format in Format]


def _expect(port: int, path: str) -> None:
    status = get_status(port, path)
    if status != http.client.OK:
        raise MeasureError(f"{path}: expected 200, got {status}.")


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


def _make_empty_start_figure(size: int, starts: Sequence[_Start]) -> Figure:
    return Figure(
        name="start on an empty disk to the first answer",
        size=size,
        unit="s",
        ours=tuple(start.empty for start in starts),
        target=Target(Comparison.VALUE, 2.0),
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
