"""Show problems: grouped by file on a terminal, one line per problem in a pipe. No line of a file is ever quoted."""

import textwrap
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from threading import Event
from typing import TextIO

import click

from feeds.cli.terminal import count_columns, is_terminal
from feeds.collector.problem_report import ReportFormat, make_printable, write_report
from feeds.model.errors import CatalogSilentError, FeedsError, Level, Problem
from feeds.model.shown_settings import SETTINGS_FILE
from feeds.model.text import escape_controls

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


def print_error(error: FeedsError) -> None:
    """Print an error without ending the command."""
    click.echo(click.style(f"Error: {escape_controls(str(error))}", fg="red"), err=True)


def report_missing_articles(folders: Sequence[Path]) -> None:
    """Tell a beginner that there are no articles: perhaps they are in another folder, or have other names."""
    click.echo(
        f"No articles found in {name_folders(folders)}: articles are files whose names end in .md or .markdown. Is this"
        " the right folder?",
        err=True,
    )


def report_lost_settings(folders: Sequence[Path]) -> None:
    """Tell a beginner that a file of settings in the current folder is not used, because the articles are elsewhere."""
    if Path(SETTINGS_FILE).is_file() and not any((folder / SETTINGS_FILE).exists() for folder in folders):
        click.echo(
            f"{SETTINGS_FILE} in the current folder is not used; move the file to the articles, into"
            f" {name_folders(folders[:1])}.",
            err=True,
        )


def name_folders(folders: Sequence[Path]) -> str:
    """Name content folders in a sentence."""
    names = ("the current folder" if folder == Path() else escape_controls(str(folder)) for folder in folders)
    return ", ".join(names)


def make_silence_report() -> Callable[[CatalogSilentError], bool]:
    """Return a function that prints the error of a silent database once, and tells the catalog to go on waiting."""
    has_reported = Event()

    def report(error: CatalogSilentError) -> bool:
        if not has_reported.is_set():
            print_error(error)
            has_reported.set()
        return True

    return report


def color_count(number: int, noun: str, *, color: str) -> str:
    """Return a count such as "2 errors", in colour unless zero."""
    text = f"{number} {noun}{'' if number == 1 else 's'}"
    return click.style(text, fg=color) if number else text


def _group_by_file(problems: Sequence[Problem], *, columns: int) -> Iterator[str]:
    for path, group in groupby(map(make_printable, problems), key=lambda problem: problem.path):
        yield click.style(path, bold=True)
        for problem in group:
            yield _describe(problem, columns=columns)
        yield ""


def _describe(problem: Problem, *, columns: int) -> str:
    text = f"  {problem.line}:{problem.column} {problem.level} {problem.code}: {problem.message}"
    wrapped = textwrap.fill(text, columns, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
    level = click.style(problem.level, fg=_COLORS[problem.level], bold=True)
    return wrapped.replace(problem.level, level, 1)
