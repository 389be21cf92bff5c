"""List every address there is: what a crawler would find, without asking."""

from collections.abc import Iterator
from datetime import datetime

from feeds.catalog.reader import CatalogReader
from feeds.model.feed import Format
from feeds.model.query import EVERYTHING, Query
from feeds.settings import Settings
from feeds.site.feeds import list_archive
from feeds.site.pages.assets import list_assets
from feeds.site.urls import (
    Address,
    ArchiveAddress,
    AssetAddress,
    FeedAddress,
    HomeAddress,
    OpmlAddress,
    PageAddress,
    RobotsAddress,
    SitemapAddress,
)


def list_addresses(reader: CatalogReader, *, settings: Settings, now: datetime) -> Iterator[Address]:
    """Give every canonical address at `now`, each once; what others lead to comes before them, the home page last.

    A topic's are there until the end of its feed.
    """
    yield from (AssetAddress(name) for name in list_assets())
    for query in list_queries(reader, now=now):
        for part in reversed(list_archive(query, reader, settings=settings, now=now)):
            yield from (ArchiveAddress(query, part, format) for format in Format)
            yield PageAddress(query, part)
        yield from (FeedAddress(query, format) for format in Format)
        yield PageAddress(query)
    yield from (OpmlAddress(), RobotsAddress(), SitemapAddress(), HomeAddress())


def list_queries(reader: CatalogReader, *, now: datetime) -> Iterator[Query]:
    """Give everything, every topic by name, and every provider by domain, those without entries included."""
    yield EVERYTHING
    yield from (Query.for_topic(topic.slug) for topic in reader.topics() if not topic.is_closed(now))
    yield from (Query.for_provider(domain) for domain in reader.domains())
