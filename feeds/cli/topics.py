"""The `feeds topics` and `feeds render` commands."""

import os
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from urllib.parse import unquote

import click
import msgspec

from feeds.catalog.catalog import Catalog
from feeds.catalog.reader import CatalogReader
from feeds.cli.terminal import blank_controls, clip, count_columns, is_terminal, measure, pad
from feeds.model.clock import SYSTEM_CLOCK
from feeds.model.errors import MovedError, NotFoundError
from feeds.settings import Settings
from feeds.site.documents import locate, make_document
from feeds.site.feeds import count_entries, read_feed
from feeds.site.urls import Address, FeedAddress

_LEAST_NAME_COLUMNS = 12


class _Row(msgspec.Struct, frozen=True):
    """What is told of a topic or a composed feed; `url` is empty where the slug says it all."""

    slug: str
    entries: int
    newest: datetime | None
    name: str
    url: str = ""

    @property
    def date(self) -> str:
        return f"{self.newest:%Y-%m-%d}" if self.newest else "-"


@click.command()
@click.argument("expression", required=False)
def topics(expression: str | None) -> None:
    """List the topics of the catalog: slug, entries, date of the newest, name.

    With EXPRESSION, say that of the feed which is composed so, and its address: 'ai+robotics,!crypto', or what narrows
    it, as in its address: 'ai?min_quality=70'.
    """
    with _open_catalog().reading() as reader:
        rows = [_compose(expression, reader)] if expression else _list_topics(reader)
    lines = _draw(rows, count_columns(sys.stdout)) if is_terminal(sys.stdout) else _write(rows)
    for line in lines:
        click.echo(line)


def _write(rows: Sequence[_Row]) -> Iterator[str]:
    width = max((len(row.slug) for row in rows), default=0)
    for row in rows:
        url = f"  {row.url}" if row.url else ""
        yield f"{row.slug:<{width}}  {row.entries:>7}  {row.date:<10}  {row.name}{url}"


def _draw(rows: Sequence[_Row], columns: int) -> Iterator[str]:
    """Give a table whose names are cut where they have no room; of a composed feed, all is told."""
    if not rows:
        yield "There are no topics yet: no collected article names one."
        return
    title = "Feed" if rows[0].url else "Topic"
    width = max(measure(text) for text in (title, *(row.slug for row in rows)))
    yield click.style(f"{title:<{width}}  Entries  Newest      Name", bold=True)
    room = max(columns - width - 23, _LEAST_NAME_COLUMNS)
    for row in rows:
        slug, name = pad(row.slug, width), blank_controls(row.name)
        if not row.url:
            name = clip(name, room)
        yield f"{slug}  {row.entries:>7,}  {row.date:<10}  {name}"
        if row.url:
            yield click.style(row.url, underline=True)


def _list_topics(reader: CatalogReader) -> list[_Row]:
    topics = (topic for topic in reader.topics() if not topic.is_retired(SYSTEM_CLOCK.now()))
    return [_Row(topic.slug, topic.entries, topic.newest, topic.name) for topic in topics]


def _compose(expression: str, reader: CatalogReader) -> _Row:
    settings = Settings.from_environ(os.environ)
    names, _, query = expression.partition("?")
    now = SYSTEM_CLOCK.now()
    reference = f"/topics/{names}.atom?{query}" if names else f"/feed.atom?{query}"
    address = _locate(reference, reader, settings, now=now)
    if not isinstance(address, FeedAddress):
        raise NotFoundError(f"“{names}” is no expression over topics.")
    edition = read_feed(address.subject, reader, settings=settings, now=now)
    count = count_entries(address.subject, reader, settings=settings, now=now)
    newest = edition.feed.entries[0].published if count else None
    return _Row(expression, count, newest, edition.feed.title, edition.feed.self_url(address.format))


@click.command()
@click.argument("path")
def render(path: str) -> None:
    """Write what the server answers at the URL path PATH, such as '/topics/ai+!crypto.atom?min_quality=70'."""
    settings = Settings.from_environ(os.environ)
    with _open_catalog().reading() as reader:
        now = SYSTEM_CLOCK.now()
        address = _locate(path, reader, settings, now=now)
        answer = make_document(address, reader, settings=settings, now=now)
    sys.stdout.buffer.write(answer.body)
    sys.stdout.flush()  # here, where it can still be said that the disk is full


def _locate(reference: str, reader: CatalogReader, settings: Settings, *, now: datetime) -> Address:
    """Find what a path and query name, under whatever spelling."""
    path, _, query = reference.partition("?")
    try:
        return locate(unquote(path), reader, query=query, defaults=settings.filters, now=now)
    except MovedError as error:
        return _locate(error.reference, reader, settings, now=now)


def _open_catalog() -> Catalog:
    return Catalog(Settings.from_environ(os.environ).database_url)
