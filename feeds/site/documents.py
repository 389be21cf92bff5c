"""Build the document at an address: the bytes and validators that the server sends and the export writes."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from feeds.catalog.list_changes import ListDocument
from feeds.catalog.list_reader import ListReader
from feeds.catalog.reader import CatalogReader
from feeds.model.document import HTML, Document
from feeds.model.errors import NotFoundError
from feeds.model.feed import Format, Link
from feeds.model.periods import Cycle
from feeds.model.query import EVERYTHING, Query
from feeds.renderers.feed import render
from feeds.settings import Settings
from feeds.site.bundles import list_scopes, write_bundle
from feeds.site.crawlers import write_robots, write_sitemap
from feeds.site.digests import list_recent_issues, read_digest, read_issue, read_issues
from feeds.site.directory import read_directory
from feeds.site.directory_pages import render_directory_page
from feeds.site.feeds import FeedSnapshot, IssueSnapshot, read_archive, read_feed
from feeds.site.file_urls import AssetAddress, NotFoundAddress, RobotsAddress, SecurityAddress, SitemapAddress
from feeds.site.opml import write_opml
from feeds.site.pages.digest_views import render_digest, render_issue
from feeds.site.pages.html import render_not_found, render_page
from feeds.site.pages.search import render_search
from feeds.site.pages.site_assets import find_site_asset
from feeds.site.resolve import resolve, resolve_bundle
from feeds.site.retirement_notice import add_retirement_notices
from feeds.site.search_page import read_search
from feeds.site.security_text import write_security
from feeds.site.suggested_names import write_suggested_names
from feeds.site.tombstones import add_tombstones
from feeds.site.topic_context import find_page_change, read_topic_context
from feeds.site.url_parser import check_spelling, parse_address
from feeds.site.urls import (
    Address,
    ArchiveAddress,
    BundleAddress,
    DigestAddress,
    DigestPageAddress,
    DirectoryPageAddress,
    FeedAddress,
    FormerFeedAddress,
    HomeAddress,
    IssueAddress,
    OpmlAddress,
    PageAddress,
    ProviderListAddress,
    QueryAddress,
    SuggestedNamesAddress,
    TopicListAddress,
    TopicOrder,
)

OPML = "text/x-opml; charset=utf-8"
SITEMAP = "application/xml; charset=utf-8"
JSON = "application/json"
TEXT = "text/plain; charset=utf-8"
ASSET_MAX_AGE_SECONDS = 86_400

_RECORDED: dict[Address, ListDocument] = {
    HomeAddress(): ListDocument.HOME,
    OpmlAddress(): ListDocument.OPML,
    TopicListAddress(): ListDocument.TOPICS,
    TopicListAddress(TopicOrder.NAME): ListDocument.TOPICS_BY_NAME,
    TopicListAddress(TopicOrder.ACTIVITY): ListDocument.TOPICS_BY_ACTIVITY,
    TopicListAddress(TopicOrder.DATE): ListDocument.TOPICS_BY_DATE,
    ProviderListAddress(): ListDocument.PROVIDERS,
}
"""The lists whose changes each collect records."""

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
    elif isinstance(address, BundleAddress):
        address = resolve_bundle(address, reader, now=now)
    check_spelling(path, address)
    return address


def make_document(
    address: Address, reader: CatalogReader, *, settings: Settings, now: datetime, is_static: bool = False
) -> Document:
    """Build the document at an address from `resolve_address`, as of `now`.

    The result depends on the catalog alone: equal content gives equal bytes on every machine. With `is_static`, pages
    lack the links and forms that need a server.

    Raises:
        NotFoundError: no static file has this name, the archive has no such part, the digest no such issue, or
            `security.txt` no contact.
    """
    match address:
        case FeedAddress() | DigestAddress() | ArchiveAddress() | FormerFeedAddress():
            feed = address.target if isinstance(address, FormerFeedAddress) else address
            return _make_feed_document(feed, reader, settings=settings, now=now)
        case PageAddress() | DigestPageAddress() | IssueAddress():
            return _make_page_document(address, reader, settings=settings, now=now, is_static=is_static)
        case OpmlAddress() | SitemapAddress() | SuggestedNamesAddress():
            return _make_directory_document(address, reader, settings=settings, now=now)
        case BundleAddress():
            body, max_age = write_bundle(address, reader, settings=settings, now=now), settings.max_age_seconds
            return Document.of(body, OPML, changed=None, max_age_seconds=max_age, scopes=list_scopes(address))
        case RobotsAddress() | SecurityAddress() | AssetAddress() | NotFoundAddress():
            return _make_fixed_document(address, settings, is_static=is_static)
        case _:
            return _make_directory_page(address, reader, settings=settings, now=now, is_static=is_static)


def find_digest_change(
    query: Query, cycle: Cycle, reader: CatalogReader, *, settings: Settings, now: datetime
) -> datetime | None:
    """Return the time of the last change of a resolved query's digest feed, from its newest entry alone."""
    newest = read_issues(msgspec.structs.replace(query, limit=1), cycle, reader, settings=settings, now=now)
    return add_retirement_notices(newest, reader, settings=settings, now=now).changed.any


