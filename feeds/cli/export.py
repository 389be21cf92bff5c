"""The `feeds export` command."""

from pathlib import Path

import click

from feeds.catalog.catalog import Catalog
from feeds.cli.progress import show_progress
from feeds.cli.settings_source import read_settings, warn_of_expiry
from feeds.export.exporter import Exporter
from feeds.export.workers import rendering_on_all_cores
from feeds.model.clock import SYSTEM_CLOCK
from feeds.model.text import escape_controls


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--force",
    is_flag=True,
    help="Rewrite every file, even if DIR contains other files; only files with the same names are overwritten.",
)
@click.option("--no-compress", is_flag=True, help="Write no .gz and .br files, for a host that compresses by itself.")
def export(folder: Path, *, force: bool, no_compress: bool) -> None:
    """Write all feeds and pages as files below DIR.

    nginx, a bucket or a CDN can serve the files. Their bytes equal the server's responses; compressed versions are
    beside the plain files as .gz and .br. Only changed files are written, each atomically; files of deleted feeds are
    removed.
    """
    settings = read_settings()
    warn_of_expiry(settings)
    catalog = Catalog(settings.database_url)
    with rendering_on_all_cores() as render, catalog.reading() as reader, show_progress("Exporting") as progress:
        exporter = Exporter(
            reader, folder, settings=settings, now=SYSTEM_CLOCK.now(), compress=not no_compress, render=render
        )
        result = exporter.export(is_forced=force, progress=progress)
    catalog.close()
    for reason in result.left_out:
        click.echo(f"Left out: {escape_controls(reason)}.", err=True)
    click.echo(f"files: {result.written} written, {result.unchanged} unchanged, {result.removed} removed")
