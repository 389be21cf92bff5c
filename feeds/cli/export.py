"""The `feeds export` command."""

import os
from pathlib import Path

import click

from feeds.catalog.catalog import Catalog
from feeds.cli.progress import show_progress
from feeds.export import Exporter
from feeds.model.clock import SYSTEM_CLOCK
from feeds.settings import Settings


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--force",
    is_flag=True,
    help="Make every file anew, even where DIR holds files of others: only those of the same names are lost.",
)
def export(folder: Path, *, force: bool) -> None:
    """Write every feed and page as files below DIR, for nginx, a bucket or a CDN to serve.

    The bytes are those that the server would send, the compressed ones beside the others as .gz and .br. Only files
    that have changed are written, each at once and whole; those of feeds that are no more are removed.
    """
    settings = Settings.from_environ(os.environ)
    catalog = Catalog(settings.database_url)
    with catalog.reading() as reader, show_progress("Exporting") as progress:
        exporter = Exporter(reader, folder, settings=settings, now=SYSTEM_CLOCK.now())
        result = exporter.export(is_forced=force, progress=progress)
    catalog.close()
    for reason in result.left_out:
        click.echo(f"Left out: {reason}.", err=True)
    click.echo(f"files: {result.written} written, {result.unchanged} unchanged, {result.removed} removed")
