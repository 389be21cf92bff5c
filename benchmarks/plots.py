"""Plot cost against size; `python -m benchmarks.plots JSON FOLDER`, the same figures giving the same bytes."""

import sys
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from statistics import median

import matplotlib as mpl
from matplotlib.figure import Figure as Plot

from benchmarks.figures import Figure
from benchmarks.report import Report, read_json

# Without these the SVG would hold random names and the moment it was made.
_DETERMINISTIC = {"svg.hashsalt": "benchmarks", "svg.fonttype": "none", "font.family": "sans-serif"}
_METADATA = {"Date": None}


def plot_seconds(report: Report, path: Path) -> None:
    """Plot what takes seconds against the number of articles, and what was measured beside it."""
    figures = [figure for figure in report.figures if figure.unit == "s" and "CPU" not in figure.name]
    lines = {name: [(each.size, each.value) for each in same] for name, same in _group(figures, lambda each: each.name)}
    with_peers = [figure for figure in figures if figure.peer]
    for name, same in _group(with_peers, lambda each: each.peer_name):
        # One peer stands beside several figures, measured once.
        lines[name] = sorted({each.size: median(each.peer) for each in same}.items())
    _plot(lines, path, label="seconds")


def plot_growth(report: Report, path: Path) -> None:
    """Plot how many times as much as with the fewest articles it takes to render, and to serve."""
    figures = [figure for figure in report.figures if figure.unit == "ms" or "worker" in figure.name]
    lines = {}
    for name, same in _group(figures, lambda each: each.name):
        ordered = sorted(same, key=lambda each: each.size)
        lines[name] = [(each.size, each.value / ordered[0].value) for each in ordered]
    # A whole decade, so that what hardly grows looks like that.
    _plot(lines, path, label="times as much as with the fewest", at_least=(0.5, 5))


def _group(figures: Sequence[Figure], key: Callable[[Figure], str]) -> list[tuple[str, list[Figure]]]:
    return [(name, list(same)) for name, same in groupby(sorted(figures, key=key), key)]


def _plot(
    lines: dict[str, list[tuple[int, float]]],
    path: Path,
    *,
    label: str,
    at_least: tuple[float, float] = (0.5, 1),
) -> None:
    with mpl.rc_context(_DETERMINISTIC):
        plot = Plot(figsize=(9, 5), layout="constrained")
        axes = plot.subplots()
        for name, points in lines.items():
            axes.plot(*zip(*points, strict=True), marker="o", label=name)
        axes.set(xscale="log", yscale="log", xlabel="articles", ylabel=label)
        low, high = axes.get_ylim()
        axes.set_ylim(min(low, at_least[0]), max(high, at_least[1]))
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
