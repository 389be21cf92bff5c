"""Measure all figures of the catalog: collecting, watching, rendering, starting, and a worker's memory."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from benchmarks.catalog.collect import measure_collecting
from benchmarks.catalog.first_feed import measure_first_feeds
from benchmarks.catalog.render import measure_rendering
from benchmarks.catalog.start import measure_starting
from benchmarks.catalog.watch import measure_watching, supports_watch
from benchmarks.corpus import Corpus
from benchmarks.figures import Figure, Progress
from benchmarks.report import Section

SECTION = Section(
    name="catalog",
    title="The catalog",
    size="articles",
    legend=(
        "Medians, with the smallest and the largest run in parentheses. Our program and its peer ran directly after "
        "each other, in separate processes. The ratio compares the medians, with the smallest and the largest ratio of "
        "a pair of runs in parentheses."
    ),
    plots={
        "catalog-seconds.svg": "Seconds against articles, both on logarithmic scales",
        "catalog-growth.svg": "Cost of a feed and of a worker, relative to the smallest corpus",
    },
)


class CatalogPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of runs and changes, and the optional script that builds up to `hugo_limit` articles with Hugo.

    `earlier` is a checkout of an earlier version to measure, with its own `.venv`.
    """

    runs: int
    changes: int
    hugo: Path | None
    hugo_limit: int | None = None
    earlier: Path | None = None

    def choose_hugo(self, corpus: Corpus) -> Path | None:
        """Return the script if the corpus is within `hugo_limit`."""
        return self.hugo if self.hugo_limit is None or corpus.size <= self.hugo_limit else None


def measure_catalog(
    corpora: Sequence[Corpus], plan: CatalogPlan, *, progress: Progress
) -> tuple[tuple[Figure, ...], tuple[str, ...]]:
    """Measure every figure at every size; return the figures, and notes on missing figures.

    Raises:
        MeasureError: a measured program failed.
    """
    figures: list[Figure] = []
    for corpus in corpora:
        figures += measure_collecting(corpus, runs=plan.runs, hugo=plan.choose_hugo(corpus), progress=progress)
    has_watch = supports_watch()
    if has_watch:
        figures += [measure_watching(corpus, changes=plan.changes, progress=progress) for corpus in corpora]
    figures += measure_rendering(corpora, runs=plan.runs, progress=progress)
    for corpus in corpora:
        figures += measure_first_feeds(corpus, runs=plan.runs, earlier=plan.earlier, progress=progress)
    figures += measure_starting(corpora, runs=plan.runs, progress=progress)
    return tuple(figures), tuple(_explain_missing_figures(corpora, plan, has_watch=has_watch))


def _explain_missing_figures(corpora: Sequence[Corpus], plan: CatalogPlan, *, has_watch: bool) -> list[str]:
    notes = []
    if plan.hugo is None:
        notes.append("Hugo was not measured: no script in `--hugo`.")
    elif not all(plan.choose_hugo(corpus) for corpus in corpora):
        notes.append(f"Hugo was not measured above {plan.hugo_limit:,} articles, the value of `--hugo-limit`.")
    if not has_watch:
        notes.append("Watching was not measured: `feeds collect` has no option `--watch`.")
    return notes
