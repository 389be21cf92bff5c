"""Run the server, Varnish, a watching collector and readers, replay a history, and describe the result."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from threading import Event, Thread

import msgspec

from benchmarks.edge.readers import EdgeReader
from benchmarks.edge.verdict import Verdict, judge
from benchmarks.processes import MeasureError
from benchmarks.servers import OURS, serving
from benchmarks.soak.collector import CollectorProcess, list_errors
from benchmarks.soak.edits import Editor, invent_history, read_history
from benchmarks.soak.versions import VersionLog, make_digest, observe_until, render_all
from feeds.catalog.catalog import Catalog
from feeds.settings import Settings
from feeds.site.shared_caching import list_kept
from tests.support.servers import find_free_port
from tests.support.varnish import Varnish, running_varnish

_POLL_SECONDS = 0.1
_SETTLE_SECONDS = 60
_LAST_PURGES_SECONDS = 16
_TOPICS = 12


class EdgePlan(msgspec.Struct, frozen=True, kw_only=True):
    """Replay the last `commits` of a history, one every `seconds`, with some readers; without one, invent edits."""

    varnishd: str
    commits: int = 100
    seconds: float = 3.5
    readers: int = 4
    pause_seconds: float = 0.02
    history: Path | None = None


class EdgeResult(msgspec.Struct, frozen=True, kw_only=True):
    """The result; `purges` has the number of purged documents for each change."""

    commits: int
    versions: int
    kept: int
    watched: int
    purges: tuple[int, ...]
    verdict: Verdict
    different: tuple[str, ...]
    requests: int
    hit_ratio: float
    kept_hit_ratio: float
    errors: tuple[str, ...]

    @property
    def has_passed(self) -> bool:
        """Whether each answer was right, and new bytes came within three seconds."""
        is_wrong = self.verdict.regressions or self.verdict.unknown or self.different or self.errors
        return not is_wrong and max(self.verdict.late_seconds, default=0) <= 3  # noqa: PLR2004 the promise


class PurgeCounter:
    """Counts the purges in the outbox by the time of the change; a change stays there for 12 seconds."""

    def __init__(self, catalog: Catalog, cache: str) -> None:
        self._catalog = catalog
        self._cache = cache
        self._seen: set[tuple[int, str]] = set()

    def count_until(self, stop: Event) -> None:
        """Look at the outbox until `stop` is set."""
        while not stop.wait(_POLL_SECONDS):
            self._seen.update(self.list_pending())

    def list_pending(self) -> set[tuple[int, str]]:
        """Return all pending purges: the time of the change, and the path."""
        with self._catalog.reading() as reader:
            pending = reader.outbox.list_due(self._cache, until=datetime.now(UTC) + timedelta(days=1))
        return {(purge.since, purge.path) for purge in pending}

    def count(self) -> Counter[int]:
        """Return the number of purges by the time of the change."""
        return Counter(since for since, _ in self._seen)


def run_edge(folder: Path, plan: EdgePlan, *, progress: Callable[[str], object]) -> EdgeResult:
    """Replay a history behind Varnish, and check every answer.

    Raises:
        MeasureError: a program does not start, or ends too early.
    """
    history = read_history(plan.history) if plan.history else invent_history(folder / "invented")
    editor = Editor(folder / "articles", history)
    for _ in range(len(history) - max(1, int(0.2 * len(history))) - plan.commits):
        editor.edit()
    port, backend = find_free_port(), find_free_port()
    environ = {
        "FEEDS_SITE_URL": f"http://127.0.0.1:{port}",
        "FEEDS_PURGE": f"http://127.0.0.1:{port}",
        "FEEDS_CONTENT": str(editor.folder),
        "DATABASE_URL": f"sqlite:///{folder / 'catalog.sqlite3'}",
        "FEEDS_STATISTICS": "no",
        "FEEDS_HOST": "127.0.0.1",
    }
    settings = Settings.from_environ(environ)
    log = folder / "programs.log"
    collector = CollectorProcess(environ, log)
    if collector.run("--no-announce"):
        raise MeasureError(f"The first collect failed; see {log}.")
    with ExitStack() as stack:
        catalog = stack.enter_context(closing(Catalog(settings.database_url)))
        stack.enter_context(serving(OURS, environ, path="/feed.atom", port=backend, log=log))
        varnish = stack.enter_context(running_varnish(plan.varnishd, folder, port=port, backend=backend))
        collector.start()
        stack.callback(collector.stop)
        counter = PurgeCounter(catalog, settings.caches[0])
        _wait_for_first_purges(counter)
        progress("The first purges are done.")
        return _replay(plan, editor, varnish, catalog=catalog, settings=settings, counter=counter, log=log)


def _wait_for_first_purges(counter: PurgeCounter) -> None:
    end = time.monotonic() + _SETTLE_SECONDS
    time.sleep(5)
    while counter.list_pending():
        if time.monotonic() > end:
            raise MeasureError("The first purges do not end.")
        time.sleep(1)


def _replay(  # noqa: PLR0913 the parts of the test
    plan: EdgePlan,
    editor: Editor,
    varnish: Varnish,
    *,
    catalog: Catalog,
    settings: Settings,
    counter: PurgeCounter,
    log: Path,
) -> EdgeResult:
    watched = _choose_paths(catalog, settings)
    versions = VersionLog()
    readers = [EdgeReader(varnish.port, watched, seed=seed) for seed in range(plan.readers)]
    before = _read_version(catalog)
    with ExitStack() as stack:
        stack.enter_context(_running(observe_until, settings, watched, versions))
        time.sleep(3)  # the first version of each document is known before the first answer
        stack.enter_context(_running(counter.count_until))
        for reader in readers:
            stack.enter_context(
                _running(lambda stop, each=reader: each.read_until(stop, pause_seconds=plan.pause_seconds))
            )
        for _ in range(plan.commits):
            editor.edit()
            time.sleep(plan.seconds)
        time.sleep(_LAST_PURGES_SECONDS)
    kept, different = _compare_all(varnish, catalog, settings)
    requests = {is_kept: sum(each.requests[is_kept] for each in readers) for is_kept in (True, False)}
    hits = {is_kept: sum(each.hits[is_kept] for each in readers) for is_kept in (True, False)}
    answers = [answer for each in readers for answer in each.answers]
    return EdgeResult(
        commits=plan.commits,
        versions=_read_version(catalog) - before,
        kept=kept,
        watched=len(watched),
        purges=tuple(counter.count().values()),
        verdict=judge(answers, versions),
        different=different,
        requests=sum(requests.values()),
        hit_ratio=sum(hits.values()) / max(1, sum(requests.values())),
        kept_hit_ratio=hits[True] / max(1, requests[True]),
        errors=tuple(error for each in readers for error in each.errors) + tuple(list_errors(log)),
    )


@contextmanager
def _running(target: Callable[..., object], *args: object) -> Iterator[None]:
    """Run a function in a thread until the end of the block; its first or only argument besides `args` is a stop."""
    stop = Event()
    thread = Thread(target=target, args=(stop, *args), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _choose_paths(catalog: Catalog, settings: Settings) -> list[str]:
    """Choose the documents of everything and of the largest topics, the most popular first."""
    now = datetime.now(UTC)
    with catalog.reading() as reader:
        topics = sorted(reader.list_topics(now=now), key=lambda topic: -topic.entries)[:_TOPICS]
        paths = [address.path for address in list_kept(reader, settings=settings, now=now)]
    stems = ["/feed", *(f"/topics/{topic.slug}" for topic in topics)]
    chosen = [
        path for stem in stems for path in paths if path.removeprefix(stem)[:1] in {"", ".", "/"} and stem in path
    ]
    lists = [path for path in paths if path.count("/") == 1]
    return list(dict.fromkeys((*lists, *sorted(chosen, key=lambda path: "/archive/" in path))))


def _compare_all(varnish: Varnish, catalog: Catalog, settings: Settings) -> tuple[int, tuple[str, ...]]:
    """Return the number of documents that Varnish may keep, and those that differ from the catalog at the end."""
    with catalog.reading() as reader:
        paths = [address.path for address in list_kept(reader, settings=settings, now=datetime.now(UTC))]
        rendered = render_all(reader, paths, settings)
    return len(paths), tuple(path for path in paths if make_digest(varnish.get(path).body) != rendered[path])


def _read_version(catalog: Catalog) -> int:
    with catalog.reading() as reader:
        return reader.read_state().version


def write_edge_result(result: EdgeResult) -> str:
    """Describe a result in lines of text."""
    verdict = result.verdict
    late, purges = sorted(verdict.late_seconds), sorted(result.purges)
    lines = [
        f"commits: {result.commits}, versions of the catalog: {result.versions}, with purges: {len(purges)}",
        f"documents kept for a day: {result.kept}, watched: {result.watched}, replaced versions: {verdict.replaced}",
        f"purges per change: median {median(purges or [0]):.0f}, maximum {max(purges, default=0)}",
        f"seconds until the last old answer: median {median(late or [0]):.1f}, maximum {max(late, default=0):.1f}",
        f"answers older than an earlier answer: {len(verdict.regressions)} {list(verdict.regressions[:3])}",
        f"answers of no version: {len(verdict.unknown)} {list(verdict.unknown[:3])}",
        f"documents that differ at the end: {len(result.different)} {list(result.different[:3])}",
        f"requests: {result.requests}, hits: {result.hit_ratio:.1%}, of documents kept: {result.kept_hit_ratio:.1%}",
        f"errors: {len(result.errors)} {list(result.errors[:3])}",
    ]
    return "\n".join(lines)
