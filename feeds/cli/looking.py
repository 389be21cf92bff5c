"""The `feeds topics` and `feeds render` commands."""

import os
import sys
from urllib.parse import unquote

import click

from feeds.address import Address
from feeds.catalog.reader import CatalogReader
from feeds.catalog.store import Catalog
from feeds.errors import MovedError
from feeds.moments import SYSTEM_CLOCK
from feeds.representation import locate, represent
from feeds.settings import Settings


@click.command()
def topics() -> None:
    """List the topics of the catalog: slug, entries, date of the newest, name."""
    with _open_catalog().reading() as reader:
        rows = [(topic.slug, topic.entries, topic.newest, topic.name) for topic in reader.topics()]
    width = max((len(slug) for slug, *_ in rows), default=0)
    for slug, entries, newest, name in rows:
        date = f"{newest:%Y-%m-%d}" if newest else "-"
        click.echo(f"{slug:<{width}}  {entries:>7}  {date:<10}  {name}")


@click.command()
@click.argument("path")
def render(path: str) -> None:
    """Write what the server answers at the URL path PATH, such as '/topics/ai+!crypto.atom?min_quality=70'."""
    settings = Settings.from_environ(os.environ)
    with _open_catalog().reading() as reader:
        address = _locate(path, reader, settings)
        answer = represent(address, reader, settings=settings, now=SYSTEM_CLOCK.now())
    sys.stdout.buffer.write(answer.body)
    sys.stdout.flush()  # here, where it can still be said that the disk is full


def _locate(reference: str, reader: CatalogReader, settings: Settings) -> Address:
    """Find what a path and query name, under whatever spelling."""
    path, _, query = reference.partition("?")
    try:
        return locate(unquote(path), reader, query=query, defaults=settings.filters)
    except MovedError as error:
        return _locate(error.reference, reader, settings)


def _open_catalog() -> Catalog:
    return Catalog(Settings.from_environ(os.environ).database_url)
