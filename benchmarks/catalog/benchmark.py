"""Measure the catalog's figures: collecting, watching, rendering, starting, and a worker's memory."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from benchmarks.catalog.collect import measure_collecting
from benchmarks.catalog.render import measure_rendering
from benchmarks.catalog.start import measure_starting
from benchmarks.catalog.watch import can_watch, measure_watching
from benchmarks.corpus import Corpus
from benchmarks.figures import Figure, Tell
from benchmarks.report import Section

SECTION = Section(
    name="catalog",
    title="The catalog",
    size="articles",
    legend=(
        "Medians, with the least and the greatest run in parentheses. Ours and what stands beside it ran one right "
        "after the other, each in processes of its own; the ratio is that of the medians, with the least and the "
        "greatest of a pair in parentheses."
    ),
    plots={
        "catalog-seconds.svg": "Seconds against articles, both on logarithmic scales",
        "catalog-growth.svg": "What a feed and a worker cost, relative to the smallest corpus",
    },
)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How often to measure, and the script that builds up to `hugo_limit` articles with Hugo, if there is one."""

    runs: int
    changes: int
    hugo: Path | None
    hugo_limit: int | None = None

    def choose_hugo(self, corpus: Corpus) -> Path | None:
        """Give the script if it is to build this corpus."""
        return self.hugo if self.hugo_limit is None or corpus.size <= self.hugo_limit else None


def measure_catalog(corpora: Sequence[Corpus], plan: Plan, *, tell: Tell) -> tuple[tuple[Figure, ...], tuple[str, ...]]:
    """Measure everything at every size; give the figures, and notes on what could not be measured.

    Raises:
        MeasureError: a program that was to be measured failed.
    """
    figures: list[Figure] = []
    for corpus in corpora:
        figures += measure_collecting(corpus, runs=plan.runs, hugo=plan.choose_hugo(corpus), tell=tell)
    watches = can_watch()
    if watches:
        figures += [measure_watching(corpus, changes=plan.changes, tell=tell) for corpus in corpora]
    figures += measure_rendering(corpora, runs=plan.runs, tell=tell)
    figures += measure_starting(corpora, runs=plan.runs, tell=tell)
    return tuple(figures), tuple(_note_absences(corpora, plan, watches=watches))


def _note_absences(corpora: Sequence[Corpus], plan: Plan, *, watches: bool) -> list[str]:
    notes = []
    if plan.hugo is None:
        notes.append("Hugo was not measured: `--hugo` names no script.")
    elif not all(plan.choose_hugo(corpus) for corpus in corpora):
        notes.append(f"Hugo was not measured above {plan.hugo_limit:,} articles: `--hugo-limit` says so.")
    if not watches:
        notes.append("Watching was not measured: `feeds collect` has no `--watch`.")
    return notes
