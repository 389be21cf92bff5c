"""The `feeds check` command."""

import os
from pathlib import Path

import click

from feeds.cli.collecting import FOLDERS
from feeds.cli.progress import show_progress
from feeds.collector.checking import check_folders
from feeds.errors import Level
from feeds.problems import ReportFormat, write_report
from feeds.settings import Settings


@click.command()
@FOLDERS
@click.option("--format", type=click.Choice(ReportFormat, case_sensitive=False), default="text", show_default=True)
def check(folders: tuple[Path, ...], format: ReportFormat) -> None:
    """Find what is wrong with the articles in DIR, by default those of FEEDS_CONTENT; the catalog is left alone.

    Each problem is a line `path:line:column: level code message`. An error costs the article, a warning at most a
    part of it. Exits with 1 if there is an error.
    """
    settings = Settings.from_environ(os.environ)
    with show_progress("Checking") as progress:
        problems = check_folders(folders or settings.content, progress=progress)
    if problems or format is ReportFormat.JSON:
        click.echo(write_report(problems, format))
    errors = sum(problem.level is Level.ERROR for problem in problems)
    click.echo(f"{_count(errors, 'error')}, {_count(len(problems) - errors, 'warning')}", err=True)
    if errors:
        raise SystemExit(1)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
