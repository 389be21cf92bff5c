"""Write statistics as tables of text."""

from collections.abc import Iterator, Sequence

import click

from feeds.cli.terminal import clip, measure, pad
from feeds.model.text import count_noun, escape_controls
from feeds.statistics.report import Numbers, Report

MAX_ROWS = 20
"""The number of rows of each table on a terminal."""

_MAX_NAME_COLUMNS = 60


def format_report(report: Report, *, is_short: bool) -> Iterator[str]:
    """Yield the lines of the summary and of the tables of feeds and readers; a short report omits the last rows."""
    yield _write_summary(report)
    if not report.total.requests:
        yield "The server counts requests for feeds; `feeds stats --log FILE` reads a log instead."
        return
    yield ""
    yield from _format_table("Feed", [(each.feed, each.numbers, "") for each in report.feeds], is_short=is_short)
    yield ""
    readers = [(each.reader, each.numbers, ", ".join(each.remarks)) for each in report.readers]
    yield from _format_table("Reader", readers, is_short=is_short)


def _write_summary(report: Report) -> str:
    total = report.total
    share = f", {total.not_modified_share:.0%} of them answered 304" if total.requests else ""
    counts = f"{count_noun(total.requests, 'request')}{share}; {count_noun(total.subscribers, 'stated subscriber')}"
    return f"{report.days[0].day} to {report.days[-1].day}: {counts}."


def _format_table(title: str, rows: Sequence[tuple[str, Numbers, str]], *, is_short: bool) -> Iterator[str]:
    shown = rows[:MAX_ROWS] if is_short else rows
    names = [
        clip(escape_controls(name), _MAX_NAME_COLUMNS) if is_short else escape_controls(name) for name, *_ in shown
    ]
    width = max(map(measure, (title, *names)))
    yield click.style(f"{pad(title, width)}  Subscribers   Requests   304", bold=True)
    for name, (_, numbers, notes) in zip(names, shown, strict=True):
        subscribers = f"{numbers.subscribers:,}" if numbers.subscribers else "-"
        figures = f"{subscribers:>11}  {numbers.requests:>9,}  {numbers.not_modified_share:>4.0%}"
        yield f"{pad(name, width)}  {figures}  {notes}".rstrip()
    if len(shown) < len(rows):
        yield f"And {len(rows) - len(shown):,} more; --json lists all."
