"""Detect documents with new bytes, and add notifications of hubs and purges of shared caches to the outbox."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

import msgspec

from feeds.catalog.archive_changes import ChangePeriod
from feeds.catalog.catalog import Catalog
from feeds.catalog.outbox import Notification, OutboxWriter, ScanPosition
from feeds.catalog.reader import CatalogReader
from feeds.catalog.topic_pages import find_pages_changed_by_time
from feeds.model.clock import from_seconds, to_seconds
from feeds.model.errors import MovedError, NotFoundError
from feeds.model.feed import Format
from feeds.model.program import fingerprint_program
from feeds.notify.candidates import Candidates, FeedEnds
from feeds.notify.delivery import NotifyContext
from feeds.notify.timing import NotifyTiming
from feeds.settings import Settings
from feeds.site.documents import make_document
from feeds.site.shared_caching import LISTS, SHARED_MAX_AGE_SECONDS, list_kept
from feeds.site.urls import Address, FeedAddress
from feeds.site.walk import list_queries

_GONE = "gone"
"""Stands for the ETag of an address without a document."""

_UNKNOWN = "unknown"
"""Stands for the ETag of a document that was not rendered."""

_GRACE_SECONDS = 3_600


class _DocumentState(msgspec.Struct, frozen=True):
    """The current ETag of a document, and the time of its last change, in seconds."""

    etag: str
    changed: int
    is_feed: bool


class _Scan(msgspec.Struct, frozen=True):
    """A scan of the catalog: the possibly changed documents since `before`, by path, and the changed ends of feeds.

    After a scan by another program or of another catalog, `kept` are all paths that shared caches may keep; all others
    are forgotten.
    """

    before: ScanPosition | None
    after: ScanPosition
    documents: Mapping[str, _DocumentState]
    ends: tuple[FeedEnds, ...] = ()
    kept: frozenset[str] | None = None

    @property
    def is_idle(self) -> bool:
        """Whether nothing can have changed."""
        is_known = self.before is not None and self.before.version == self.after.version
        return is_known and not self.documents and self.kept is None


def detect_changes(context: NotifyContext) -> bool:
    """Add to the outbox a notification for each hub and each feed with new bytes since the last scan.

    For each shared cache, add a purge of each document with new bytes that caches may keep for long. Return whether
    there are any changes. The first scan adds no notifications, because no reader can have subscribed through a hub
    yet. But a cache may have documents of an earlier catalog or program, so the first scan purges everything, without
    rendering it.

    Raises:
        CatalogError: the catalog cannot be read or written.
    """
    now, settings = context.clock.now(), context.settings
    scan = _scan(context.catalog, settings, now=now)
    if scan.is_idle:
        return False
    with context.catalog.writing_outbox() as outbox:
        if outbox.read_position() != scan.before:
            return True  # another process has detected the changes
        known = outbox.read_etags(scan.documents)
        changed = _find_changed(scan, known)
        outbox.remove_other_hubs(keep=(*settings.hubs, *settings.caches))
        feeds = {path: etag for path, etag in changed.items() if scan.documents[path].is_feed}
        if scan.before:
            _add_notifications(outbox, feeds, context=context, now=now)
        purged = _save_kept(outbox, scan.kept) if scan.kept is not None else {}
        _add_purges(outbox, purged | changed, context=context, now=now)
        _save_etags(outbox, scan.documents)
        if settings.caches:
            _save_ends(outbox, scan.ends, now=to_seconds(now), max_age_seconds=settings.max_age_seconds)
        outbox.save_position(scan.after)
    return bool(changed or purged)


def _scan(catalog: Catalog, settings: Settings, *, now: datetime) -> _Scan:
    with catalog.reading() as reader:
        before = reader.outbox.read_position()
        program = fingerprint_program() if settings.caches else ""
        version, committed = reader.read_state().version, reader.outbox.read_commit_time()
        after = ScanPosition(version, committed, to_seconds(now), program)
        kept = None
        if settings.caches and (before is None or before.program != program):
            kept = frozenset(address.path for address in list_kept(reader, settings=settings, now=now))
        # Lists change most often. To render all other documents of a large site would take a minute.
        lists = _read_states(LISTS if kept else (), reader, settings=settings, now=now)
        if before is None:
            return _Scan(before, after, lists, kept=kept)
        # A new commit may add entries released during the collect, before the last scan: start at the old commit.
        start = before.scanned if before.version == version else before.committed
        scopes = reader.outbox.find_scopes_changed_by_time(after=start, until=now)
        scopes |= reader.find_changed_scopes(before.version).keys()
        if kept is not None or not settings.caches:
            addresses = _list_feeds(reader, settings, scopes=scopes, now=now)
            documents = _read_states(addresses, reader, settings=settings, now=now)
            return _Scan(before, after, lists | documents, kept=kept)
        scopes |= find_pages_changed_by_time(reader, after=from_seconds(start), until=now)
        period = ChangePeriod(before.committed, start, to_seconds(now))
        candidates = Candidates(reader, settings, scopes=scopes, period=period, now=now)
        documents = _read_states(candidates.list_present(), reader, settings=settings, now=now)
        gone = {path: _DocumentState(_GONE, to_seconds(now), is_feed=False) for path in candidates.list_gone()}
        return _Scan(before, after, gone | documents, tuple(candidates.list_ends()))


def _list_feeds(reader: CatalogReader, settings: Settings, *, scopes: set[str], now: datetime) -> Iterator[FeedAddress]:
    """Give the feeds with content from any of the scopes, among the feeds announced to hubs."""
    queries = list_queries(reader, now=now) if scopes and settings.hubs else ()
    for query in queries:
        if not set(query.with_defaults(settings.defaults).scopes).isdisjoint(scopes):
            yield from (FeedAddress(query, format) for format in Format)


def _read_states(
    addresses: Iterable[Address], reader: CatalogReader, *, settings: Settings, now: datetime
) -> dict[str, _DocumentState]:
    return {address.path: _read_state(address, reader, settings=settings, now=now) for address in addresses}


def _read_state(address: Address, reader: CatalogReader, *, settings: Settings, now: datetime) -> _DocumentState:
    try:
        document = make_document(address, reader, settings=settings, now=now)
    except (NotFoundError, MovedError):
        return _DocumentState(_GONE, to_seconds(now), is_feed=False)
    changed = to_seconds(document.last_modified) if document.last_modified else 0
    return _DocumentState(document.etag, changed, is_feed=isinstance(address, FeedAddress))


def _find_changed(scan: _Scan, known: Mapping[str, str]) -> dict[str, str]:
    """Return the ETags of the changed documents, by path.

    Only the ETag shows new bytes, because a change may not affect every format. For a document without a known ETag,
    the time of the last change decides.
    """
    committed = scan.before.committed if scan.before else 0
    return {
        path: state.etag
        for path, state in scan.documents.items()
        if (state.etag != known[path] if known.get(path) else state.changed > committed)
    }


def _add_notifications(
    outbox: OutboxWriter, changed: Mapping[str, str], *, context: NotifyContext, now: datetime
) -> None:
    since = to_seconds(now)
    due = since + 1 + context.timing.delay_seconds
    if context.settings.caches:
        due = _find_purge_time(context.timing, now=now) + 1
    for hub in context.settings.hubs:
        outbox.put(hub, [Notification(path, etag, since, attempts=0, due=due) for path, etag in changed.items()])


def _add_purges(outbox: OutboxWriter, changed: Mapping[str, str], *, context: NotifyContext, now: datetime) -> None:
    since, due = to_seconds(now), _find_purge_time(context.timing, now=now)
    for cache in context.settings.caches:
        purges = [Notification(path, etag, since, attempts=0, due=due, repeats=1) for path, etag in changed.items()]
        outbox.put(cache, purges)


def _find_purge_time(timing: NotifyTiming, *, now: datetime) -> int:
    """Return the time of the first purge, in whole seconds: the outbox has no others."""
    return round(now.timestamp() + timing.purge_seconds)


def _save_etags(outbox: OutboxWriter, documents: Mapping[str, _DocumentState]) -> None:
    outbox.save_etags({path: state.etag for path, state in documents.items() if state.etag != _GONE})
    outbox.forget([path for path, state in documents.items() if state.etag == _GONE])


def _save_kept(outbox: OutboxWriter, kept: frozenset[str]) -> dict[str, str]:
    """Remember all paths that caches may keep; return them, and those no longer kept, each with an ETag."""
    known = set(outbox.list_announced("/"))
    outbox.forget(known - kept)
    outbox.save_etags(dict.fromkeys(kept, ""))
    return dict.fromkeys(known | kept, _UNKNOWN)


def _save_ends(outbox: OutboxWriter, ends: Iterable[FeedEnds], *, now: int, max_age_seconds: int) -> None:
    """Remember the ends of feeds, and forget ends that neither links of readers nor caches can lead to any more."""
    unlinked = outbox.list_unlinked()
    for each in ends:
        new = outbox.read_etags(each.linked)
        outbox.save_etags({path: "" for path in each.linked if path not in new})
        outbox.save_unlinked(dict.fromkeys(each.linked, None))
        outbox.save_unlinked({path: now for path in each.former if path not in unlinked})
    oldest = now - max_age_seconds - SHARED_MAX_AGE_SECONDS - _GRACE_SECONDS
    outbox.forget([path for path, time in unlinked.items() if time < oldest])
