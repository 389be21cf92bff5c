"""Write the figures: a table for the terminal, JSON, and a section of the documentation."""

import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from benchmarks.figures import Comparison, Figure

_HEADINGS = ("what", "articles", "ours", "beside it", "ratio", "target", "met")
_BEGIN = "<!-- catalog: written by the benchmark, from here -->"
_END = "<!-- catalog: to here -->"
_SECTION = re.compile(f"{re.escape(_BEGIN)}.*?{re.escape(_END)}", re.DOTALL)
_PLOTS = {
    "catalog-seconds.svg": "Seconds against articles, both on logarithmic scales",
    "catalog-growth.svg": "What a feed and a worker cost, relative to the smallest corpus",
}


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All figures of one measurement, with the machine and the command that they come from."""

    command: str
    date: str
    articles: str
    machine: dict[str, str]
    figures: tuple[Figure, ...]
    notes: tuple[str, ...]


def write_json(report: Report, path: Path) -> None:
    """Write every figure, run by run."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")


def read_json(path: Path) -> Report:
    """Read what `write_json` wrote."""
    return msgspec.json.decode(path.read_bytes(), type=Report)


def write_table(report: Report) -> str:
    """Give the figures as a table for the terminal."""
    rows = [_HEADINGS, *map(_make_row, report.figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    return "\n".join([*lines, *report.notes])


def write_markdown(report: Report, path: Path) -> None:
    """Put the figures into the page at `path`, in place of those that stand between the marks, or at its end."""
    page = path.read_text(encoding="utf-8") if path.exists() else "# Benchmarks\n"
    section = f"{_BEGIN}\n\n{_write_section(report, path.stem)}\n\n{_END}"
    is_there = _SECTION.search(page)
    page = _SECTION.sub(lambda _: section, page) if is_there else f"{page.rstrip()}\n\n{section}\n"
    path.write_text(page, encoding="utf-8")


def _write_section(report: Report, folder: str) -> str:
    machine = ", ".join(f"{name} {value}" for name, value in report.machine.items())
    made = (
        f"Made by `{report.command}`{' on ' + report.date if report.date else ''}; the articles are {report.articles}."
    )
    rows = [_HEADINGS, ("---",) * len(_HEADINGS), *map(_make_row, report.figures)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    plots = [f"![{text}]({folder}/{name})" for name, text in _PLOTS.items()]
    legend = (
        "Medians, with the least and the greatest run in parentheses. Ours and what stands beside it ran one right "
        "after the other, each in processes of its own; the ratio is that of the medians, with the least and the "
        "greatest of a pair in parentheses."
    )
    return "\n\n".join(["## The catalog", made, f"Machine: {machine}.", legend, table, *report.notes, *plots])


def _make_row(figure: Figure) -> Sequence[str]:
    return (
        figure.name,
        f"{figure.size:,}",
        _show_runs(figure.ours, figure.value, figure.unit),
        _show_peer(figure),
        _show_ratio(figure),
        _show_target(figure),
        {True: "yes", False: "no", None: ""}[figure.is_met],
    )


def _show_runs(runs: Sequence[float], value: float, unit: str) -> str:
    spread = f" ({_show(min(runs))}–{_show(max(runs))})" if len(runs) > 1 else ""
    return f"{_show(value)} {unit}{spread}"


def _show_peer(figure: Figure) -> str:
    if not figure.peer_name:
        return ""
    if figure.peer_value is None:
        return f"{figure.peer_name}: not measured"
    return f"{figure.peer_name}: {_show_runs(figure.peer, figure.peer_value, figure.unit)}"


def _show_ratio(figure: Figure) -> str:
    if figure.ratio is None:
        return ""
    pairs = figure.ratios
    spread = f" ({_show(min(pairs))}–{_show(max(pairs))})" if len(pairs) > 1 else ""
    return f"{_show(figure.ratio)} ×{spread}"


def _show_target(figure: Figure) -> str:
    if figure.target is None or (figure.target.comparison is not Comparison.VALUE and not figure.peer_name):
        return ""
    limit = f"≤ {figure.target.limit:g}"
    return {
        Comparison.VALUE: f"{limit} {figure.unit}",
        Comparison.RATIO: f"{limit} ×",
        Comparison.DIFFERENCE: f"{limit} {figure.unit} more",
    }[figure.target.comparison]


def _show(value: float) -> str:
    """Give three digits that count."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 three digits, as it says
