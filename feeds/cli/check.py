"""The `feeds check` command."""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

import click

from feeds.audit import audit_site
from feeds.cli.collect import FOLDERS
from feeds.cli.progress import show_progress
from feeds.cli.report import color_count, show_problems
from feeds.collector.lint import check_folders
from feeds.collector.problems import ReportFormat, write_report
from feeds.model.errors import Level
from feeds.settings import Settings


@click.command()
@FOLDERS
@click.option("--format", type=click.Choice(ReportFormat, case_sensitive=False), default="text", show_default=True)
@click.option(
    "--served",
    metavar="URL",
    help="Audit a running server instead: the feed at URL, or those that the page or OPML there names.",
)
def check(folders: tuple[Path, ...], format: ReportFormat, *, served: str | None) -> None:
    """Find what is wrong with the articles in DIR, by default those of FEEDS_CONTENT; the catalog is left alone.

    Each problem is a line `path:line:column: level code message`; on a terminal they stand by file, with the lines they
    are about. An error costs the article, a warning at most a part of it. Exits with 1 if there is an error.

    With --served, find what is wrong with the answers of a server, this program's or another: its validators and
    conditional requests above all. Each finding is a line `URL: message`. Exits with 1 if there is one.
    """
    settings = Settings.from_environ(os.environ)
    if served is None:
        _check_articles(folders or settings.content, format)
    elif folders or format is not ReportFormat.TEXT:
        raise click.UsageError("--served is about a server; DIR and --format are for articles.")
    else:
        _check_served(served)


def _check_articles(folders: tuple[Path, ...], format: ReportFormat) -> None:
    with show_progress("Checking") as progress:
        problems = check_folders(folders, progress=progress)
    if format is ReportFormat.TEXT:
        show_problems(problems, sys.stdout)
    elif problems or format is ReportFormat.JSON:
        click.echo(write_report(problems, format))
    errors = sum(problem.level is Level.ERROR for problem in problems)
    counts = (color_count(errors, "error", color="red"), color_count(len(problems) - errors, "warning", color="yellow"))
    click.echo(", ".join(counts), err=True)
    if errors:
        raise SystemExit(1)


def _check_served(url: str) -> None:
    if not _is_web_address(url):
        raise click.BadParameter("write an address such as http://localhost:8000/", param_hint="--served")
    with show_progress("Auditing") as progress:
        findings = audit_site(url, progress=progress)
    for finding in findings:
        click.echo(str(finding))
    click.echo(color_count(len(findings), "finding", color="red"), err=True)
    if findings:
        raise SystemExit(1)


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number
        return False
