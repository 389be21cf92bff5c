"""Run the database, the server, the collector, the clients and the faults, and return the result."""

import random
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from threading import Event, Thread

import msgspec

from benchmarks.processes import MeasureError, read_memory
from benchmarks.servers import OURS, get_status, serving, wait_for_workers
from benchmarks.soak.checker import AnswerChecker, CheckLimits
from benchmarks.soak.client import Client
from benchmarks.soak.collector import CollectorProcess, list_errors
from benchmarks.soak.edits import Editor, invent_history, read_history
from benchmarks.soak.fault_log import FaultLog, FaultRecord
from benchmarks.soak.faults import Target, inject_until
from benchmarks.soak.network import NetworkProcess, running_network
from benchmarks.soak.paths import Paths, choose_paths
from benchmarks.soak.versions import VersionLog, observe_until, render_all
from feeds.catalog.catalog import Catalog
from feeds.settings import Settings
from tests.support.postgresql import OwnDatabaseServer, run_server
from tests.support.processes import list_children

_SAMPLE_SECONDS = 1.0
_QUARTERS = 4
_MAX_GROWTH = 1.1
_WARM_UP_SECONDS = 180
_WARM_UP_ROUNDS = 4
_CATCH_UP_SECONDS = 60
# Commits survive a restart, as on a real server.
_DATABASE_SETTINGS = ("synchronous_commit=on", "autovacuum=on", "max_connections=40")


class SoakPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What to run for how many seconds.

    Each client pauses `pause_seconds` on average. `fault_seconds` is the period of the faults, which need PostgreSQL; 0
    means no faults, and SQLite. Without `history`, articles and edits are invented.
    """

    seconds: float
    clients: int = 8
    workers: int = 2
    pause_seconds: float = 0.01
    edit_seconds: float = 1.0
    stale_seconds: float = 1.0
    fault_seconds: float = 0.0
    history: Path | None = None
    seed: int = 1


class SoakResult(msgspec.Struct, frozen=True, kw_only=True):
    """The result: `counts` of exchanges by kind and status, and samples of the workers' PSS in MB in `memory`."""

    seconds: float
    counts: dict[str, int]
    edits: int
    commits: int
    milliseconds: tuple[float, float, float, float]
    """The median, the 99th and 99.9th percentile, and the longest time of an answer."""

    own_seconds: float
    memory: tuple[float, ...]
    faults: tuple[FaultRecord, ...]
    unverified: int
    problem_counts: dict[str, int]
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

    @property
    def has_passed(self) -> bool:
        """Whether no answer was wrong or late, and memory stayed constant."""
        return not self.problem_counts and self.is_flat


def run_soak(folder: Path, plan: SoakPlan, *, progress: Callable[[str], None] = lambda _text: None) -> SoakResult:
    """Test a server with articles, logs and perhaps a catalog in an empty folder.

    Raises:
        MeasureError: a process does not start, or ends by itself.
    """
    history = read_history(plan.history) if plan.history else invent_history(folder / "invented")
    editor = Editor(folder / "articles", history)
    with ExitStack() as stack:
        soak = _Soak(folder, plan, editor, progress)
        soak.start(stack)
        return soak.run()


