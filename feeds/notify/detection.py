"""Detect feeds with new bytes, and add notifications of hubs to the outbox."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

import msgspec

from feeds.catalog.catalog import Catalog
from feeds.catalog.outbox import Notification, ScanPosition
from feeds.catalog.reader import CatalogReader
from feeds.model.clock import to_seconds
from feeds.model.feed import Format
from feeds.notify.delivery import NotifyContext
from feeds.settings import Settings
from feeds.site.documents import make_document
from feeds.site.urls import FeedAddress
from feeds.site.walk import list_queries


class _FeedState(msgspec.Struct, frozen=True):
    """The current ETag of a feed, and the time of the feed's last change, in seconds."""

    etag: str
    changed: int


class _Scan(msgspec.Struct, frozen=True):
    """A scan of the catalog: the possibly changed feeds since `before`, by path."""

    before: ScanPosition | None
    after: ScanPosition
    feeds: Mapping[str, _FeedState]


def detect_changes(context: NotifyContext) -> bool:
    """Add a notification to the outbox for each hub and each feed with new bytes since the last scan.

    Return whether there are any changes. The first scan adds no notifications, because no reader can have subscribed
    through a hub yet.

    Raises:
        CatalogError: the catalog cannot be read or written.
    """
    now, hubs = context.clock.now(), context.settings.hubs
    scan = _scan(context.catalog, context.settings, now=now)
    if scan.before and scan.before.version == scan.after.version and not scan.feeds:
        return False
    with context.catalog.writing_outbox() as outbox:
        if outbox.read_position() != scan.before:
            return True  # another process has detected the changes
        changed = _find_changed(scan, outbox.read_etags(scan.feeds))
        since = to_seconds(now)
        due = since + 1 + context.timing.delay_seconds
        outbox.remove_other_hubs(keep=hubs)
        for hub in hubs:
            outbox.put(hub, [Notification(path, etag, since, attempts=0, due=due) for path, etag in changed.items()])
        outbox.save_etags({path: state.etag for path, state in scan.feeds.items()})
        outbox.save_position(scan.after)
    return bool(changed)


def _scan(catalog: Catalog, settings: Settings, *, now: datetime) -> _Scan:
    with catalog.reading() as reader:
        before = reader.outbox.read_position()
        after = ScanPosition(reader.read_state().version, reader.outbox.read_commit_time(), to_seconds(now))
        scopes = _find_changed_scopes(before, after, reader=reader, now=now) if before else ()
        addresses = _list_feeds(reader, settings, scopes=scopes, now=now)
        feeds = {address.path: _read_state(address, reader, settings=settings, now=now) for address in addresses}
        return _Scan(before, after, feeds)


def _read_state(address: FeedAddress, reader: CatalogReader, *, settings: Settings, now: datetime) -> _FeedState:
    document = make_document(address, reader, settings=settings, now=now)
    return _FeedState(document.etag, to_seconds(document.last_modified) if document.last_modified else 0)


def _find_changed_scopes(
    before: ScanPosition, after: ScanPosition, *, reader: CatalogReader, now: datetime
) -> set[str]:
    """Return the scopes with possible changes."""
    # A new commit may add entries released during the collect, before the last scan: start at the old commit.
    start = before.scanned if before.version == after.version else before.committed
    changed_by_time = reader.outbox.find_scopes_changed_by_time(after=start, until=now)
    return changed_by_time | reader.find_changed_scopes(before.version).keys()


def _list_feeds(
    reader: CatalogReader, settings: Settings, *, scopes: Collection[str], now: datetime
) -> Iterator[FeedAddress]:
    """Give the feeds with content from any of the scopes, among the feeds announced to hubs."""
    queries = list_queries(reader, now=now) if scopes else ()
    for query in queries:
        if not set(query.with_defaults(settings.defaults).scopes).isdisjoint(scopes):
            yield from (FeedAddress(query, format) for format in Format)


def _find_changed(scan: _Scan, known: Mapping[str, str]) -> dict[str, str]:
    """Return the ETags of the changed feeds, by path.

    Only the ETag shows new bytes, because a change may not affect every format. For a feed without a known ETag, the
    time of the last change decides.
    """
    committed = scan.before.committed if scan.before else 0
    return {
        path: state.etag
        for path, state in scan.feeds.items()
        if (state.etag != known[path] if path in known else state.changed > committed)
    }
