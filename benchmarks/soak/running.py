"""Run the server, the publisher and the readers for a while, and sum up."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from threading import Event, Thread

import msgspec

from benchmarks.processes import MeasureError, list_children, read_memory
from benchmarks.soak.judging import Judge
from benchmarks.soak.publishing import TOPICS, Ledger, publish_until, write_revision
from benchmarks.soak.reading import Reader
from benchmarks.starting import serving_ours
from feeds.catalog.store import Catalog
from feeds.collector import Collector
from feeds.settings import Settings

_SAMPLE_SECONDS = 1.0
_QUARTERS = 4
_GROWTH = 1.1
_PATIENCE_SECONDS = 60


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How long to go on, with how many readers and workers, and how often something is published."""

    seconds: float
    readers: int = 8
    workers: int = 2
    publish_seconds: float = 1.0


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen: `counts` of exchanges by kind and status, memory in MB as the workers' PSS, sample by sample."""

    seconds: float
    counts: dict[str, int]
    commits: int
    p50_ms: float
    p99_ms: float
    memory: tuple[float, ...]
    faults: int
    findings: tuple[str, ...]

    @property
    def growth(self) -> float:
        """The memory of the last quarter over that of the second: by then everything has been asked for once."""
        quarter = len(self.memory) // _QUARTERS
        if not quarter:
            return 1.0
        return median(self.memory[-quarter:]) / median(self.memory[quarter : 2 * quarter])

    @property
    def is_flat(self) -> bool:
        """Whether memory does not grow."""
        return self.growth <= _GROWTH


def run_soak(folder: Path, plan: Plan) -> Outcome:
    """Soak a server whose articles and catalog lie in an empty folder.

    Raises:
        MeasureError: the server does not start.
    """
    content, database = folder / "articles", f"sqlite:///{folder / 'catalog.sqlite'}"
    environ = {"FEEDS_CONTENT": str(content), "DATABASE_URL": database, "WEB_CONCURRENCY": str(plan.workers)}
    for topic in TOPICS:
        write_revision(content, topic, 0)
    ledger = Ledger()
    judge = Judge(ledger)
    with serving_ours(environ, path="/feed.atom") as (pid, port, _):
        _wait_for_workers(pid, plan.workers)
        # The address is part of what feeds show: the publisher must mean the same one as the server.
        settings = Settings.from_environ({**environ, "PORT": str(port)})
        Collector(Catalog(database), settings.content, appearance=settings.appearance).collect()
        memory = _soak(pid, port, plan, settings=settings, judge=judge, ledger=ledger)
    return _sum_up(plan, judge, commits=ledger.count(), memory=memory)


def _soak(  # noqa: PLR0913 the four of them, and what they share
    pid: int, port: int, plan: Plan, *, settings: Settings, judge: Judge, ledger: Ledger
) -> list[float]:
    stop = Event()
    readers = [Reader(port, judge, seed=number) for number in range(plan.readers)]
    threads = [Thread(target=reader.read_until, args=(stop,)) for reader in readers]
    publishing = {"every_seconds": plan.publish_seconds}
    threads.append(Thread(target=publish_until, args=(stop, settings, ledger), kwargs=publishing))
    workers = list_children(pid)
    with _running(threads, stop):
        memory = list(_sample(workers, seconds=plan.seconds))
    if sorted(workers) != sorted(list_children(pid)):
        judge.complain(None, "a worker has ended")
    return memory


@contextmanager
def _running(threads: Sequence[Thread], stop: Event) -> Iterator[None]:
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _sample(workers: Sequence[int], *, seconds: float) -> Iterator[float]:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        yield sum(read_memory(worker).pss for worker in workers)
        time.sleep(min(left, _SAMPLE_SECONDS))


def _wait_for_workers(pid: int, workers: int) -> None:
    """Wait until the server has nothing but its workers: it collects by itself as it starts."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while len(list_children(pid)) != workers:
        if time.monotonic() > end:
            raise MeasureError("The server did not come to rest.")
        time.sleep(0.05)


def _sum_up(plan: Plan, judge: Judge, *, commits: int, memory: Sequence[float]) -> Outcome:
    milliseconds = [seconds * 1_000 for seconds in judge.seconds] or [0.0]
    return Outcome(
        seconds=plan.seconds,
        counts=dict(sorted(judge.counts.items())),
        commits=commits,
        p50_ms=median(milliseconds),
        p99_ms=quantiles(milliseconds, n=100)[-1] if len(milliseconds) > 1 else milliseconds[0],
        memory=tuple(memory),
        faults=judge.faults,
        findings=tuple(judge.findings),
    )


