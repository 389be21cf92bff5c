"""Measure how slow clients and restarts delay normal clients, with our configuration, other workers, and Granian."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

import msgspec

from benchmarks.clients.pipelining import REQUESTS, PipelineCounts
from benchmarks.clients.run_clients import CLIENTS, Round, pipelining, request_feeds, slow_clients
from benchmarks.clients.slow_clients import KINDS, URGENT
from benchmarks.corpus import prepare_corpus
from benchmarks.figures import Comparison, Figure, Progress, Target
from benchmarks.processes import run
from benchmarks.report import Section
from benchmarks.servers import COLLECT, OURS, serving, serving_with_granian, wait_for_workers
from tests.support.servers import GRANIAN

_ARTICLES = 1_000
_PATH = "/feed.atom"
_MAX_RATIO = 2.0
_REST_SECONDS = 1.0
_URGENT_CLIENTS = 500
_PIPELINES = 4
_OTHERS: Mapping[str, Sequence[str]] = {
    "gthread, 12 threads": ("--worker-class", "gthread", "--threads", "12"),
    "gthread, 1,000 threads": ("--worker-class", "gthread", "--threads", "1000", "--worker-connections", "2000"),
    "sync": ("--worker-class", "sync"),
}

SECTION = Section(
    name="clients",
    title="Slow clients and restarts",
    size="slow clients",
    legend=(
        f"{CLIENTS} normal clients request a feed about every tenth of a second, over connections kept for up to eight "
        "requests; half of their requests carry the last ETag. Slow clients: *idle* clients connect and send nothing, "
        "*dribbling* clients send one byte of a request per second, *body-dribbling* clients one byte of a body, "
        "*slowly reading* clients read one kilobyte of an answer per second, *stalled* clients read nothing, "
        "*keep-alive* clients keep their connection after an answer, *lingering* clients do not close the connection "
        "after their last answer, *urgent-data* clients send a byte of TCP urgent data, and *pipelining* clients send "
        f"{REQUESTS:,} requests at once, read all answers, rest for two seconds, and start again. All but the last "
        "reconnect as soon as the server closes their connection. Rounds with and without attackers alternate; in each "
        "round of restarts, SIGHUP is sent once. Medians, with the smallest and the largest round in parentheses. "
        "Server and clients share this machine. The server has two workers, of another class in rows with its name; it "
        "runs under Granian, as [the guide](deploy-granian.md) says, in rows with that name."
    ),
)


_Start: TypeAlias = Callable[[], AbstractContextManager[tuple[int, int, float]]]
"""Starts a server; see `serving`."""


class ClientsPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of slow clients and rounds, the seconds of a round, and whether to measure other servers."""

    slow: int = 1_000
    rounds: int = 5
    seconds: float = 4.0
    restart_seconds: float = 15.0
    with_others: bool = True


def measure_clients(folder: Path, plan: ClientsPlan, *, progress: Progress) -> tuple[Figure, ...]:
    """Measure in an empty folder with invented articles.

    Raises:
        MeasureError: a server does not start.
    """
    corpus = prepare_corpus(folder, _ARTICLES, program=None)
    settings = {"DATABASE_URL": corpus.database_url, "FEEDS_CONTENT": str(corpus.articles), "WEB_CONCURRENCY": "2"}
    run(COLLECT, settings)
    ours = partial(serving, OURS, settings, path=_PATH)
    figures: list[Figure] = []
    for kind in KINDS:
        progress(f"{_count_clients(kind, plan):,} {kind} clients")
        figures += _measure_kind(kind, ours, plan=plan)
    if plan.with_others:
        figures += _measure_others(settings, plan=msgspec.structs.replace(plan, rounds=1), progress=progress)
    progress("pipelining clients")
    figures += _measure_pipelining(ours, plan=plan)
    progress("restarts")
    return (*figures, *_measure_restarts(ours, plan=plan))


def _measure_others(settings: Mapping[str, str], *, plan: ClientsPlan, progress: Progress) -> Iterator[Figure]:
    for name, options in _OTHERS.items():
        progress(f"{plan.slow:,} dribbling clients, {name}")
        start = partial(serving, (*OURS, *options), settings, path=_PATH)
        yield from _rename(_measure_kind("dribbling", start, plan=plan), name)
    if find_spec(GRANIAN):
        start = partial(serving_with_granian, settings, path=_PATH, workers=2)
        for kind in KINDS:
            progress(f"{_count_clients(kind, plan):,} {kind} clients, Granian")
            yield from _rename(_measure_kind(kind, start, plan=plan), "Granian")
        progress("pipelining clients, Granian")
        yield from _rename(_measure_pipelining(start, plan=plan), "Granian")


