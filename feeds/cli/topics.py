"""The `feeds topics` command."""

import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import click
import msgspec

from feeds.catalog.catalog import Catalog
from feeds.catalog.reader import CatalogReader
from feeds.cli.settings_source import read_settings
from feeds.cli.show import find_address
from feeds.cli.terminal import clip, count_columns, is_terminal, measure, pad, write_json
from feeds.model.clock import SYSTEM_CLOCK
from feeds.model.errors import NotFoundError
from feeds.model.feed import Format
from feeds.model.query import Query
from feeds.model.text import escape_controls
from feeds.settings import Settings
from feeds.site.feeds import count_entries, read_feed
from feeds.site.urls import FeedAddress

_MIN_NAME_COLUMNS = 12


class _Row(msgspec.Struct, frozen=True):
    """The facts about a topic, or about the composed feed of an expression."""

    slug: str
    entries: int
    newest: datetime | None
    name: str
    url: str
    is_composed: bool = False

    @property
    def date(self) -> str:
        return f"{self.newest:%Y-%m-%d}" if self.newest else "-"


_NEVER = datetime.min.replace(tzinfo=UTC)
# Topics that are equal in an order stay in the order by name.
_ORDERS: dict[str, Callable[[_Row], Any]] = {
    "name": lambda row: row.name.casefold(),
    "count": lambda row: -row.entries,
    "newest": lambda row: _NEVER - (row.newest or _NEVER),
}


@click.command()
@click.argument("expression", required=False)
@click.option(
    "--sort",
    type=click.Choice(tuple(_ORDERS), case_sensitive=False),
    default="name",
    show_default=True,
    help="The order of the topics: by name, most entries first, or newest entry first.",
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON, with the URL of each feed.")
def topics(expression: str | None, *, sort: str, as_json: bool) -> None:
    """List the topics, or describe one feed.

    Each line shows the slug, the number of entries, the date of the newest entry and the name of a topic. With
    EXPRESSION, show the same facts and the URL of the composed feed, such as 'ai+robotics,!crypto'. A query narrows
    the feed as in its URL: 'ai?min_quality=70'.
    """
    settings = read_settings()
    with Catalog(settings.database_url).reading() as reader:
        if expression:
            rows = [_describe_feed(expression, reader, settings=settings)]
        else:
            rows = sorted(sorted(_list_topics(reader, settings), key=_ORDERS["name"]), key=_ORDERS[sort])
    if as_json:
        listed = [_show(row) for row in rows]
        click.echo(write_json(listed[0] if expression else listed))
        return
    lines = _format_table(rows, count_columns(sys.stdout)) if is_terminal(sys.stdout) else _format_lines(rows)
    for line in lines:
        click.echo(line)


def _show(row: _Row) -> dict[str, object]:
    name = "expression" if row.is_composed else "slug"
    return {name: row.slug, "name": row.name, "entries": row.entries, "newest": row.newest, "url": row.url}


def _format_lines(rows: Sequence[_Row]) -> Iterator[str]:
    width = max((len(row.slug) for row in rows), default=0)
    for row in rows:
        url = f"  {row.url}" if row.is_composed else ""
        yield f"{row.slug:<{width}}  {row.entries:>7}  {row.date:<10}  {escape_controls(row.name)}{url}"


def _format_table(rows: Sequence[_Row], columns: int) -> Iterator[str]:
    """Yield the lines of a table, with names cut to the width of the terminal; a composed feed is never cut."""
    if not rows:
        yield "No topics yet: no collected article names a topic."
        return
    title = "Feed" if rows[0].is_composed else "Topic"
    width = max(measure(text) for text in (title, *(row.slug for row in rows)))
    yield click.style(f"{title:<{width}}  Entries  Newest      Name", bold=True)
    name_columns = max(columns - width - 23, _MIN_NAME_COLUMNS)
    for row in rows:
        slug, name = pad(row.slug, width), escape_controls(row.name)
        if not row.is_composed:
            name = clip(name, name_columns)
        yield f"{slug}  {row.entries:>7,}  {row.date:<10}  {name}"
        if row.is_composed:
            yield click.style(row.url, underline=True)


def _list_topics(reader: CatalogReader, settings: Settings) -> Iterator[_Row]:
    now = SYSTEM_CLOCK.now()
    for topic in reader.list_topics(now=now):
        if topic.is_listed_at(now):
            path = FeedAddress(Query.for_topic(topic.slug), Format.ATOM).path
            yield _Row(topic.slug, topic.entries, topic.newest, topic.name, f"{settings.site_url}{path}")


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
    url = edition.feed.self_url(address.format)
    return _Row(expression, count, newest, edition.feed.title, url, is_composed=True)
