"""Measure reading and rendering topic feeds; `python -m benchmarks.catalog.render DATABASE_URL` does one run."""

import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from statistics import median

import msgspec

from benchmarks.corpus import Corpus
from benchmarks.figures import Comparison, Figure, Progress, Target, compare_with_smallest
from benchmarks.processes import run_python
from feeds.catalog.catalog import Catalog
from feeds.catalog.reader import CatalogReader
from feeds.model.clock import SYSTEM_CLOCK
from feeds.model.feed import Format
from feeds.model.query import Query
from feeds.settings import Settings
from feeds.site.documents import make_document
from feeds.site.urls import FeedAddress

_ROUNDS = 5
_LIMIT = 1.5
# Several topics, because the texts of a single topic may be longer in one corpus than in another.
_TOPICS = 5


def measure_rendering(corpora: Sequence[Corpus], *, runs: int, progress: Progress) -> list[Figure]:
    """Measure each size in a separate process, in turn, and compare each size with the smallest."""
    milliseconds: dict[int, list[dict[str, float]]] = {corpus.size: [] for corpus in corpora}
    for number in range(runs):
        for corpus in corpora:
            progress(f"{corpus.size:,} articles: rendering, run {number + 1} of {runs}")
            printed = run_python("benchmarks.catalog.render", corpus.database_url)
            milliseconds[corpus.size].append(msgspec.json.decode(printed, type=dict[str, float]))
    names = next(iter(milliseconds.values()))[0]
    return [figure for name in names for figure in _make_figures(name, milliseconds)]


def _make_figures(name: str, milliseconds: dict[int, list[dict[str, float]]]) -> list[Figure]:
    target = Target(Comparison.RATIO, _LIMIT)
    return compare_with_smallest(
        [
            Figure(name=name, size=size, unit="ms", ours=tuple(run[name] for run in found), target=target)
            for size, found in milliseconds.items()
        ]
    )


def find_largest_topics(reader: CatalogReader) -> list[str]:
    """Return the slugs of the topics with the most entries."""
    topics = sorted(reader.list_topics(now=SYSTEM_CLOCK.now()), key=lambda topic: (-topic.entries, topic.slug))
    return [topic.slug for topic in topics[:_TOPICS]]


def time_rendering(database_url: str) -> dict[str, float]:
    """Return the milliseconds to read a topic's feed, and to render it in each format; medians over rounds."""
    catalog = Catalog(database_url)
    limit, sites = Settings.from_environ({}).limit, count()
    with catalog.reading() as reader:
        topics = find_largest_topics(reader)

    def read(topic: str) -> None:
        with catalog.reading() as reader:
            reader.read_newest(Query.for_topic(topic), limit=limit, now=SYSTEM_CLOCK.now())

    def render(format: Format, topic: str) -> None:
        # Another site each time, because a process keeps the entries that it has written.
        settings = Settings.from_environ({"FEEDS_SITE_URL": f"https://{next(sites)}.example"})
        with catalog.reading() as reader:
            address = FeedAddress(Query.for_topic(topic), format)
            make_document(address, reader, settings=settings, now=SYSTEM_CLOCK.now())

    milliseconds = {"read a topic's newest entries": _time(topics, read)}
    for format in Format:
        name = f"read and render a topic's feed, {format.display_name}"
        milliseconds[name] = _time(topics, partial(render, format))
    return milliseconds


def _time(topics: Sequence[str], work: Callable[[str], None]) -> float:
    """Return the milliseconds per topic: the median over rounds of the mean over topics."""
    rounds = []
    for _ in range(1 + _ROUNDS):
        started = time.perf_counter()
        for topic in topics:
            work(topic)
        rounds.append((time.perf_counter() - started) * 1000 / len(topics))
    return median(rounds[1:])  # the first round fills caches


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(time_rendering(sys.argv[1])))
