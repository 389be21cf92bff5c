"""Define the arguments and options that several commands take."""

from pathlib import Path

import click

from feeds.collector.problem_report import ReportFormat

FOLDERS = click.argument("folders", nargs=-1, type=click.Path(path_type=Path), metavar="[DIR]...")

FORMAT = click.option(
    "--format",
    type=click.Choice(ReportFormat, case_sensitive=False),
    default="text",
    show_default=True,
    help="Format of the report.",
)
