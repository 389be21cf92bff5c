"""The `feeds topics` command."""

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime

import click
import msgspec

from feeds.catalog.catalog import Catalog
from feeds.catalog.reader import CatalogReader
from feeds.cli.settings_source import read_settings
from feeds.cli.show import find_address
from feeds.cli.terminal import clip, count_columns, is_terminal, measure, pad
from feeds.model.clock import SYSTEM_CLOCK
from feeds.model.errors import NotFoundError
from feeds.model.text import escape_controls
from feeds.settings import Settings
from feeds.site.feeds import count_entries, read_feed
from feeds.site.urls import FeedAddress

_MIN_NAME_COLUMNS = 12


class _Row(msgspec.Struct, frozen=True):
    """The facts about a topic or a composed feed; a topic has an empty `url`."""

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
    """List the topics, or describe one feed.

    Each line shows the slug, the number of entries, the date of the newest entry and the name of a topic. With
    EXPRESSION, show the same facts and the URL of the composed feed, such as 'ai+robotics,!crypto'. A query narrows
    the feed as in its URL: 'ai?min_quality=70'.
    """
    settings = read_settings()
    with Catalog(settings.database_url).reading() as reader:
        rows = [_describe_feed(expression, reader, settings=settings)] if expression else _list_topics(reader)
    lines = _format_table(rows, count_columns(sys.stdout)) if is_terminal(sys.stdout) else _format_lines(rows)
    for line in lines:
        click.echo(line)


def _format_lines(rows: Sequence[_Row]) -> Iterator[str]:
    width = max((len(row.slug) for row in rows), default=0)
    for row in rows:
        url = f"  {row.url}" if row.url else ""
        yield f"{row.slug:<{width}}  {row.entries:>7}  {row.date:<10}  {escape_controls(row.name)}{url}"


def _format_table(rows: Sequence[_Row], columns: int) -> Iterator[str]:
    """Yield the lines of a table, with names cut to the width of the terminal; a composed feed is never cut."""
    if not rows:
        yield "No topics yet: no collected article names a topic."
        return
    title = "Feed" if rows[0].url else "Topic"
    width = max(measure(text) for text in (title, *(row.slug for row in rows)))
    yield click.style(f"{title:<{width}}  Entries  Newest      Name", bold=True)
    name_columns = max(columns - width - 23, _MIN_NAME_COLUMNS)
    for row in rows:
        slug, name = pad(row.slug, width), escape_controls(row.name)
        if not row.url:
            name = clip(name, name_columns)
        yield f"{slug}  {row.entries:>7,}  {row.date:<10}  {name}"
        if row.url:
            yield click.style(row.url, underline=True)


def _list_topics(reader: CatalogReader) -> list[_Row]:
    now = SYSTEM_CLOCK.now()
    topics = (topic for topic in reader.list_topics(now=now) if topic.is_listed_at(now))
    return [_Row(topic.slug, topic.entries, topic.newest, topic.name) for topic in topics]


def _describe_feed(expression: str, reader: CatalogReader, *, settings: Settings) -> _Row:
    names, _, query = expression.partition("?")
    now = SYSTEM_CLOCK.now()
    reference = f"/topics/{names}.atom?{query}" if names else f"/feed.atom?{query}"
    address = None if "/" in names else find_address(reference, reader, settings=settings, now=now)
    if not isinstance(address, FeedAddress):
        raise NotFoundError(f"“{names}” is not a topic expression.")
    edition = read_feed(address.query, reader, settings=settings, now=now)
    count = count_entries(address.query, reader, settings=settings, now=now)
    newest = edition.feed.entries[0].published if count else None
    return _Row(expression, count, newest, edition.feed.title, edition.feed.self_url(address.format))
