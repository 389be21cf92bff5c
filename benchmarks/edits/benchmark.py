"""Measure first renderings before and after many edits: a site is edited for years, and must not become slower."""

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec

from benchmarks.composing.benchmark import time_queries
from benchmarks.corpus import Corpus, restoring, retitle
from benchmarks.figures import Comparison, Figure, Progress, Target
from benchmarks.processes import run
from benchmarks.report import Section
from benchmarks.servers import COLLECT

_COLLECTS = 10
_MAX_RATIO = 1.3

SECTION = Section(
    name="edits",
    title="After many edits",
    size="edits",
    legend=(
        "The first rendering as Atom, from the URL to the bytes, after many edits of titles, compared with the same "
        "feed before the edits. Half of the edits hit the newest articles, again and again, the others hit any "
        f"articles once; {_COLLECTS} collects publish them. Medians over runs, each the median of five rounds."
    ),
)
_DIGESTS = {"everything, daily": "/feed/daily.atom", "everything, weekly": "/feed/weekly.atom"}


class EditsPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of edits and runs, and the URL of an empty database; by default, a new SQLite file."""

    edits: int
    runs: int
    database_url: str = ""


def measure_edits(corpus: Corpus, plan: EditsPlan, *, progress: Progress) -> tuple[Figure, ...]:
    """Collect the articles, measure, edit, and measure again; afterwards the articles are as before.

    Raises:
        MeasureError: a measured program failed.
    """
    catalog = corpus.catalog.with_stem(f"{corpus.catalog.stem}-edited")
    catalog.unlink(missing_ok=True)
    url = plan.database_url or f"sqlite:///{catalog}"
    progress(f"{corpus.size:,} articles: first collect")
    _collect(corpus, url)
    before = _measure(url, runs=plan.runs)
    with ExitStack() as stack:
        for number, paths in enumerate(_choose_articles(corpus.articles, edits=plan.edits)):
            progress(f"{plan.edits:,} edits: collect {number + 1} of {_COLLECTS}")
            for path in paths:
                stack.enter_context(restoring(path))
                retitle(path, f"New data, edition {number}")
            _collect(corpus, url)
        after = _measure(url, runs=plan.runs)
    return tuple(_make_figures(plan.edits, before, after))


def _collect(corpus: Corpus, url: str) -> None:
    run((*COLLECT, str(corpus.articles)), {"DATABASE_URL": url})


def _measure(url: str, *, runs: int) -> list[dict[str, float]]:
    return [time_queries(url, others=_DIGESTS) for _ in range(runs)]


def _choose_articles(folder: Path, *, edits: int) -> Iterator[Sequence[Path]]:
    """Yield the articles to edit before each collect."""
    paths = sorted(folder.rglob("*.md"))
    half = edits // _COLLECTS // 2
    newest, others = paths[-half:], paths[:-half]
    random.Random(1).shuffle(others)  # noqa: S311 no secret: the articles must be the same each time
    for number in range(_COLLECTS):
        yield [*newest, *others[number * half : (number + 1) * half]]


def _make_figures(
    edits: int, before: Sequence[Mapping[str, float]], after: Sequence[Mapping[str, float]]
) -> Iterator[Figure]:
    for name in after[0]:
        yield Figure(
            name=name,
            size=edits,
            unit="ms",
            ours=tuple(run[name] for run in after),
            peer_name="before the edits",
            peer=tuple(run[name] for run in before),
            target=Target(Comparison.RATIO, _MAX_RATIO),
        )