def make_static_issues(
    address: DigestPageAddress, reader: CatalogReader, *, settings: Settings, now: datetime
) -> Iterator[tuple[IssueAddress, Document]]:
    """Build the pages of the issues that a digest shows, for a static host."""
    snapshot = read_issues(address.query, address.cycle, reader, settings=settings, now=now)
    for issue in list_recent_issues(snapshot, reader, settings=settings):
        yield issue.address, _make_issue_page(issue, settings=settings, is_static=True)


def make_asset_document(address: AssetAddress, settings: Settings) -> Document:
    """Build the document of a static file, without a catalog.

    Raises:
        NotFoundError: no static file has this name.
    """
    asset = find_site_asset(address.name, settings)
    return Document.of(asset.body, asset.media_type, changed=None, max_age_seconds=ASSET_MAX_AGE_SECONDS)


def _make_fixed_document(
    address: RobotsAddress | SecurityAddress | AssetAddress | NotFoundAddress, settings: Settings, *, is_static: bool
) -> Document:
    if isinstance(address, AssetAddress):
        return make_asset_document(address, settings)
    if isinstance(address, NotFoundAddress):
        body = render_not_found(settings, is_static=is_static)
        return Document.of(body, HTML, changed=None, max_age_seconds=settings.max_age_seconds)
    body = write_robots(settings) if isinstance(address, RobotsAddress) else write_security(settings)
    if not body:
        raise NotFoundError("Page not found.")
    return Document.of(body, TEXT, changed=None, max_age_seconds=ASSET_MAX_AGE_SECONDS)


def _make_feed_document(
    address: FeedAddress | DigestAddress | ArchiveAddress, reader: CatalogReader, *, settings: Settings, now: datetime
) -> Document:
    format = address.format
    if isinstance(address, ArchiveAddress):
        archive = read_archive(address.query, address.part, reader, settings=settings, now=now)
        return _make_snapshot_document(archive, format)
    if isinstance(address, DigestAddress):
        snapshot: FeedSnapshot = read_digest(address.query, address.cycle, reader, settings=settings, now=now)
    else:
        snapshot = read_feed(address.query, reader, settings=settings, now=now)
        if settings.tombstones and format is Format.ATOM:
            snapshot = add_tombstones(snapshot, reader, settings=settings, now=now)
    document = _make_snapshot_document(add_retirement_notices(snapshot, reader, settings=settings, now=now), format)
    if not snapshot.feed.links:
        return document
    # Subscribers of a hub read the feed's own URL from the header (WebSub section 4).
    links = (*snapshot.feed.links, Link("self", snapshot.feed.self_url(format)))
    return msgspec.structs.replace(document, links=links)


def _make_snapshot_document(snapshot: FeedSnapshot, format: Format) -> Document:
    return Document.of(
        render(snapshot.feed, format),
        _FEED_TYPES[format],
        changed=snapshot.changed.find(format),
        max_age_seconds=snapshot.feed.ttl_seconds,
        scopes=snapshot.scopes,
    )


