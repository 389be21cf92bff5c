"""The `feeds check` command."""

import sys
from pathlib import Path

import click

from feeds.cli.arguments import FOLDERS
from feeds.cli.progress import show_progress
from feeds.cli.report import color_count, report_lost_settings, report_missing_articles, show_problems
from feeds.cli.settings_source import load
from feeds.collector.lint import check_folders
from feeds.collector.problem_report import ReportFormat, write_report
from feeds.model.errors import Level


@click.command()
@FOLDERS
@click.option(
    "--format",
    type=click.Choice(ReportFormat, case_sensitive=False),
    default="text",
    show_default=True,
    help="Format of the report.",
)
def check(folders: tuple[Path, ...], format: ReportFormat) -> None:
    """Report problems in the articles in DIR.

    DIR defaults to FEEDS_CONTENT. The catalog does not change. Each problem is a line `path:line:column: level code
    message`; on a terminal, problems are grouped by file. No line of a file is quoted. An error rejects the article; a
    warning drops a part of the article at most. Exit with 1 if there are errors.
    """
    settings = load(folders).settings
    report_lost_settings(settings.content)
    articles = 0

    def count(done: int, total: int) -> None:
        nonlocal articles
        articles = total
        progress(done, total)

    with show_progress("Checking") as progress:
        problems = check_folders(settings.content, follow_links=settings.follow_links, progress=count)
    if not articles:
        report_missing_articles(settings.content)
    if format is ReportFormat.TEXT:
        show_problems(problems, sys.stdout)
    elif problems or format is ReportFormat.JSON:
        click.echo(write_report(problems, format))
    errors = sum(problem.level is Level.ERROR for problem in problems)
    counts = (color_count(errors, "error", color="red"), color_count(len(problems) - errors, "warning", color="yellow"))
    click.echo(", ".join(counts), err=True)
    if errors:
        raise SystemExit(1)
