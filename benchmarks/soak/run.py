"""Run the server, the publisher and the readers for a while, and sum up."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from threading import Event, Thread

import msgspec

from benchmarks.processes import read_memory
from benchmarks.servers import OURS, serving, wait_for_workers
from benchmarks.soak.judge import Judge
from benchmarks.soak.publisher import LIMIT, TOPICS, Ledger, publish_until, write_revision
from benchmarks.soak.reader import PATHS, Reader
from feeds.catalog.catalog import Catalog
from feeds.model.clock import SYSTEM_CLOCK
from feeds.settings import Settings
from feeds.site.urls import ArchiveAddress
from feeds.site.walk import list_addresses
from tests.support.processes import list_children

_CACHE_MB = "4"
_SAMPLE_SECONDS = 1.0
_QUARTERS = 4
_GROWTH = 1.1
_SETTLED_SECONDS = 180


class Load(msgspec.Struct, frozen=True, kw_only=True):
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
        """Whether memory does not grow; in the first minutes it does, and nothing can be said."""
        return self.seconds < _SETTLED_SECONDS or self.growth <= _GROWTH


def run_soak(folder: Path, load: Load) -> Outcome:
    """Soak a server whose articles and catalog lie in an empty folder.

    Raises:
        MeasureError: the server does not start.
    """
    content, database = folder / "articles", f"sqlite:///{folder / 'catalog.sqlite'}"
    environ = {"FEEDS_CONTENT": str(content), "DATABASE_URL": database, "WEB_CONCURRENCY": str(load.workers)}
    environ["FEEDS_LIMIT"] = str(LIMIT)
    # Every commit makes archives of addresses of their own, so copies fill what they may; soon, for what grows then to
    # be seen.
    environ["FEEDS_CACHE_MB"] = _CACHE_MB
    for topic in TOPICS:
        write_revision(content, topic, 0)
    judge = Judge(Ledger())
    with serving(OURS, environ, path="/feed.atom") as (pid, port, _):
        wait_for_workers(pid, load.workers)
        # The address is part of what feeds show: the publisher must mean the same one as the server.
        settings = Settings.from_environ({**environ, "PORT": str(port)})
        memory = _soak(pid, port, load, settings=settings, judge=judge)
    return _sum_up(load, judge, memory)


def _soak(pid: int, port: int, load: Load, *, settings: Settings, judge: Judge) -> list[float]:
    stop = Event()
    paths = (*PATHS, *_list_archives(settings))
    readers = [Reader(port, paths, judge, seed=number) for number in range(load.readers)]
    threads = [Thread(target=reader.read_until, args=(stop,)) for reader in readers]
    publishing = {"every_seconds": load.publish_seconds}
    threads.append(Thread(target=publish_until, args=(stop, settings, judge.ledger), kwargs=publishing))
    workers = list_children(pid)
    with _running(threads, stop):
        memory = list(_sample(workers, seconds=load.seconds))
    if sorted(workers) != sorted(list_children(pid)):
        judge.complain(None, "a worker has ended")
    return memory


def _list_archives(settings: Settings) -> list[str]:
    """List the paths of all documents of archives."""
    catalog = Catalog(settings.database_url)
    with catalog.reading() as reader:
        addresses = list(list_addresses(reader, settings=settings, now=SYSTEM_CLOCK.now()))
    catalog.close()
    return [address.path for address in addresses if isinstance(address, ArchiveAddress)]


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


def _sum_up(load: Load, judge: Judge, memory: Sequence[float]) -> Outcome:
    milliseconds = [seconds * 1_000 for seconds in judge.seconds] or [0.0]
    return Outcome(
        seconds=load.seconds,
        counts=dict(sorted(judge.counts.items())),
        commits=judge.ledger.count(),
        p50_ms=median(milliseconds),
        p99_ms=quantiles(milliseconds, n=100)[-1] if len(milliseconds) > 1 else milliseconds[0],
        memory=tuple(memory),
        faults=judge.faults,
        findings=tuple(judge.findings),
    )
