"""Measure `feeds collect` and `feeds export` beside Hugo's build of the same articles and an earlier version."""

import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from benchmarks.catalog.collect import PAUSE_SECONDS, SETTLED_SECONDS
from benchmarks.corpus import Corpus, find_newest, restoring, retitle
from benchmarks.figures import Comparison, Figure, Progress, Target
from benchmarks.processes import ROOT, Usage, measure, measure_hugo
from benchmarks.report import Section

SECTION = Section(
    name="exporting",
    title="Collecting and exporting",
    size="articles",
    legend=(
        "Medians, with the smallest and the largest run in parentheses. Each run measures whole processes directly "
        "after each other: both versions of Hugo, this program, and the earlier version. Hugo writes Atom and RSS, 50 "
        "entries each, without archives, pages and compressed files."
    ),
)

_HUGO = "Hugo's build"
_OLDER_HUGO = "the older Hugo's build"
_EARLIER = "the earlier version"


class ExportingPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The number of runs and the peers: a script that builds with Hugo, another Hugo for it, an earlier checkout."""

    runs: int
    hugo: Path | None = None
    older_hugo: Path | None = None
    earlier: Path | None = None


class _Run(msgspec.Struct, frozen=True):
    """The usage of each measured process, by name."""

    usages: dict[str, Usage]


def measure_exporting(corpora: Sequence[Corpus], plan: ExportingPlan, *, progress: Progress) -> tuple[Figure, ...]:
    """Measure every figure at every size.

    Raises:
        MeasureError: a measured program failed.
    """
    time.sleep(SETTLED_SECONDS)
    figures: list[Figure] = []
    for corpus in corpora:
        runs = []
        for number in range(plan.runs):
            progress(f"{corpus.size:,} articles: collecting and exporting, run {number + 1} of {plan.runs}")
            runs.append(_measure_run(corpus, plan))
        figures += _make_figures(corpus.size, runs)
    return tuple(figures)


def _measure_run(corpus: Corpus, plan: ExportingPlan) -> _Run:
    usages = {}
    if plan.hugo:
        usages[_HUGO] = measure_hugo(plan.hugo, corpus.articles)
    if plan.hugo and plan.older_hugo:
        usages[_OLDER_HUGO] = measure_hugo(plan.hugo, corpus.articles, program=plan.older_hugo)
    ours = _Version(ROOT, corpus)
    usages["collect"] = ours.collect()
    usages["export"] = ours.export()
    if plan.earlier:
        earlier = _Version(plan.earlier, corpus)
        earlier.collect()
        usages[_EARLIER] = earlier.export()
    with restoring(find_newest(corpus)) as path:
        retitle(path, "Changed")
        time.sleep(PAUSE_SECONDS)
        usages["collect again"] = ours.collect(is_new=False)
        usages["export again"] = ours.export(is_new=False)
    usages["plain"] = ours.export("--no-compress")
    return _Run(usages)


class _Version:
    """A checkout of this program, with a catalog and an exported folder of its own."""

    def __init__(self, root: Path, corpus: Corpus) -> None:
        self._root = root
        self._corpus = corpus
        self._name = "ours" if root == ROOT else "earlier"
        self._catalog = corpus.catalog.with_suffix(f".export-{self._name}")
        self._folder = corpus.catalog.with_suffix(f".site-{self._name}")

    def collect(self, *, is_new: bool = True) -> Usage:
        if is_new:
            for suffix in ("", "-wal", "-shm"):
                Path(f"{self._catalog}{suffix}").unlink(missing_ok=True)
        return self._measure("collect", str(self._corpus.articles))

    def export(self, *options: str, is_new: bool = True) -> Usage:
        if is_new and self._folder.exists():
            shutil.rmtree(self._folder)
        return self._measure("export", *options, str(self._folder))

    def _measure(self, *arguments: str) -> Usage:
        python = sys.executable if self._root == ROOT else str(self._root / ".venv" / "bin" / "python")
        settings = {"DATABASE_URL": f"sqlite:///{self._catalog}", "PYTHONPATH": str(self._root)}
        return measure([python, "-m", "feeds", *arguments], settings, root=self._root)


def _make_figures(size: int, runs: Sequence[_Run]) -> list[Figure]:
    usages = {name: [run.usages[name] for run in runs] for name in runs[0].usages}
    wall = {name: tuple(usage.wall_seconds for usage in found) for name, found in usages.items()}
    both = tuple(map(sum, zip(wall["collect"], wall["export"], strict=True)))
    figures = [
        _compare("cold collect", wall["collect"], _HUGO, peers=wall, limit=0.6),
        _compare("cold collect, beside the older Hugo", wall["collect"], _OLDER_HUGO, peers=wall, limit=1.0),
        _compare("collect again, 1 article changed", wall["collect again"], _HUGO, peers=wall, limit=0.08),
        _compare("cold collect and export", both, _HUGO, peers=wall),
        _compare("export", wall["export"], _EARLIER, peers=wall, limit=0.35),
        _compare("export --no-compress", wall["plain"], _HUGO, peers=wall),
        _compare("export again, 1 article changed", wall["export again"], _HUGO, peers=wall),
    ]
    processor = {name: tuple(usage.cpu_seconds for usage in found) for name, found in usages.items()}
    figures += [
        _compare("cold collect, CPU time", processor["collect"], _HUGO, peers=processor),
        _compare("export, CPU time", processor["export"], _EARLIER, peers=processor),
    ]
    return [msgspec.structs.replace(figure, size=size) for figure in figures]


def _compare(
    name: str,
    ours: tuple[float, ...],
    peer_name: str,
    *,
    peers: Mapping[str, tuple[float, ...]],
    limit: float | None = None,
) -> Figure:
    peer = peers.get(peer_name, ())
    target = Target(Comparison.RATIO, limit) if limit and peer else None
    return Figure(name=name, size=0, unit="s", ours=ours, peer_name=peer_name if peer else "", peer=peer, target=target)
