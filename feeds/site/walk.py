"""List every address of the site: the result of a crawl, without sending any requests."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime

from feeds.catalog.reader import CatalogReader
from feeds.model.archive import ArchivePart
from feeds.model.errors import NotFoundError
from feeds.model.feed import Format
from feeds.model.periods import Cycle
from feeds.model.query import EVERYTHING, Query
from feeds.settings import Settings
from feeds.site.feeds import list_archive
from feeds.site.file_urls import (
    SERVER_ASSETS,
    AssetAddress,
    NotFoundAddress,
    RobotsAddress,
    SecurityAddress,
    SitemapAddress,
)
from feeds.site.former_feeds import list_former_addresses, read_former_feeds
from feeds.site.pages.site_assets import list_site_assets
from feeds.site.resolve import resolve
from feeds.site.urls import (
    TOPIC_LISTS,
    Address,
    ArchiveAddress,
    DigestAddress,
    DigestPageAddress,
    FeedAddress,
    FormerFeedAddress,
    HomeAddress,
    OpmlAddress,
    PageAddress,
    ProviderListAddress,
)


def list_addresses(reader: CatalogReader, *, settings: Settings, now: datetime) -> Iterator[Address]:
    """Return every canonical address at `now` once, a link's target before the page with the link, the home page last.

    The addresses of a retired topic are included until the end of its feed. The archives come first, each part between
    the parts of about the same time: they share entries, which are rendered only once.
    """
    yield from (AssetAddress(name) for name in list_site_assets(settings))
    queries = list(list_queries(reader, now=now))
    for query, part in _list_parts(queries, reader, settings=settings, now=now):
        yield from list_part_forms(query, part)
    for query in queries:
        yield from list_forms(query)
        yield from list_digests(query)
    yield from (OpmlAddress(), RobotsAddress(), SitemapAddress())
    if settings.security_contacts:
        yield SecurityAddress()
    yield from TOPIC_LISTS
    yield from (ProviderListAddress(), HomeAddress())


def list_static_addresses(reader: CatalogReader, *, settings: Settings, now: datetime) -> Iterator[Address]:
    """Return every address of a static host: those of `list_addresses`, and the page for URLs without a file.

    The addresses of earlier feeds come first: a file of the site itself with the same name goes before.
    """
    former = read_former_feeds(reader.read_state().former_feeds, base_path=settings.base_path)
    for former_address in list_former_addresses(former):
        with suppress(NotFoundError):  # the topic is gone
            query = resolve(former_address.target.query, reader, now=now)
            target = FeedAddress(query, former_address.target.format)
            yield FormerFeedAddress(former_address.former_path, target)
    yield NotFoundAddress()
    for address in list_addresses(reader, settings=settings, now=now):
        if not isinstance(address, AssetAddress) or address.name not in SERVER_ASSETS:
            yield address


def _list_parts(
    queries: Iterable[Query], reader: CatalogReader, *, settings: Settings, now: datetime
) -> Iterator[tuple[Query, ArchivePart]]:
    """Yield the parts of all archives, each archive in order of time, from the oldest part on."""
    ages: list[tuple[float, Query, ArchivePart]] = []
    for query in queries:
        parts = list_archive(query, reader, settings=settings, now=now)
        ages += [(number / len(parts), query, part) for number, part in enumerate(parts)]
    for _, query, part in sorted(ages, key=lambda each: each[0], reverse=True):
        yield query, part


def list_queries(reader: CatalogReader, *, now: datetime) -> Iterator[Query]:
    """Return the queries for everything, every topic by name, and every provider by domain, with or without entries."""
    yield EVERYTHING
    yield from (Query.for_topic(topic.slug) for topic in reader.list_topics(now=now) if not topic.is_closed(now))
    yield from (Query.for_provider(domain) for domain in reader.list_domains(now=now))


def list_forms(query: Query) -> Iterator[FeedAddress | PageAddress]:
    """List the feeds and the page of a query."""
    yield from (FeedAddress(query, format) for format in Format)
    yield PageAddress(query)


def list_digests(query: Query) -> Iterator[DigestAddress | DigestPageAddress]:
    """List the digests of a query, and their pages."""
    for cycle in Cycle:
        yield from (DigestAddress(query, cycle, format) for format in Format)
        yield DigestPageAddress(query, cycle)


def list_part_forms(query: Query, part: ArchivePart) -> Iterator[ArchiveAddress | PageAddress]:
    """List the documents and the page of a part of a query's archive."""
    yield from (ArchiveAddress(query, part, format) for format in Format)
    yield PageAddress(query, part)
