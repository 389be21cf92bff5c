"""The `feeds diff` command."""

import os
from datetime import datetime
from pathlib import Path

import click

from feeds.cli.arguments import FORMAT
from feeds.cli.progress import show_progress
from feeds.cli.terminal import write_json
from feeds.collector.problem_report import ReportFormat, write_report
from feeds.compare.difference_report import list_problems, write_counts, write_markdown, write_text
from feeds.compare.differences import SiteDifference
from feeds.compare.site_comparison import compare_sites
from feeds.compare.states import open_states
from feeds.model.clock import SYSTEM_CLOCK
from feeds.model.values import read_date


def _read_time(_context: click.Context, _option: click.Parameter, text: str | None) -> datetime:
    if text is None:
        return SYSTEM_CLOCK.now()
    date = read_date(text)
    if date is None:
        raise click.BadParameter("expected a date such as 2026-03-01 or 2026-03-01T12:00:00Z.")
    return date


@click.command()
@click.argument("old")
@click.argument("new")
@click.option("--at", callback=_read_time, metavar="TIME", help="Compare the feeds at a time; by default, now.")
@FORMAT
@click.option("--all", "is_complete", is_flag=True, help="List every story and feed in the text.")
@click.option(
    "--summary",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also append a short report in Markdown to FILE.",
)
def diff(  # noqa: PLR0913 one parameter per argument and option
    old: str, new: str, *, at: datetime, format: ReportFormat, is_complete: bool, summary: Path | None
) -> None:
    """Show what subscribers see of a change.

    The report compares the feeds of OLD with the feeds of NEW.

    OLD and NEW are each an existing folder of articles, an existing SQLite catalog, the URL of a catalog's database, or
    else a revision of the git repository around the current folder, such as `feeds diff main HEAD`. Of a revision, the
    folders in FEEDS_CONTENT are compared. Exit with 1 if a story is doubled, that is, comes again under another id, or
    lost, that is, leaves the feeds although no file withdraws it.
    """
    with open_states(old, new, now=at, environ=os.environ, progress=show_progress) as (before, after):
        difference = compare_sites(before, after, now=at)
    _show(difference, format, is_complete=is_complete)
    if summary:
        with summary.open("a", encoding="utf-8") as file:
            file.write(write_markdown(difference))
    if difference.has_failed:
        raise SystemExit(1)


def _show(difference: SiteDifference, format: ReportFormat, *, is_complete: bool) -> None:
    match format:
        case ReportFormat.TEXT:
            click.echo(write_text(difference, is_complete=is_complete))
        case ReportFormat.JSON:
            click.echo(write_json(difference))
        case ReportFormat.GITHUB:
            if problems := list_problems(difference):
                click.echo(write_report(problems, format))
            click.echo(f"{write_counts(difference.counts)}.", err=True)
