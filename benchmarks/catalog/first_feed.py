"""Measure how a process renders a topic's feed when it has rendered no entry yet, and how an earlier version does."""

import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.catalog.render import find_largest_topics
from benchmarks.corpus import Corpus
from benchmarks.figures import Comparison, Figure, Progress, Target
from benchmarks.processes import ROOT, run
from feeds.catalog.catalog import Catalog

_FORMATS = {"atom": "Atom", "rss": "RSS"}
_ROUNDS = 5
_SCRIPT = Path(__file__).with_name("render_feed.py")
_LIMIT = 0.5


def measure_first_feeds(corpus: Corpus, *, runs: int, earlier: Path | None, progress: Progress) -> list[Figure]:
    """Measure this and an earlier version in turn; each run takes the topics with the most entries in turn."""
    versions = [(ROOT, corpus.catalog), *([(earlier, corpus.catalog.with_suffix(".earlier"))] if earlier else [])]
    for root, catalog in versions[1:]:
        _run(root, catalog, "-m", "feeds", "collect", str(corpus.articles))
    with Catalog(corpus.database_url).reading() as reader:
        topics = find_largest_topics(reader)
    figures = []
    for format, name in _FORMATS.items():
        milliseconds: list[list[float]] = [[] for _ in versions]
        for number in range(runs * _ROUNDS):
            progress(f"{corpus.size:,} articles: first {name} feed, run {number + 1} of {runs * _ROUNDS}")
            topic, other = topics[number % len(topics)], topics[number % len(topics) - 1]
            for (root, catalog), found in zip(versions, milliseconds, strict=True):
                paths = (f"/topics/{other}.json", f"/topics/{topic}.{format}")
                found.append(float(_run(root, catalog, str(_SCRIPT), *paths)))
        figures.append(_make_figure(name, corpus.size, milliseconds))
    return figures


def _run(root: Path, catalog: Path, *arguments: str) -> str:
    python = sys.executable if root == ROOT else str(root / ".venv" / "bin" / "python")
    settings = {"DATABASE_URL": f"sqlite:///{catalog}", "PYTHONPATH": str(root)}
    return run([python, *arguments], settings, root=root)


def _make_figure(name: str, size: int, milliseconds: Sequence[Sequence[float]]) -> Figure:
    ours, *peers = map(tuple, milliseconds)
    return Figure(
        name=f"first rendering of a topic's feed, {name}",
        size=size,
        unit="ms",
        ours=ours,
        peer_name="the earlier version" if peers else "",
        peer=peers[0] if peers else (),
        target=Target(Comparison.RATIO, _LIMIT) if peers else None,
    )
