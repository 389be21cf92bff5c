"""Choose the documents that shared caches may keep for long: those that can be listed, and so purged after a change."""

from collections.abc import Iterator
from datetime import datetime

from feeds.catalog.reader import CatalogReader
from feeds.settings import Settings
from feeds.site.feeds import list_archive
from feeds.site.file_urls import SitemapAddress
from feeds.site.urls import (
    TOPIC_LISTS,
    Address,
    ArchiveAddress,
    ComposeAddress,
    HomeAddress,
    IssueAddress,
    OpmlAddress,
    PageAddress,
    ProviderListAddress,
    QueryAddress,
    SuggestedNamesAddress,
    query_string_of,
)
from feeds.site.walk import list_digests, list_forms, list_part_forms, list_queries

SHARED_MAX_AGE_SECONDS = 86_400
"""How long shared caches may keep a document that is purged after a change."""

LISTS: tuple[Address, ...] = (
    *(OpmlAddress(), SitemapAddress(), ComposeAddress(), SuggestedNamesAddress()),
    *TOPIC_LISTS,
    *(ProviderListAddress(), HomeAddress()),
)
"""The documents that depend on the whole catalog."""


def may_be_kept(address: Address, reader: CatalogReader) -> bool:
    """Return whether shared caches may keep the document at a resolved address for long.

    Composed feeds are unlimited, and the issues of digests too many. Unlimited are also the ends of a feed that the URL
    of an archive document can name; the documents at ends that feeds link to are purged all the same, because caches
    keep every finished archive document for a day.
    """
    if query_string_of(address) or isinstance(address, IssueAddress):
        return False
    if not isinstance(address, QueryAddress):
        return address in LISTS
    if isinstance(address, ArchiveAddress | PageAddress) and address.part:
        return address.query.is_plain and address.part in reader.list_blocks(address.query)
    return address.query.is_plain


def list_kept(reader: CatalogReader, *, settings: Settings, now: datetime) -> Iterator[Address]:
    """List the documents that shared caches may keep for long, and the archive documents that feeds link to."""
    for query in list_queries(reader, now=now):
        yield from list_forms(query)
        yield from list_digests(query)
        parts = dict.fromkeys((*list_archive(query, reader, settings=settings, now=now), *reader.list_blocks(query)))
        for part in parts:
            yield from list_part_forms(query, part)
    yield from LISTS
