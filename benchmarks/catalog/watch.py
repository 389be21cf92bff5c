"""Measure `feeds collect --watch`: how soon what is written to a file is in the feed."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.catalog.collect import PAUSE_SECONDS, collect_command, collect_settings
from benchmarks.corpus import Corpus, find_newest, restoring, retitle
from benchmarks.figures import Comparison, Figure, Target, Tell
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


def can_watch() -> bool:
    """Say whether the command has the option."""
    return "--watch" in run([sys.executable, "-m", "feeds", "collect", "--help"])


def measure_watching(corpus: Corpus, *, changes: int, tell: Tell) -> Figure:
    """Measure from before a file is written until the feed of everything, rendered from the catalog, shows it."""
    tell(f"{corpus.size:,} articles: watching, {changes} changes")
    catalog = Catalog(corpus.database_url)
    with restoring(find_newest(corpus)) as path, _watching(corpus):
        _time_change(catalog, path, title="Changed before it counts")
        seconds = tuple(_time_change(catalog, path, title=f"Changed, time {number}") for number in range(changes))
    catalog.close()
    target = Target(Comparison.VALUE, 1.0)
    return Figure(
        name="a changed file is in the feed, --watch", size=corpus.size, unit="s", ours=seconds, target=target
    )


@contextmanager
def _watching(corpus: Corpus) -> Iterator[None]:
    """Have the collector watch, and begin when it has said what its first collect did."""
    with subprocess.Popen(
        collect_command(corpus, "--watch"),
        cwd=ROOT,
        env=make_environment(collect_settings(corpus)),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            if process.stdout is None or not process.stdout.readline():
                raise MeasureError("feeds collect --watch ended without a word.")
            yield
        finally:
            process.terminate()


def _time_change(catalog: Catalog, path: Path, *, title: str) -> float:
    time.sleep(PAUSE_SECONDS)
    version = _read_version(catalog)
    begun = time.perf_counter()
    retitle(path, title)
    while time.perf_counter() - begun < _PATIENCE_SECONDS:
        if _read_version(catalog) != version and title in _render_everything(catalog):
            return time.perf_counter() - begun
        time.sleep(_POLL_SECONDS)
    raise MeasureError(f"A changed file was not in the feed {_PATIENCE_SECONDS} seconds later.")


def _read_version(catalog: Catalog) -> int:
    with catalog.reading() as reader:
        return reader.state().version


def _render_everything(catalog: Catalog) -> str:
    address = FeedAddress(EVERYTHING, Format.ATOM)
    with catalog.reading() as reader:
        answer = make_document(address, reader, settings=Settings.from_environ({}), now=SYSTEM_CLOCK.now())
    return answer.body.decode()
