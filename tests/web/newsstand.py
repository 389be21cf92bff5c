"""A newsroom with a cache over its catalog, without a server."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from feeds.model.clock import Clock
from feeds.web.cache import COMPOSED_SHARE, DocumentCache
from feeds.web.cached_document import CachedDocument, CacheKey
from feeds.web.fetcher import DocumentFetcher
from feeds.web.poller import Poller
from tests.support.app import fetch_from, make_settings
from tests.support.newsroom import Newsroom

PATHS = ("/topics/tides.atom", "/topics/tides.rss", "/topics/boats.json", "/topics/boats", "/feed.atom", "/")
AMPLE = 100_000_000


class Newsstand:
    """A newsroom with two topics, and documents over the catalog; tests poll the catalog themselves."""

    def __init__(self, newsroom: Newsroom) -> None:
        self.newsroom = newsroom
        self.interruption: Callable[[], datetime] | None = None
        newsroom.write("a", topics=["Tides"])
        newsroom.write("b", topics=["Boats"])
        newsroom.collect()
        self.use_cache(max_bytes=AMPLE)

    def use_cache(self, *, max_bytes: int = AMPLE, poll_seconds: float | None = None) -> DocumentCache:
        """Go on with an empty cache."""
        clock = Clock(now=self._read_time, sleep=lambda _seconds: None)
        catalog = self.newsroom.catalog
        self.cache = DocumentCache(max_bytes=max_bytes)
        self.poller = Poller(catalog, self.cache, clock=clock, seconds=poll_seconds)
        self.fetcher = DocumentFetcher(catalog, make_settings(), clock=clock, cache=self.cache, poller=self.poller)
        return self.cache

    def fetch(self, path: str, query_string: str = "") -> CachedDocument:
        """Fetch a document as the app does."""
        return fetch_from(self.fetcher, path, query_string)

    def fetch_all(self, *paths: str) -> list[CachedDocument]:
        """Fetch documents without a query string."""
        return [self.fetch(path) for path in paths]

    def find(self, path: str, query: str = "") -> CachedDocument | None:
        """Return a document in memory."""
        return self.cache.find(CacheKey(path, query))

    def is_kept(self, cached: CachedDocument) -> bool:
        """Return whether a document is in memory, without counting as a use."""
        is_used = cached.is_used
        is_kept = self.cache.find(cached.key) is cached
        cached.is_used = is_used
        return is_kept

    def _read_time(self) -> datetime:
        """Return the newsroom's time; polling and rendering begin with this, and a test may interrupt here."""
        interruption, self.interruption = self.interruption, None
        return interruption() if interruption else self.newsroom.now


def total_size_for(plain: int) -> int:
    """Return the size of a cache with `plain` bytes for plain feeds."""
    return -(-plain * COMPOSED_SHARE // (COMPOSED_SHARE - 1))


def move_catalog(source: Path, target: Path) -> None:
    """Rename the files of an SQLite catalog."""
    for suffix in ("", "-wal", "-shm"):
        if source.with_name(source.name + suffix).exists():
            source.with_name(source.name + suffix).rename(target.with_name(target.name + suffix))
