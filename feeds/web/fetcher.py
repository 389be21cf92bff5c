"""Fetch the document at an address: from the cache, or rendered in a real thread."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from functools import lru_cache, partial
from threading import Lock
from typing import TypeVar
from urllib.parse import unquote

from feeds.catalog.catalog import Catalog
from feeds.catalog.reader import CatalogReader
from feeds.model.clock import Clock
from feeds.model.document import Document
from feeds.model.errors import CatalogMissingError, MovedError
from feeds.settings import Settings
from feeds.site.compression import Encoding
from feeds.site.documents import make_asset_document, make_document, resolve_address
from feeds.site.file_urls import AssetAddress
from feeds.site.former_feeds import FormerFeeds, find_former_feed, read_former_feeds
from feeds.site.shared_caching import may_be_kept
from feeds.site.url_parser import check_spelling, parse_address
from feeds.site.urls import Address, DigestAddress, DigestPageAddress, IssueAddress, QueryAddress, query_string_of
from feeds.web.cache import DocumentCache
from feeds.web.cached_document import CachedDocument, CacheKey
from feeds.web.greenlets import THREADS, run_in_thread
from feeds.web.poller import Poller
from feeds.web.shared_document import SharedDocument, list_tags
from feeds.web.throttle import Throttle

T = TypeVar("T")

MAX_WAITING = THREADS - 4
"""How many threads may wait to compose a feed; the others render plain feeds."""

_RENDER_LOCKS = 64


class DocumentFetcher:
    """Fetches documents; only one composed feed is rendered at a time."""

    def __init__(
        self, catalog: Catalog, settings: Settings, *, clock: Clock, cache: DocumentCache, poller: Poller
    ) -> None:
        self._catalog = catalog
        self._settings = settings
        self._clock = clock
        self._cache = cache
        self._poller = poller
        self._throttle = Throttle(max_waiting=MAX_WAITING)
        self.on_render: Callable[[CacheKey, float], object] = lambda _key, _seconds: None
        """Called with the key of each rendered document, and with the time it took."""

        self._render_locks = [Lock() for _ in range(_RENDER_LOCKS)]

    def fetch_former(self, path: str, query_string: str) -> CachedDocument | None:
        """Return the feed that answers at the URL of an earlier feed, a decoded path and an encoded query; else None.

        The answer is the feed itself: a reader that follows a redirect may take the feed for another one.

        Raises:
            NotFoundError: the topic of the feed is unknown or retired.
            CatalogError: the catalog cannot be read.
        """
        if not self._poller.has_started:
            try:
                run_in_thread(self._poller.start)
            except CatalogMissingError:  # nothing has ever been published
                return None
        document = self._poller.former_feeds
        feeds = _read_former_feeds(document, self._settings.base_path) if document else {}
        address: Address | None = find_former_feed(feeds, path, query_string)
        if address is None:
            return None
        try:
            cached = self.fetch(address, path=unquote(address.path))
        except MovedError as error:  # the topic has another name by now
            renamed = unquote(error.reference)
            cached = self.fetch(parse_address(renamed), path=renamed)
        if (path, query_string) in feeds:
            self._cache.add_former((path, query_string), cached)
        return cached

    def fetch(self, address: Address, *, path: str) -> CachedDocument:
        """Return the document at an address; `path` is the decoded request path.

        Raises:
            NotFoundError: the catalog has no document at this address.
            MovedError: `path` is not the canonical path.
            OverloadError: rendering takes too long, or too many requests are waiting to compose feeds.
            CatalogError: the catalog cannot be read, and the document is not cached.
        """
        if isinstance(address, AssetAddress):
            check_spelling(path, address)
            document = make_asset_document(address, self._settings)
            return CachedDocument(_make_key(address), document, encodings=(Encoding.IDENTITY,))
        if cached := self._cache.find(_make_key(address)):
            check_spelling(path, address)
            return cached
        self._catalog.check_answers()
        if _is_composed(address):
            self._throttle.check()  # a rejection needs no thread
        return run_in_thread(partial(self._read, address, path))

    def read_catalog(self, read: Callable[[CatalogReader, datetime], T]) -> T:
        """Return what a function makes of the catalog and the time, limited like composed feeds.

        Raises:
            OverloadError: it takes too long, or too many requests are waiting to compose feeds.
            CatalogError: the catalog cannot be read.
        """
        self._catalog.check_answers()
        self._throttle.check()  # a rejection needs no thread
        return run_in_thread(partial(self._read_composed, read))

    def _read_composed(self, read: Callable[[CatalogReader, datetime], T]) -> T:
        self._poller.start()
        with self._throttle.admit(), self._catalog.reading() as reader:
            reader.read_state()  # before the clock, so that the time is not behind the state
            return read(reader, self._clock.now())

    def _read(self, address: Address, path: str) -> CachedDocument:
        self._poller.start()
        with self._throttle_composing(address), self._catalog.reading() as reader:
            state = reader.read_state()  # before the clock, so that the time is not behind the state
            now = self._clock.now()
            address = resolve_address(address, reader, path=path, now=now)
            key = _make_key(address)
            # Each lock serves many keys to bound the number of locks. No document is rendered twice at once.
            with self._render_locks[hash(key) % _RENDER_LOCKS]:
                if cached := self._cache.find(key):
                    return cached
                started = time.perf_counter()
                document = make_document(address, reader, settings=self._settings, now=now)
                cached = self._make_cached(address, key, document, reader=reader)
                self.on_render(key, time.perf_counter() - started)
                self._cache.add(cached, state=state, now=now, is_composed=_is_composed(address))
                return cached

    def _make_cached(
        self, address: Address, key: CacheKey, document: Document, *, reader: CatalogReader
    ) -> CachedDocument:
        if not self._settings.caches:
            return CachedDocument(key, document, clock=self._clock)
        if not may_be_kept(address, reader):
            return CachedDocument(key, document, clock=self._clock, extra=list_tags(document))
        is_current = self._poller.is_current
        return SharedDocument(key, document, target=address.path, is_current=is_current, clock=self._clock)

    def _throttle_composing(self, address: Address) -> AbstractContextManager[None]:
        return self._throttle.admit() if _is_composed(address) else nullcontext()


@lru_cache(maxsize=1)
def _read_former_feeds(document: str, base_path: str) -> FormerFeeds:
    return read_former_feeds(document, base_path=base_path)


def _make_key(address: Address) -> CacheKey:
    return CacheKey(unquote(address.path), query_string_of(address))


def _is_composed(address: Address) -> bool:
    if isinstance(address, DigestAddress | DigestPageAddress | IssueAddress) or query_string_of(address):
        return True
    return isinstance(address, QueryAddress) and not address.query.is_plain