class _Soak:
    """The running processes and threads of a soak."""

    def __init__(self, folder: Path, plan: SoakPlan, editor: Editor, progress: Callable[[str], None]) -> None:
        self._folder = folder
        self._plan = plan
        self._editor = editor
        self._progress = progress
        self._faults = FaultLog()
        self._versions = VersionLog()

    def start(self, stack: ExitStack) -> None:
        """Start the processes, and stop them at the end of the stack."""
        database = stack.enter_context(_running_database()) if self._plan.fault_seconds else None
        url = database.create_database() if database is not None else f"sqlite:///{self._folder / 'catalog.sqlite'}"
        network = stack.enter_context(running_network(url)) if database is not None else None
        environ = {
            "FEEDS_CONTENT": str(self._editor.folder),
            "FEEDS_SITE_URL": "https://soak.example",
            "DATABASE_URL": network.url if network else url,
            "WEB_CONCURRENCY": str(self._plan.workers),
        }
        self._settings = Settings.from_environ({**environ, "DATABASE_URL": url})
        self._collector = CollectorProcess(environ, self._folder / "collector.log")
        if self._collector.run():
            raise MeasureError(f"The first collect failed:\n{self._collector.log.read_text()}")
        log = self._folder / "server.log"
        self._pid, self._port, _ = stack.enter_context(serving(OURS, environ, path="/feed.atom", log=log))
        wait_for_workers(self._pid, self._plan.workers)
        self._collector.start()
        stack.callback(self._collector.kill)
        self._target = self._make_target(database, network) if database is not None and network is not None else None

    def _make_target(self, database: OwnDatabaseServer, network: NetworkProcess) -> Target:
        return Target(
            database=database,
            database_url=self._settings.database_url,
            network=network,
            server=self._pid,
            port=self._port,
            collector=self._collector,
            editor=self._editor,
            log=self._faults,
            rng=random.Random(self._plan.seed),  # noqa: S311 no secret
        )

    def run(self) -> SoakResult:
        """Send requests while articles change and faults happen, and return the result."""
        paths = choose_paths(self._settings)
        for path in paths.all * _WARM_UP_ROUNDS:
            get_status(self._port, path)
        limits = CheckLimits(self._plan.stale_seconds, frozenset(paths.composed))
        checker = AnswerChecker(self._versions, self._faults, limits)
        ends = [Event() for _ in range(3)]
        with _running([partial(observe_until, ends[0], self._settings, paths.all, self._versions)], ends[0]):
            _wait_until(lambda: bool(self._versions.known_until), seconds=_CATCH_UP_SECONDS)
            with _running([partial(checker.check_until, ends[1])], ends[1]):
                load = [partial(_report_failure, call, checker) for call in self._list_load(ends[2], paths, checker)]
                with _running(load, ends[2]):
                    memory = list(self._sample(checker))
                self._check_end(paths, checker)
                _wait_until(lambda: self._versions.known_until > time.time() - 1, seconds=_CATCH_UP_SECONDS)
        return self._make_result(checker, memory)

    def _list_load(self, stop: Event, paths: Paths, checker: AnswerChecker) -> Iterator[Callable[[], None]]:
        for number in range(self._plan.clients):
            client = Client(
                number, self._port, paths.all, pause_seconds=self._plan.pause_seconds, record=checker.exchanges.put
            )
            yield partial(client.read_until, stop)
        yield partial(self._editor.edit_until, stop, every_seconds=self._plan.edit_seconds)
        if self._target:
            yield partial(inject_until, stop, self._target, every_seconds=self._plan.fault_seconds)

    def _sample(self, checker: AnswerChecker) -> Iterator[float]:
        """Yield the workers' memory each second, and report the progress of each minute."""
        end = time.monotonic() + self._plan.seconds
        shown = 0
        while (left := end - time.monotonic()) > 0:
            memory = _read_workers_memory(self._pid, self._plan.workers)
            if memory:
                yield memory
            for record in self._faults.records[shown:]:
                problems = sum(checker.problem_counts.values())
                self._progress(
                    f"{left:5.0f} s left, {checker.counts.total():,} answers, problems: {problems}; {record.name}"
                )
                shown += 1
            time.sleep(min(left, _SAMPLE_SECONDS))

    def _check_end(self, paths: Paths, checker: AnswerChecker) -> None:
        """Check that the collector still works, and that the catalog has lost nothing."""
        if self._collector.has_ended():
            checker.report("the collector has ended", str(self._collector.log))
        fresh_url = f"sqlite:///{self._folder / 'fresh.sqlite'}"
        fresh = CollectorProcess({**self._collector.environ, "DATABASE_URL": fresh_url}, self._folder / "fresh.log")
        fresh.run()
        expected = _render_feeds(self._settings, paths, fresh_url)
        found: dict[str, bytes] = {}

        def is_equal() -> bool:
            nonlocal found
            found = _render_feeds(self._settings, paths, self._settings.database_url)
            return found == expected

        if not _wait_until(is_equal, seconds=_CATCH_UP_SECONDS, or_fail=False):
            different = [path for path, digest in found.items() if digest != expected[path]]
            checker.report("other bytes than those of a new catalog", ", ".join(different))
        for log in (self._collector.log, self._folder / "server.log"):
            for line in list_errors(log):
                checker.report("traceback", line)

    def _make_result(self, checker: AnswerChecker, memory: Sequence[float]) -> SoakResult:
        times = [seconds * 1_000 for seconds in checker.seconds] or [0.0]
        parts = quantiles(times, n=1_000) if len(times) > 1 else times * 999
        return SoakResult(
            seconds=self._plan.seconds,
            counts=dict(sorted(checker.counts.items())),
            edits=self._editor.edits,
            commits=len(self._versions.commits),
            milliseconds=(median(times), parts[989], parts[998], max(times)),
            own_seconds=checker.own_seconds,
            memory=tuple(memory),
            faults=tuple(self._faults.records),
            unverified=checker.unverified,
            problem_counts=dict(checker.problem_counts),
            problems=tuple(checker.problems),
        )


def _read_workers_memory(server: int, workers: int) -> float | None:
    """Return the PSS of all workers; None while workers start or end."""
    children = list_children(server)
    if len(children) != workers:
        return None
    try:
        return sum(read_memory(child).pss for child in children)
    except (FileNotFoundError, ProcessLookupError, KeyError):
        return None


def _render_feeds(settings: Settings, paths: Paths, database_url: str) -> dict[str, bytes]:
    with closing(Catalog(database_url)) as catalog, catalog.reading() as reader:
        return render_all(reader, paths.feeds, settings)


def _running_database() -> AbstractContextManager[OwnDatabaseServer]:
    programs = {name: _find_program(name) for name in ("initdb", "postgres")}
    return run_server(initdb=programs["initdb"], postgres=programs["postgres"], settings=_DATABASE_SETTINGS)


def _find_program(name: str) -> str:
    found = shutil.which(name) or next((str(path) for path in Path("/usr/lib/postgresql").glob(f"*/bin/{name}")), "")
    if not found:
        raise MeasureError(f"{name} not found; install PostgreSQL.")
    return found


def _report_failure(call: Callable[[], None], checker: AnswerChecker) -> None:
    """Report an error of a client or a fault, which must not end the soak."""
    try:
        call()
    except Exception as error:  # noqa: BLE001 whatever failed, the result is not to be trusted
        checker.report("failure of the soak", repr(error))


@contextmanager
def _running(calls: Sequence[Callable[[], None]], stop: Event) -> Iterator[None]:
    """Run calls in threads until the block ends, and set `stop` then."""
    threads = [Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _wait_until(condition: Callable[[], bool], *, seconds: float, or_fail: bool = True) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            if or_fail:
                raise MeasureError("The catalog cannot be read.")
            return False
        time.sleep(_SAMPLE_SECONDS / 10)
    return True
