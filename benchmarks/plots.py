"""Plot cost against size with `python -m benchmarks.plots JSON FOLDER`; the same figures give the same bytes."""

import sys
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from statistics import median

import matplotlib as mpl
from matplotlib.figure import Figure as Plot

from benchmarks.figures import Figure
from benchmarks.report import Report, read_json

# By default, an SVG holds random names and its creation time.
_DETERMINISTIC = {"svg.hashsalt": "benchmarks", "svg.fonttype": "none", "font.family": "sans-serif"}
_METADATA = {"Date": None}


def plot_seconds(report: Report, path: Path) -> None:
    """Plot figures in seconds, and their peers, against the number of articles."""
    figures = [figure for figure in report.figures if figure.unit == "s" and "CPU" not in figure.name]
    lines = {name: [(each.size, each.value) for each in same] for name, same in _group(figures, lambda each: each.name)}
    with_peers = [figure for figure in figures if figure.peer]
    for name, same in _group(with_peers, lambda each: each.peer_name):
        # Several figures share a peer that was measured once.
        lines[name] = sorted({each.size: median(each.peer) for each in same}.items())
    _plot(lines, path, label="seconds")


def plot_growth(report: Report, path: Path) -> None:
    """Plot the cost of rendering and serving relative to the smallest corpus."""
    figures = [figure for figure in report.figures if figure.unit == "ms" or "worker" in figure.name]
    lines = {}
    for name, same in _group(figures, lambda each: each.name):
        ordered = sorted(same, key=lambda each: each.size)
        lines[name] = [(each.size, each.value / ordered[0].value) for each in ordered]
    # A whole decade, so that a small growth looks small.
    _plot(lines, path, label="times the smallest corpus", min_range=(0.5, 5))


def _group(figures: Sequence[Figure], key: Callable[[Figure], str]) -> list[tuple[str, list[Figure]]]:
    return [(name, list(same)) for name, same in groupby(sorted(figures, key=key), key)]


def _plot(
    lines: dict[str, list[tuple[int, float]]],
    path: Path,
    *,
    label: str,
    min_range: tuple[float, float] = (0.5, 1),
) -> None:
    with mpl.rc_context(_DETERMINISTIC):
        plot = Plot(figsize=(9, 5), layout="constrained")
        axes = plot.subplots()
        for name, points in lines.items():
            axes.plot(*zip(*points, strict=True), marker="o", label=name)
        axes.set(xscale="log", yscale="log", xlabel="articles", ylabel=label)
        low, high = axes.get_ylim()
        axes.set_ylim(min(low, min_range[0]), max(high, min_range[1]))
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.xaxis.set_minor_formatter("")
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter("{x:g}")
        axes.set_xticks(sorted({size for points in lines.values() for size, _ in points}))
        axes.grid(visible=True, which="both", alpha=0.25)
        plot.legend(loc="outside right upper", frameon=False, fontsize="small")
        plot.savefig(path, format="svg", metadata=_METADATA)


def main(source: Path, folder: Path) -> None:
    """Plot the figures of a JSON file into a folder."""
    report = read_json(source)
    plot_seconds(report, folder / "catalog-seconds.svg")
    plot_growth(report, folder / "catalog-growth.svg")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
