"""Render the home page and the page of a topic or provider, the only module that knows Jinja."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from textwrap import shorten

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from feeds.address import EVERYTHING, FeedAddress, OpmlAddress, PageAddress, Subject, write_reference
from feeds.catalog.reader import ProviderCount
from feeds.directory import Directory
from feeds.entry import Entry
from feeds.feed import Format, entry_url
from feeds.pages.assets import find_asset
from feeds.query import Edition
from feeds.renderers.content import EXCERPT_CHARACTERS, text_of
from feeds.renderers.dates import format_rfc3339
from feeds.settings import Settings

MOST_PROVIDERS = 200
"""How many providers the home page names: those with the most entries."""

# The process's locale has its own names for months, and must not change a page's bytes.
_MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)


def render_home(directory: Directory, settings: Settings) -> bytes:
    """Write the page that lists every topic and the providers there is most from."""
    providers = choose_providers(directory.providers)
    more = len(directory.providers) - len(providers)
    return _render("home.html", settings, directory=directory, providers=providers, more_providers=more)


def render_page(edition: Edition, settings: Settings) -> bytes:
    """Write the page of one feed: how to subscribe to it, and its latest stories."""
    return _render("page.html", settings, edition=edition, feed=edition.feed, stories=fold(edition.feed.entries))


def choose_providers(providers: Iterable[ProviderCount]) -> list[ProviderCount]:
    """Choose the providers with the most entries, and order them by domain."""
    most = sorted(providers, key=lambda provider: (-provider.entries, provider.domain))[:MOST_PROVIDERS]
    return sorted(most, key=lambda provider: provider.domain)


def fold(entries: Iterable[Entry]) -> list[Entry]:
    """Leave out the entries that stand among the coverage of another one here."""
    shown = list(entries)
    covered = {reference.url for entry in shown for reference in entry.coverage}
    return [entry for entry in shown if entry.coverage or entry.url not in covered]


def excerpt(entry: Entry) -> str:
    """Give the plain text to show under a story's title; empty where there is none."""
    return shorten(entry.summary or text_of(entry.body), EXCERPT_CHARACTERS, placeholder="…")


def write_date(moment: datetime) -> str:
    """Write the day of an aware UTC moment as people do: 22 December 2020."""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def write_count(count: int) -> str:
    """Write how many entries there are."""
    return f"{count:,} {'entry' if count == 1 else 'entries'}"


def _render(template: str, settings: Settings, **values: object) -> bytes:
    page = _ENVIRONMENT.get_template(template)
    stylesheet = f"{settings.base_path}/static/style.css?v={find_asset('style.css').version}"
    return page.render(settings=settings, site=settings.site, stylesheet=stylesheet, **values).encode()


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_ENVIRONMENT.filters.update(
    count=write_count,
    date=write_date,
    entry_url=entry_url,
    excerpt=excerpt,
    reference=write_reference,
    rfc3339=format_rfc3339,
)
_ENVIRONMENT.globals.update(
    EVERYTHING=EVERYTHING,
    FORMATS=tuple(Format),
    FeedAddress=FeedAddress,
    OPML_PATH=OpmlAddress().path,
    PageAddress=PageAddress,
    Subject=Subject,
)
