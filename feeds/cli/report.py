"""Show problems: grouped by file with quoted lines on a terminal, one line per problem in a pipe."""

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TextIO

import click

from feeds.cli.quoting import quote_line, read_quotable_lines
from feeds.cli.terminal import count_columns, is_terminal
from feeds.collector.problem_report import ReportFormat, make_printable, write_report
from feeds.model.errors import Level, Problem

_MAX_COLUMNS = 110
_COLORS = {Level.ERROR: "red", Level.WARNING: "yellow"}


def show_problems(problems: Sequence[Problem], stream: TextIO) -> None:
    """Write problems, sorted by path and position, for a person at a terminal or a program behind a pipe."""
    if not problems:
        return
    if is_terminal(stream):
        columns = min(count_columns(stream), _MAX_COLUMNS)
        report = "\n".join(_group_by_file(problems, columns=columns))
    else:
        report = write_report(problems, ReportFormat.TEXT)
    click.echo(report, file=stream)


def color_count(number: int, noun: str, *, color: str) -> str:
    """Return a count such as "2 errors", in colour unless zero."""
    text = f"{number} {noun}{'' if number == 1 else 's'}"
    return click.style(text, fg=color) if number else text


def _group_by_file(problems: Sequence[Problem], *, columns: int) -> Iterator[str]:
    for path, group in groupby(problems, key=lambda problem: problem.path):
        lines = read_quotable_lines(path)
        for number, problem in enumerate(group):
            printable = make_printable(problem)
            if number == 0:
                yield click.style(printable.path, bold=True)
            yield _describe(printable, columns=columns)
            if quoted := quote_line(lines, problem.line, column=problem.column, max_columns=columns):
                text, caret = quoted
                yield text
                yield click.style(caret, fg=_COLORS[problem.level])
        yield ""


def _describe(problem: Problem, *, columns: int) -> str:
    text = f"  {problem.line}:{problem.column} {problem.level} {problem.code}: {problem.message}"
    wrapped = textwrap.fill(text, columns, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
    level = click.style(problem.level, fg=_COLORS[problem.level], bold=True)
    return wrapped.replace(problem.level, level, 1)
