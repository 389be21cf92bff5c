"""Collect articles into a catalog, and make the app and its settings."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from flask.testing import FlaskClient

from feeds.catalog.catalog import Catalog
from feeds.collector.collect import Collector
from feeds.model.clock import Clock
from feeds.model.errors import CatalogError
from feeds.model.query import Query
from feeds.settings import Settings
from feeds.site.url_parser import parse_address
from feeds.web.app import create_app
from feeds.web.cached_document import CachedDocument
from feeds.web.fetcher import DocumentFetcher

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
CLOCK = Clock(now=lambda: NOW, sleep=lambda _seconds: None)
SITE_URL = "https://news.example"
TOKEN = "a-token-that-nobody-guesses"  # noqa: S105 of tests only


def make_settings(**environ: str) -> Settings:
    """Make settings with a site URL and a title."""
    return Settings.from_environ({"FEEDS_SITE_URL": SITE_URL, "FEEDS_SITE_TITLE": "Harbour News", **environ})


@contextmanager
def collected(content: Path, database: Path) -> Iterator[Catalog]:
    """Collect the articles in a folder, and yield the catalog."""
    catalog = Catalog(f"sqlite:///{database}")
    Collector(catalog, [content], clock=CLOCK).collect()
    try:
        yield catalog
    finally:
        catalog.close()


def make_client(catalog: Catalog, **environ: str) -> FlaskClient:
    """Make a client of the app for a catalog."""
    return create_app(make_settings(**environ), catalog, clock=CLOCK).test_client()


def read_titles(database_url: str) -> set[str]:
    """Read the titles of all published entries; without a catalog, none."""
    try:
        with closing(Catalog(database_url)) as catalog, catalog.reading() as reader:
            entries = reader.read_newest(Query(), limit=10_000, now=datetime.now(UTC)).entries
    except CatalogError:
        return set()
    return {entry.title for entry in entries}


def fetch_from(fetcher: DocumentFetcher, path: str, query_string: str = "") -> CachedDocument:
    """Fetch the document at a decoded path with an encoded query string, as the app does."""
    return fetcher.fetch(parse_address(path, query_string, defaults=make_settings().defaults), path=path)
