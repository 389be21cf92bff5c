"""Measure `feeds collect --watch`: the time from a changed file to the changed feed."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.catalog.collect import PAUSE_SECONDS, collect_command, collect_settings
from benchmarks.corpus import Corpus, find_newest, restoring, retitle
from benchmarks.figures import Comparison, Figure, Progress, Target
from benchmarks.processes import ROOT, MeasureError, make_environment, run
from feeds.catalog.catalog import Catalog
from feeds.model.clock import SYSTEM_CLOCK
from feeds.model.feed import Format
from feeds.model.query import EVERYTHING
from feeds.settings import Settings
from feeds.site.documents import make_document
from feeds.site.urls import FeedAddress

_POLL_SECONDS = 0.005
_PATIENCE_SECONDS = 120


def supports_watch() -> bool:
    """Return whether `feeds collect` has the option `--watch`."""
    return "--watch" in run([sys.executable, "-m", "feeds", "collect", "--help"])


def measure_watching(corpus: Corpus, *, changes: int, progress: Progress) -> Figure:
    """Measure the time from before a file is written until the rendered feed of all entries shows the change."""
    progress(f"{corpus.size:,} articles: watching, {changes} changes")
    catalog = Catalog(corpus.database_url)
    with restoring(find_newest(corpus)) as path, _watching(corpus):
        _time_change(catalog, path, title="Changed as a warm-up")
        seconds = tuple(_time_change(catalog, path, title=f"Changed, time {number}") for number in range(changes))
    catalog.close()
    target = Target(Comparison.VALUE, 1.0)
    return Figure(
        name="a changed file is in the feed, --watch", size=corpus.size, unit="s", ours=seconds, target=target
    )


@contextmanager
def _watching(corpus: Corpus) -> Iterator[None]:
    """Run a watching collector, and begin when it has printed the result of its first collect."""
    with subprocess.Popen(
        collect_command(corpus, "--watch"),
        cwd=ROOT,
        env=make_environment(collect_settings(corpus)),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            if process.stdout is None or not process.stdout.readline():
                raise MeasureError("feeds collect --watch ended without output.")
            yield
        finally:
            process.terminate()


def _time_change(catalog: Catalog, path: Path, *, title: str) -> float:
    time.sleep(PAUSE_SECONDS)
    version = _read_version(catalog)
    started = time.perf_counter()
    retitle(path, title)
    while time.perf_counter() - started < _PATIENCE_SECONDS:
        if _read_version(catalog) != version and title in _render_all_entries(catalog):
            return time.perf_counter() - started
        time.sleep(_POLL_SECONDS)
    raise MeasureError(f"The feed did not show a changed file within {_PATIENCE_SECONDS} seconds.")


def _read_version(catalog: Catalog) -> int:
    with catalog.reading() as reader:
        return reader.read_state().version


def _render_all_entries(catalog: Catalog) -> str:
    address = FeedAddress(EVERYTHING, Format.ATOM)
    with catalog.reading() as reader:
        answer = make_document(address, reader, settings=Settings.from_environ({}), now=SYSTEM_CLOCK.now())
    return answer.body.decode()
