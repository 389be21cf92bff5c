"""Show the summary of a collect: aligned lines on a terminal, four lines in a pipe, and a line per changed setting."""

import sys
from collections.abc import Iterable, Iterator

import click

from feeds.cli.terminal import count_columns, is_terminal, measure
from feeds.collector.collect_result import CollectResult

_MAX_FEEDS = 6
_LABEL_COLUMNS = 10
_COLORS = {"added": "green", "changed": "cyan", "withdrawn": "yellow", "rejected": "red", "removed": "yellow"}


def show_summary(result: CollectResult) -> None:
    """Write the summary to standard output."""
    click.echo(_format_aligned(result, count_columns(sys.stdout)) if is_terminal(sys.stdout) else _format_lines(result))


def _format_lines(result: CollectResult) -> str:
    articles, entries = (
        ", ".join(f"{number} {name}" for name, number in counts.items())
        for counts in (_count_articles(result), _count_entries(result))
    )
    settings = "".join(f"settings: {change}\n" for change in _format_settings(result))
    timing = ", ".join(_format_times(result))
    return (
        f"articles: {articles}\nentries: {entries}\nfeeds: {_format_feeds(result)}\n{settings}"
        f"version {result.version}; {timing}"
    )


def _format_aligned(result: CollectResult, columns: int) -> str:
    rows = {
        "Articles": [_format_count(name, number) for name, number in _count_articles(result).items()],
        "Entries": [_format_count(name, number) for name, number in _count_entries(result).items()],
        "Feeds": _format_feeds(result).split(", "),
        **({"Settings": list(_format_settings(result))} if result.settings else {}),
        "Time": list(_format_times(result)),
        "Version": [str(result.version)],
    }
    max_columns = columns - _LABEL_COLUMNS
    return "\n".join(
        click.style(f"{'' if number else label:<{_LABEL_COLUMNS}}", bold=True) + line
        for label, parts in rows.items()
        for number, line in enumerate(_wrap(parts, max_columns))
    )


def _count_articles(result: CollectResult) -> dict[str, int]:
    return {
        "read": result.read,
        "unchanged": result.files_unchanged,
        "rejected": result.rejected,
        "removed": result.files_removed,
    }


def _count_entries(result: CollectResult) -> dict[str, int]:
    return {
        "added": result.added,
        "changed": result.changed,
        "withdrawn": result.withdrawn,
        "unchanged": result.unchanged,
    }


def _format_settings(result: CollectResult) -> Iterator[str]:
    for name, (before, after) in result.settings.items():
        yield f"{name} changed from {before or 'the default'} to {after or 'the default'} on the whole site"


def _format_times(result: CollectResult) -> Iterator[str]:
    return (f"{phase} {seconds:.2f} s" for phase, seconds in result.seconds.items())


def _format_feeds(result: CollectResult) -> str:
    """Name the feeds with changes visible to subscribers: the first six, and the number of further feeds."""
    shown = ", ".join(f"/{scope}" for scope in sorted(result.scopes)[:_MAX_FEEDS])
    more = len(result.scopes) - _MAX_FEEDS
    return f"{shown}{f' and {more} more' if more > 0 else ''} changed" if shown else "unchanged"


def _format_count(name: str, number: int) -> str:
    text = f"{number:,} {name}"
    return click.style(text, fg=_COLORS.get(name)) if number else click.style(text, dim=True)


def _wrap(parts: Iterable[str], max_columns: int) -> Iterator[str]:
    """Join parts with commas, and break the lines before `max_columns`."""
    line = ""
    for part in parts:
        longer = f"{line}, {part}" if line else part
        if line and measure(click.unstyle(longer)) >= max_columns:
            yield f"{line},"
            longer = part
        line = longer
    yield line
