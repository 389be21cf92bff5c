"""Say what a collect did: in aligned lines for a person, in the same few lines each time for a pipe."""

import sys
from collections.abc import Iterable, Iterator

import click

from feeds.cli.terminal import count_columns, is_terminal, measure
from feeds.collector import CollectResult

_SHOWN_FEEDS = 6
_LABEL_COLUMNS = 10
_COLORS = {"added": "green", "changed": "cyan", "withdrawn": "yellow", "rejected": "red", "gone": "yellow"}


def show_summary(result: CollectResult) -> None:
    """Write the summary to the standard output."""
    click.echo(_picture(result, count_columns(sys.stdout)) if is_terminal(sys.stdout) else _summarize(result))


def _summarize(result: CollectResult) -> str:
    articles, entries = (
        ", ".join(f"{number} {name}" for name, number in counts.items())
        for counts in (_count_articles(result), _count_entries(result))
    )
    timing = ", ".join(_name_times(result))
    return f"articles: {articles}\nentries: {entries}\nfeeds: {_name_feeds(result)}\nversion {result.version}; {timing}"


def _picture(result: CollectResult, columns: int) -> str:
    rows = {
        "Articles": [_paint(name, number) for name, number in _count_articles(result).items()],
        "Entries": [_paint(name, number) for name, number in _count_entries(result).items()],
        "Feeds": _name_feeds(result).split(", "),
        "Time": list(_name_times(result)),
        "Version": [str(result.version)],
    }
    room = columns - _LABEL_COLUMNS
    return "\n".join(
        click.style(f"{'' if number else label:<{_LABEL_COLUMNS}}", bold=True) + line
        for label, parts in rows.items()
        for number, line in enumerate(_wrap(parts, room))
    )


def _count_articles(result: CollectResult) -> dict[str, int]:
    return {"read": result.read, "as before": result.kept, "rejected": result.rejected, "gone": result.gone}


def _count_entries(result: CollectResult) -> dict[str, int]:
    return {
        "added": result.added,
        "changed": result.changed,
        "withdrawn": result.withdrawn,
        "unchanged": result.unchanged,
    }


def _name_times(result: CollectResult) -> Iterator[str]:
    return (f"{phase} {seconds:.2f} s" for phase, seconds in result.seconds.items())


def _name_feeds(result: CollectResult) -> str:
    """Name the feeds that a subscriber sees otherwise, the first of them at least."""
    shown = ", ".join(f"/{scope}" for scope in sorted(result.scopes)[:_SHOWN_FEEDS])
    more = len(result.scopes) - _SHOWN_FEEDS
    return f"{shown}{f' and {more} more' if more > 0 else ''} changed" if shown else "as before"


def _paint(name: str, number: int) -> str:
    text = f"{number:,} {name}"
    return click.style(text, fg=_COLORS.get(name)) if number else click.style(text, dim=True)


def _wrap(parts: Iterable[str], columns: int) -> Iterator[str]:
    """Put parts, separated by commas, on as many lines as they need."""
    line = ""
    for part in parts:
        longer = f"{line}, {part}" if line else part
        if line and measure(click.unstyle(longer)) >= columns:
            yield f"{line},"
            longer = part
        line = longer
    yield line