def _rename(figures: Sequence[Figure], name: str) -> Iterator[Figure]:
    """Add the name of another server, without a target."""
    return (msgspec.structs.replace(each, name=f"{each.name}, {name}", target=None) for each in figures)


def _measure_kind(kind: str, start: _Start, *, plan: ClientsPlan) -> list[Figure]:
    rounds: list[tuple[Round, Round]] = []
    count = _count_clients(kind, plan)
    with start() as (pid, port, _):
        wait_for_workers(pid, 2)
        request_feeds(port, _PATH, seconds=1)  # render the feed once before measuring
        for _ in range(plan.rounds):
            without = request_feeds(port, _PATH, seconds=plan.seconds)
            with slow_clients(kind, port, _PATH, clients=count):
                time.sleep(_REST_SECONDS)
                rounds.append((request_feeds(port, _PATH, seconds=plan.seconds), without))
            time.sleep(_REST_SECONDS)
    return [
        _compare(f"99th percentile with {kind} clients", rounds, slow=count),
        _count_errors(f"errors with {kind} clients", [each for each, _ in rounds], slow=count),
    ]


def _count_clients(kind: str, plan: ClientsPlan) -> int:
    return min(plan.slow, _URGENT_CLIENTS) if kind == URGENT else plan.slow


def _compare(name: str, rounds: Sequence[tuple[Round, Round]], *, slow: int) -> Figure:
    return Figure(
        name=name,
        size=slow,
        unit="ms",
        ours=tuple(each.p99_ms for each, _ in rounds),
        peer_name="without",
        peer=tuple(each.p99_ms for _, each in rounds),
        target=Target(Comparison.RATIO, _MAX_RATIO),
    )


def _measure_pipelining(start: _Start, *, plan: ClientsPlan) -> list[Figure]:
    rounds: list[tuple[Round, Round]] = []
    counts: list[PipelineCounts] = []
    with start() as (pid, port, _), ThreadPoolExecutor() as pool:
        wait_for_workers(pid, 2)
        request_feeds(port, _PATH, seconds=1)
        for _ in range(plan.rounds):
            without = request_feeds(port, _PATH, seconds=plan.seconds)
            sending = pool.submit(pipelining, port, _PATH, clients=_PIPELINES, seconds=plan.seconds)
            rounds.append((request_feeds(port, _PATH, seconds=plan.seconds), without))
            counts.append(sending.result())
    return [
        _compare("99th percentile with pipelining clients", rounds, slow=_PIPELINES),
        _count_errors("errors with pipelining clients", [each for each, _ in rounds], slow=_PIPELINES),
        Figure(
            name="pipelined requests without an answer",
            size=_PIPELINES,
            unit="requests",
            ours=tuple(float(each.sent - each.answered) for each in counts),
            target=Target(Comparison.VALUE, 0),
        ),
    ]


def _count_errors(name: str, rounds: Sequence[Round], *, slow: int) -> Figure:
    counts = tuple(float(each.errors) for each in rounds)
    return Figure(name=name, size=slow, unit="requests", ours=counts, target=Target(Comparison.VALUE, 0))


def _measure_restarts(start: _Start, *, plan: ClientsPlan) -> list[Figure]:
    rounds: list[tuple[Round, Round]] = []
    with start() as (pid, port, _), ThreadPoolExecutor() as pool:
        wait_for_workers(pid, 2)
        request_feeds(port, _PATH, seconds=1)
        for _ in range(plan.rounds):
            without = request_feeds(port, _PATH, seconds=plan.restart_seconds)
            requesting = pool.submit(request_feeds, port, _PATH, seconds=plan.restart_seconds)
            time.sleep(_REST_SECONDS)
            os.kill(pid, signal.SIGHUP)
            rounds.append((requesting.result(), without))
    return [
        _compare(f"99th percentile with a restart every {plan.restart_seconds:g} s (SIGHUP)", rounds, slow=0),
        _count_errors("errors during restarts", [each for each, _ in rounds], slow=0),
        Figure(
            name="requests repeated after a kept connection was closed by a restart",
            size=0,
            unit="requests",
            ours=tuple(float(each.resent) for each, _ in rounds),
        ),
    ]
