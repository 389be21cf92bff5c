"""Build the document at an address: the bytes and validators that the server sends and the export writes."""

from collections.abc import Collection
from datetime import datetime
from typing import assert_never

import msgspec

from feeds.catalog.reader import CatalogReader
from feeds.model.document import HTML, Document
from feeds.model.entry import fingerprint
from feeds.model.feed import Format, Link
from feeds.model.query import EVERYTHING, Query
from feeds.renderers import render
from feeds.settings import Settings
from feeds.site.crawlers import write_robots, write_sitemap
from feeds.site.digests import read_digest
from feeds.site.directory import read_activity, read_directory
from feeds.site.feeds import FeedSnapshot, read_archive, read_feed
from feeds.site.opml import write_opml
from feeds.site.pages.assets import find_asset
from feeds.site.pages.html import render_compose, render_home, render_page
from feeds.site.resolve import resolve
from feeds.site.retirement_notice import add_retirement_notices
from feeds.site.url_parser import check_spelling, parse_address
from feeds.site.urls import (
    Address,
    ArchiveAddress,
    AssetAddress,
    ComposeAddress,
    DigestAddress,
    FeedAddress,
    HomeAddress,
    OpmlAddress,
    PageAddress,
    QueryAddress,
    RobotsAddress,
    SitemapAddress,
)

OPML = "text/x-opml; charset=utf-8"
SITEMAP = "application/xml; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
ASSET_MAX_AGE_SECONDS = 86_400

_FEED_TYPES = {
    Format.ATOM: "application/atom+xml; charset=utf-8",
    Format.RSS: "application/rss+xml; charset=utf-8",
    Format.JSON: "application/feed+json",  # JSON is UTF-8 and takes no charset parameter (RFC 8259 section 11)
}


def parse_and_resolve(
    path: str, reader: CatalogReader, *, query_string: str = "", defaults: Query = EVERYTHING, now: datetime
) -> Address:
    """Find the address at a decoded URL path and an encoded query string, resolved in the catalog."""
    return resolve_address(parse_address(path, query_string, defaults=defaults), reader, path=path, now=now)


def resolve_address(address: Address, reader: CatalogReader, *, path: str, now: datetime) -> Address:
    """Return a parsed address in the catalog's spelling; `path` is the decoded path of the request.

    Raises:
        NotFoundError: the catalog knows no such topic or provider.
        GoneError: a topic is retired and has no successor.
        MovedError: `path` is not the canonical path.
    """
    if isinstance(address, QueryAddress):
        address = msgspec.structs.replace(address, query=resolve(address.query, reader, now=now))
    check_spelling(path, address)
    return address


def make_document(address: Address, reader: CatalogReader, *, settings: Settings, now: datetime) -> Document:
    """Build the document at an address from `resolve_address`, as of `now`.

    The result depends on the catalog alone: equal content gives equal bytes on every machine.

    Raises:
        NotFoundError: no static file has this name, or the archive has no such part.
    """
    match address:
        case FeedAddress() | DigestAddress():
            return _make_feed_document(address, reader, settings=settings, now=now)
        case ArchiveAddress():
            archive = read_archive(address.query, address.part, reader, settings=settings, now=now)
            return _make_snapshot_document(archive, address.format)
        case PageAddress():
            return _make_page_document(address, reader, settings=settings, now=now)
        case HomeAddress() | ComposeAddress() | OpmlAddress() | SitemapAddress():
            return _make_list_document(address, reader, settings=settings, now=now)
        case RobotsAddress():
            return _make(write_robots(settings), TEXT, changed=None, max_age_seconds=ASSET_MAX_AGE_SECONDS)
        case AssetAddress():
            return make_asset_document(address)
        case _:
            assert_never(address)


def depends_on_any(scopes: Collection[str], changed: Collection[str]) -> bool:
    """Return whether a document with these scopes depends on any changed scope; without scopes, on every scope."""
    return any(scope in changed for scope in scopes) if scopes else bool(changed)


def make_asset_document(address: AssetAddress) -> Document:
    """Build the document of a static file, without a catalog.

    Raises:
        NotFoundError: no static file has this name.
    """
    asset = find_asset(address.name)
    return _make(asset.body, asset.media_type, changed=None, max_age_seconds=ASSET_MAX_AGE_SECONDS)


def _make_feed_document(
    address: FeedAddress | DigestAddress, reader: CatalogReader, *, settings: Settings, now: datetime
) -> Document:
    format = address.format
    if isinstance(address, DigestAddress):
        snapshot = read_digest(address.query, address.cycle, reader, settings=settings, now=now)
    else:
        snapshot = read_feed(address.query, reader, settings=settings, now=now)
    document = _make_snapshot_document(add_retirement_notices(snapshot, reader, settings=settings, now=now), format)
    if not snapshot.feed.links:
        return document
    # Subscribers of a hub read the feed's own URL from the header (WebSub section 4).
    links = (*snapshot.feed.links, Link("self", snapshot.feed.self_url(format)))
    return msgspec.structs.replace(document, links=links)


def _make_snapshot_document(snapshot: FeedSnapshot, format: Format) -> Document:
    return _make(
        render(snapshot.feed, format),
        _FEED_TYPES[format],
        changed=snapshot.changed,
        max_age_seconds=snapshot.feed.ttl_seconds,
        scopes=snapshot.scopes,
    )


def _make_page_document(address: PageAddress, reader: CatalogReader, *, settings: Settings, now: datetime) -> Document:
    query = address.query
    if address.part:
        snapshot = read_archive(query, address.part, reader, settings=settings, now=now)
    else:
        snapshot = read_feed(query, reader, settings=settings, now=now)
        snapshot = add_retirement_notices(snapshot, reader, settings=settings, now=now)
    body = render_page(address, snapshot, settings)
    max_age = settings.max_age_seconds  # for archive pages too: links and texts around the stories may change
    return _make(body, HTML, changed=snapshot.changed, max_age_seconds=max_age, scopes=snapshot.scopes)


def _make_list_document(
    address: HomeAddress | ComposeAddress | OpmlAddress | SitemapAddress,
    reader: CatalogReader,
    *,
    settings: Settings,
    now: datetime,
) -> Document:
    directory = read_directory(reader, now=now)
    match address:
        case HomeAddress():
            snapshot = read_feed(EVERYTHING, reader, settings=settings, now=now)
            activity = read_activity(snapshot.feed, reader, now=now)
            body, media_type = render_home(directory, snapshot, activity=activity, settings=settings), HTML
        case ComposeAddress():
            body, media_type = render_compose(directory, settings), HTML
        case OpmlAddress():
            body, media_type = write_opml(directory, settings, address.listing), OPML
        case _:
            body, media_type = write_sitemap(directory, settings), SITEMAP
    return _make(body, media_type, changed=directory.changed, max_age_seconds=settings.max_age_seconds)


def _make(
    body: bytes,
    media_type: str,
    *,
    changed: datetime | None,
    max_age_seconds: int,
    scopes: tuple[str, ...] = (),
) -> Document:
    return Document(
        body=body,
        media_type=media_type,
        etag=fingerprint(body),
        last_modified=changed,
        max_age_seconds=max_age_seconds,
        scopes=scopes,
    )
