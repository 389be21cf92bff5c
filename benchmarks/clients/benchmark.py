"""Measure what slow clients and restarts cost normal clients, of our worker and of gunicorn's own."""

import os
import signal
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from benchmarks.clients.run_clients import CLIENTS, Round, ask, holding
from benchmarks.clients.slow_clients import KINDS
from benchmarks.corpus import prepare_corpus
from benchmarks.figures import Comparison, Figure, Target, Tell
from benchmarks.processes import run
from benchmarks.report import Section
from benchmarks.servers import COLLECT, OURS, serving, wait_for_workers

_ARTICLES = 1_000
_PATH = "/feed.atom"
_TIMES = 2.0
_REST_SECONDS = 1.0
_OTHERS: Mapping[str, Sequence[str]] = {
    "gthread, 4 threads": ("--worker-class", "gthread"),
    "gthread, 1,000 threads": ("--worker-class", "gthread", "--threads", "1000", "--worker-connections", "2000"),
    "sync": ("--worker-class", "sync"),
}

SECTION = Section(
    name="clients",
    title="Slow clients, and restarts",
    size="slow clients",
    legend=(
        f"{CLIENTS} clients ask for a feed every tenth of a second or so, each over a connection that it keeps for "
        "up to eight requests, half of the time with the ETag that it has. *Idle* clients connect and say nothing, "
        "*dribbling* ones send a byte of a request each second, *keeping* ones keep their connection after an "
        "answer, *stalled* ones ask and take nothing of the answer, *lingering* ones never hang up after their last "
        "answer; those given up come back at once. Rounds with them and without follow each other; medians, with "
        "the least and the greatest round in parentheses. All of it shares this machine. The server has two "
        "workers; under the names of gunicorn's own workers, these stand in for ours."
    ),
)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How many slow clients, for how many rounds of how many seconds each, and whether gunicorn's own are measured."""

    slow: int = 1_000
    rounds: int = 5
    seconds: float = 4.0
    with_others: bool = True


def measure_clients(folder: Path, plan: Plan, *, tell: Tell) -> tuple[Figure, ...]:
    """Measure in an empty folder, of invented articles.

    Raises:
        MeasureError: a server does not start.
    """
    corpus = prepare_corpus(folder, _ARTICLES, program=None)
    settings = {"DATABASE_URL": corpus.database_url, "FEEDS_CONTENT": str(corpus.articles), "WEB_CONCURRENCY": "2"}
    run(COLLECT, settings)
    figures: list[Figure] = []
    for kind in KINDS:
        tell(f"{plan.slow:,} {kind} clients")
        figures += _measure_kind(kind, (), settings, plan=plan)
    for name, options in _OTHERS.items() if plan.with_others else ():
        tell(f"{plan.slow:,} idle or dribbling clients, {name}")
        found = _measure_kind("idle or dribbling", options, settings, plan=msgspec.structs.replace(plan, rounds=1))
        figures += (msgspec.structs.replace(each, name=f"{each.name}, {name}", target=None) for each in found)
    tell("restarts")
    return (*figures, *_measure_restarts(settings, plan=plan))


def _measure_kind(kind: str, options: Sequence[str], settings: Mapping[str, str], *, plan: Plan) -> list[Figure]:
    rounds: list[tuple[Round, Round]] = []
    with serving((*OURS, *options), settings, path=_PATH) as (pid, port, _):
        wait_for_workers(pid, 2)
        ask(port, _PATH, seconds=1)  # that everything has been rendered once
        for _ in range(plan.rounds):
            without = ask(port, _PATH, seconds=plan.seconds)
            with holding(kind, port, _PATH, clients=plan.slow):
                time.sleep(_REST_SECONDS)
                rounds.append((ask(port, _PATH, seconds=plan.seconds), without))
            time.sleep(_REST_SECONDS)
    return [
        Figure(
            name=f"99 % of requests beside {kind} clients",
            size=plan.slow,
            unit="ms",
            ours=tuple(each.p99_ms for each, _ in rounds),
            peer_name="without them",
            peer=tuple(each.p99_ms for _, each in rounds),
            target=Target(Comparison.RATIO, _TIMES),
        ),
        _count_errors(f"errors beside {kind} clients", [each for each, _ in rounds], slow=plan.slow),
    ]


def _count_errors(name: str, rounds: Sequence[Round], *, slow: int) -> Figure:
    counts = tuple(float(each.errors) for each in rounds)
    return Figure(name=name, size=slow, unit="requests", ours=counts, target=Target(Comparison.VALUE, 0))


def _measure_restarts(settings: Mapping[str, str], *, plan: Plan) -> list[Figure]:
    rounds: list[tuple[Round, Round]] = []
    with serving(OURS, settings, path=_PATH) as (pid, port, _), ThreadPoolExecutor() as pool:
        wait_for_workers(pid, 2)
        for _ in range(plan.rounds):
            without = ask(port, _PATH, seconds=plan.seconds)
            asking = pool.submit(ask, port, _PATH, seconds=plan.seconds)
            while not asking.done():
                time.sleep(_REST_SECONDS)
                os.kill(pid, signal.SIGHUP)
            rounds.append((asking.result(), without))
    return [
        Figure(
            name="99 % of requests while the server is restarted again and again (SIGHUP)",
            size=0,
            unit="ms",
            ours=tuple(each.p99_ms for each, _ in rounds),
            peer_name="without that",
            peer=tuple(each.p99_ms for _, each in rounds),
        ),
        _count_errors("errors in restarts", [each for each, _ in rounds], slow=0),
        Figure(
            name="requests sent again in restarts, their kept connection having been closed",
            size=0,
            unit="requests",
            ours=tuple(float(each.resent) for each, _ in rounds),
        ),
    ]
