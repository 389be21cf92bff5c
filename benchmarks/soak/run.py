"""Run the server, the publisher and the readers, and return the result."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from threading import Event, Thread

import msgspec

from benchmarks.processes import read_memory
from benchmarks.servers import OURS, serving, wait_for_workers
from benchmarks.soak.answer_checker import AnswerChecker
from benchmarks.soak.publisher import LIMIT, TOPICS, CommitLog, publish_until, write_revision
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
_MAX_GROWTH = 1.1
_WARM_UP_SECONDS = 180


class SoakPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The seconds of the test, the numbers of readers and workers, and the seconds between publications."""

    seconds: float
    readers: int = 8
    workers: int = 2
    publish_seconds: float = 1.0


class SoakResult(msgspec.Struct, frozen=True, kw_only=True):
    """The result: `counts` of exchanges by kind and status, and samples of the workers' PSS in MB in `memory`."""

    seconds: float
    counts: dict[str, int]
    commits: int
    p50_ms: float
    p99_ms: float
    memory: tuple[float, ...]
    problem_count: int
    problems: tuple[str, ...]

    @property
    def growth(self) -> float:
        """The memory of the last quarter divided by the second quarter's, when every path has been requested once."""
        quarter = len(self.memory) // _QUARTERS
        if not quarter:
            return 1.0
        return median(self.memory[-quarter:]) / median(self.memory[quarter : 2 * quarter])

    @property
    def is_flat(self) -> bool:
        """Whether memory stays constant; always true for short runs, because memory grows in the first minutes."""
        return self.seconds < _WARM_UP_SECONDS or self.growth <= _MAX_GROWTH


def run_soak(folder: Path, plan: SoakPlan) -> SoakResult:
    """Test a server with articles and catalog in an empty folder.

    Raises:
        MeasureError: the server does not start.
    """
    content, database = folder / "articles", f"sqlite:///{folder / 'catalog.sqlite'}"
    environ = {"FEEDS_CONTENT": str(content), "DATABASE_URL": database, "WEB_CONCURRENCY": str(plan.workers)}
    environ["FEEDS_LIMIT"] = str(LIMIT)
    # Every commit adds archive URLs, so the cache always fills up. A small one fills soon, and shows any later growth.
    environ["FEEDS_CACHE_MB"] = _CACHE_MB
    for topic in TOPICS:
        write_revision(content, topic, 0)
    checker = AnswerChecker(CommitLog())
    with serving(OURS, environ, path="/feed.atom") as (pid, port, _):
        wait_for_workers(pid, plan.workers)
        # Feeds contain the site's URL, so the publisher needs the server's port.
        settings = Settings.from_environ({**environ, "PORT": str(port)})
        memory = _run_load(pid, port, plan, settings=settings, checker=checker)
    return _make_result(plan, checker, memory)


def _run_load(pid: int, port: int, plan: SoakPlan, *, settings: Settings, checker: AnswerChecker) -> list[float]:
    stop = Event()
    paths = (*PATHS, *_list_archives(settings))
    readers = [Reader(port, paths, checker, seed=number) for number in range(plan.readers)]
    threads = [Thread(target=reader.read_until, args=(stop,)) for reader in readers]
    publishing = {"every_seconds": plan.publish_seconds}
    threads.append(Thread(target=publish_until, args=(stop, settings, checker.commit_log), kwargs=publishing))
    workers = list_children(pid)
    with _running(threads, stop):
        memory = list(_sample(workers, seconds=plan.seconds))
    if sorted(workers) != sorted(list_children(pid)):
        checker.report(None, "a worker process ended")
    return memory


def _list_archives(settings: Settings) -> list[str]:
    """List the paths of all archive documents."""
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


def _make_result(plan: SoakPlan, checker: AnswerChecker, memory: Sequence[float]) -> SoakResult:
    milliseconds = [seconds * 1_000 for seconds in checker.seconds] or [0.0]
    return SoakResult(
        seconds=plan.seconds,
        counts=dict(sorted(checker.counts.items())),
        commits=checker.commit_log.count(),
        p50_ms=median(milliseconds),
        p99_ms=quantiles(milliseconds, n=100)[-1] if len(milliseconds) > 1 else milliseconds[0],
        memory=tuple(memory),
        problem_count=checker.problem_count,
        problems=tuple(checker.problems),
    )
