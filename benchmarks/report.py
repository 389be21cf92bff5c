"""Write figures as a table for the terminal, as JSON, and as a section of the documentation."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from benchmarks.figures import Comparison, Figure


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """The part of the documentation page written by one benchmark.

    `size` names the column of sizes, `legend` explains the measurement. `plots` are files in the figures' folder, each
    with its alternative text.
    """

    name: str
    title: str
    size: str
    legend: str
    plots: Mapping[str, str] = {}

    @property
    def begin(self) -> str:
        """The comment before the section."""
        return f"<!-- {self.name}: begin, written by the benchmark -->"

    @property
    def end(self) -> str:
        """The comment after the section."""
        return f"<!-- {self.name}: end -->"


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All figures of one benchmark, with the machine and the command."""

    command: str
    date: str
    articles: str = "invented"
    machine: dict[str, str]
    figures: tuple[Figure, ...]
    notes: tuple[str, ...] = ()


def write_json(report: Report, path: Path) -> None:
    """Write every figure with the values of all runs."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")


def read_json(path: Path) -> Report:
    """Read a report written by `write_json`."""
    return msgspec.json.decode(path.read_bytes(), type=Report)


def write_table(report: Report, section: Section) -> str:
    """Return the figures as a table for the terminal."""
    rows = _make_rows(report, section)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    return "\n".join([*lines, *report.notes])


def write_markdown(report: Report, section: Section, path: Path) -> None:
    """Write the section into the page at `path`, in place of its old text or at the end."""
    page = path.read_text(encoding="utf-8") if path.exists() else "# Benchmarks\n"
    text = f"{section.begin}\n\n{_write_section(report, section, path.stem)}\n\n{section.end}"
    marked = re.compile(f"{re.escape(section.begin)}.*?{re.escape(section.end)}", re.DOTALL)
    page = marked.sub(lambda _: text, page) if marked.search(page) else f"{page.rstrip()}\n\n{text}\n"
    path.write_text(page, encoding="utf-8")


def _write_section(report: Report, section: Section, folder: str) -> str:
    machine = ", ".join(f"{name} {value}" for name, value in report.machine.items())
    origin = (
        f"Measured by `{report.command}`{' on ' + report.date if report.date else ''}, with {report.articles} articles."
    )
    first, *rows = _make_rows(report, section)
    table = "\n".join(f"| {' | '.join(row)} |" for row in [first, ("---",) * len(first), *rows])
    plots = [f"![{text}]({folder}/{name})" for name, text in section.plots.items()]
    return "\n\n".join(
        [f"## {section.title}", origin, f"Machine: {machine}.", section.legend, table, *report.notes, *plots]
    )


def _make_rows(report: Report, section: Section) -> list[Sequence[str]]:
    headings = ("figure", section.size, "ours", "compared with", "ratio", "target", "met")
    return [headings, *map(_make_row, report.figures)]


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
    limit = f"{'≥' if figure.target.is_floor else '≤'} {figure.target.limit:g}"
    return {
        Comparison.VALUE: f"{limit} {figure.unit}",
        Comparison.RATIO: f"{limit} ×",
        Comparison.DIFFERENCE: f"{limit} {figure.unit} more",
    }[figure.target.comparison]


def _show(value: float) -> str:
    """Format a value with three significant digits."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 three digits