def _make_page_document(
    address: PageAddress | DigestPageAddress | IssueAddress,
    reader: CatalogReader,
    *,
    settings: Settings,
    now: datetime,
    is_static: bool,
) -> Document:
    if isinstance(address, IssueAddress):
        issue = read_issue(address, reader, settings=settings, now=now)
        return _make_issue_page(issue, settings=settings, is_static=is_static)
    if isinstance(address, DigestPageAddress):
        return _make_digest_page(address, reader, settings=settings, now=now, is_static=is_static)
    query = address.query
    if query.search and not address.part:
        return _make_search_document(address, reader, settings=settings, now=now)
    context = None
    if address.part:
        snapshot = read_archive(query, address.part, reader, settings=settings, now=now)
    else:
        snapshot = read_feed(query, reader, settings=settings, now=now)
        context = read_topic_context(snapshot, reader, now=now)
        snapshot = add_retirement_notices(snapshot, reader, settings=settings, now=now)
    body = render_page(address, snapshot, settings, context=context, is_static=is_static)
    max_age = settings.max_age_seconds  # for archive pages too: links and texts around the stories may change
    changed = find_page_change(snapshot, context)
    return Document.of(body, HTML, changed=changed, max_age_seconds=max_age, scopes=snapshot.scopes)


def _make_search_document(
    address: PageAddress, reader: CatalogReader, *, settings: Settings, now: datetime
) -> Document:
    page = read_search(address, reader, settings=settings, now=now)
    snapshot, max_age = page.snapshot, settings.max_age_seconds
    body = render_search(page, settings)
    return Document.of(body, HTML, changed=snapshot.changed.any, max_age_seconds=max_age, scopes=snapshot.scopes)


def _make_digest_page(
    address: DigestPageAddress, reader: CatalogReader, *, settings: Settings, now: datetime, is_static: bool
) -> Document:
    snapshot = read_issues(address.query, address.cycle, reader, settings=settings, now=now)
    snapshot = add_retirement_notices(snapshot, reader, settings=settings, now=now)
    body, max_age = render_digest(address, snapshot, settings, is_static=is_static), settings.max_age_seconds
    return Document.of(body, HTML, changed=snapshot.changed.any, max_age_seconds=max_age, scopes=snapshot.scopes)


def _make_issue_page(issue: IssueSnapshot, *, settings: Settings, is_static: bool) -> Document:
    body, max_age = render_issue(issue, settings, is_static=is_static), settings.max_age_seconds
    return Document.of(body, HTML, changed=issue.changed, max_age_seconds=max_age, scopes=issue.scopes)


def _make_directory_document(
    address: OpmlAddress | SitemapAddress | SuggestedNamesAddress,
    reader: CatalogReader,
    *,
    settings: Settings,
    now: datetime,
) -> Document:
    if isinstance(address, OpmlAddress):
        body, media_type = write_opml(read_directory(reader, now=now), settings, address.listing), OPML
    elif isinstance(address, SitemapAddress):
        body, media_type = write_sitemap(read_directory(reader, now=now), settings), SITEMAP
    else:
        body, media_type = write_suggested_names(reader, now=now), JSON
    changed = _find_change(address, reader, settings=settings, now=now)
    return Document.of(body, media_type, changed=changed, max_age_seconds=settings.max_age_seconds)


def _make_directory_page(
    address: DirectoryPageAddress,
    reader: CatalogReader,
    *,
    settings: Settings,
    now: datetime,
    is_static: bool,
) -> Document:
    changed = _find_change(address, reader, settings=settings, now=now)
    body = render_directory_page(address, reader, settings=settings, now=now, is_static=is_static)
    return Document.of(body, HTML, changed=changed, max_age_seconds=settings.max_age_seconds)


def _find_change(address: Address, reader: CatalogReader, *, settings: Settings, now: datetime) -> datetime | None:
    """Return the time of the last change to a list; one without a record of its own changes with the whole catalog."""
    document = _RECORDED.get(address)
    if document is None:
        return reader.find_last_change(now=now)
    return ListReader(reader, settings.shown).find_change(document, now=now)
