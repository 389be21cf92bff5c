"""Show problems: to a person grouped by file, with the lines they are about, and in a pipe a line for each."""

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TextIO

import click

from feeds.cli.quoting import quote, read_quotable
from feeds.cli.terminal import count_columns, is_terminal
from feeds.collector.problems import ReportFormat, make_printable, write_report
from feeds.model.errors import Level, Problem

_WIDEST = 110
_COLORS = {Level.ERROR: "red", Level.WARNING: "yellow"}


def show_problems(problems: Sequence[Problem], stream: TextIO) -> None:
    """Write problems, by path and place, for whoever reads the stream."""
    if not problems:
        return
    if is_terminal(stream):
        columns = min(count_columns(stream), _WIDEST)
        report = "\n".join(_group(problems, columns=columns))
    else:
        report = write_report(problems, ReportFormat.TEXT)
    click.echo(report, file=stream)


def color_count(number: int, noun: str, *, color: str) -> str:
    """Say how many there are, in colour if there are any."""
    text = f"{number} {noun}{'' if number == 1 else 's'}"
    return click.style(text, fg=color) if number else text


def _group(problems: Sequence[Problem], *, columns: int) -> Iterator[str]:
    for path, found in groupby(problems, key=lambda problem: problem.path):
        lines = read_quotable(path)
        for number, problem in enumerate(found):
            shown = make_printable(problem)
            if number == 0:
                yield click.style(shown.path, bold=True)
            yield _describe(shown, columns=columns)
            if quoted := quote(lines, problem.line, problem.column, columns=columns):
                text, caret = quoted
                yield text
                yield click.style(caret, fg=_COLORS[problem.level])
        yield ""


def _describe(problem: Problem, *, columns: int) -> str:
    text = f"  {problem.line}:{problem.column} {problem.level} {problem.code}: {problem.message}"
    wrapped = textwrap.fill(text, columns, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
    level = click.style(problem.level, fg=_COLORS[problem.level], bold=True)
    return wrapped.replace(problem.level, level, 1)
