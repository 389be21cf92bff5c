"""The `feeds show` command."""

import sys
from datetime import datetime
from urllib.parse import unquote

import click

from feeds.catalog.catalog import Catalog
from feeds.catalog.reader import CatalogReader
from feeds.cli.settings_source import read_settings
from feeds.model.clock import SYSTEM_CLOCK
from feeds.model.errors import MovedError, NotFoundError, UnknownTopicError
from feeds.settings import Settings
from feeds.site.documents import make_document, resolve_address
from feeds.site.former_feeds import comes_first, find_former_feed, read_former_feeds
from feeds.site.url_parser import parse_address
from feeds.site.urls import Address


@click.command()
@click.argument("path")
def show(path: str) -> None:
    """Print the server's response for a URL path.

    PATH may include a query, such as '/topics/ai+!crypto.atom?min_quality=70'.
    """
    settings = read_settings()
    with Catalog(settings.database_url).reading() as reader:
        now = SYSTEM_CLOCK.now()
        address = find_address(path, reader, settings=settings, now=now)
        document = make_document(address, reader, settings=settings, now=now)
    sys.stdout.buffer.write(document.body)
    sys.stdout.flush()  # a full disk is still reported as an error here


def find_address(reference: str, reader: CatalogReader, *, settings: Settings, now: datetime) -> Address:
    """Find the address for a URL path and query in any spelling; follow redirects.

    Raises:
        NotFoundError: no document has this path, or a topic or provider in the path is unknown.
    """
    encoded, _, query = reference.partition("?")
    document = reader.read_state().former_feeds
    former_feeds = read_former_feeds(document, base_path=settings.base_path)
    former = find_former_feed(former_feeds, unquote(encoded), query)
    if former and comes_first(unquote(encoded), query):
        return _find_own(former.path, reader, settings=settings, now=now)
    try:
        return _find_own(reference, reader, settings=settings, now=now)
    except NotFoundError:
        if former:
            return _find_own(former.path, reader, settings=settings, now=now)
        raise


def _find_own(reference: str, reader: CatalogReader, *, settings: Settings, now: datetime) -> Address:
    encoded, _, query = reference.partition("?")
    path = unquote(encoded)
    try:
        return resolve_address(_parse(path, query, settings=settings), reader, path=path, now=now)
    except UnknownTopicError as error:
        raise NotFoundError(f"{str(error).rstrip('.')}; list them with `feeds topics`.") from error
    except MovedError as error:
        return _find_own(error.reference, reader, settings=settings, now=now)


def _parse(path: str, query: str, *, settings: Settings) -> Address:
    try:
        return parse_address(path, query, defaults=settings.defaults)
    except NotFoundError as error:
        message = f"No document at {path}; give a path such as /topics/ai.atom."
        raise NotFoundError(message) from error
