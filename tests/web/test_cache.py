"""Cached documents are rendered once, are never outdated for longer than promised, and stay below the maximum size."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from threading import Barrier, Event

import pytest

from feeds.catalog.catalog import Catalog
from feeds.model.clock import Clock
from feeds.model.errors import BadRequestError, CatalogError, GoneError, MovedError, NotFoundError
from feeds.site.compression import Encoding
from feeds.web.cache import COMPOSED_SHARE, OVERHEAD_BYTES, POLL_SECONDS, DocumentCache
from feeds.web.lru import CachedDocument, CacheKey
from tests.support.app import fetch_from, make_settings
from tests.support.newsroom import Newsroom
from tests.support.postgresql import DatabaseServer

PATHS = ("/topics/tides.atom", "/topics/tides.rss", "/topics/boats.json", "/topics/boats", "/feed.atom", "/")
AMPLE = 100_000_000


class CacheFixture:
    """A newsroom with two topics, and a cache with a poll clock that tests move."""

    def __init__(self, newsroom: Newsroom, *, max_bytes: int = AMPLE) -> None:
        self.newsroom = newsroom
        self.seconds = 1.0
        self.interruption: Callable[[], datetime] | None = None
        newsroom.write("a", topics=["Tides"])
        newsroom.write("b", topics=["Boats"])
        newsroom.collect()
        self.cache = self.make_cache(max_bytes=max_bytes)

    def make_cache(self, *, max_bytes: int = AMPLE) -> DocumentCache:
        clock = Clock(now=self.read_time, sleep=lambda _seconds: None)
        return DocumentCache(
            self.newsroom.catalog,
            make_settings(),
            clock=clock,
            max_bytes=max_bytes,
            monotonic=lambda: self.seconds,
        )

    def read_time(self) -> datetime:
        """Return the newsroom's time; the cache calls this before it renders, and a test may interrupt here."""
        interruption, self.interruption = self.interruption, None
        return interruption() if interruption else self.newsroom.now

    def fetch(self, *paths: str) -> list[CachedDocument]:
        return [fetch_from(self.cache, path) for path in paths]

    def wait(self) -> None:
        """Let time pass until the next poll."""
        self.seconds += POLL_SECONDS


@pytest.fixture
def cache_fixture(newsroom: Newsroom) -> CacheFixture:
    """Give a cache fixture on each engine in turn."""
    return CacheFixture(newsroom)


@pytest.fixture
def sqlite_cache_fixture(tmp_path: Path) -> Iterator[CacheFixture]:
    """Give a cache fixture on SQLite."""
    newsroom = Newsroom(tmp_path / "articles", f"sqlite:///{tmp_path / 'catalog.sqlite'}")
    yield CacheFixture(newsroom)
    newsroom.catalog.close()


def total_size_for(plain: int) -> int:
    """Return the size of a cache with `plain` bytes for plain feeds."""
    return plain * COMPOSED_SHARE // (COMPOSED_SHARE - 1)


def move_catalog(source: Path, target: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        if source.with_name(source.name + suffix).exists():
            source.with_name(source.name + suffix).rename(target.with_name(target.name + suffix))


def test_a_document_is_served_until_the_catalog_changes(cache_fixture: CacheFixture) -> None:
    first = cache_fixture.fetch(*PATHS)
    cache_fixture.wait()
    assert all(again is cached for again, cached in zip(cache_fixture.fetch(*PATHS), first, strict=True))
    assert [cache_fixture.cache.find(path) for path in PATHS] == first


def test_a_document_is_not_found_before_the_first_request(sqlite_cache_fixture: CacheFixture) -> None:
    assert sqlite_cache_fixture.cache.find(PATHS[0]) is None


def test_aliases_share_the_cached_feed(sqlite_cache_fixture: CacheFixture) -> None:
    (feed,) = sqlite_cache_fixture.fetch("/feed.atom")
    assert all(cached is feed for cached in sqlite_cache_fixture.fetch("/feed.xml", "/atom.xml", "/index.xml"))


def test_errors_are_not_cached(sqlite_cache_fixture: CacheFixture) -> None:
    with pytest.raises(NotFoundError):
        fetch_from(sqlite_cache_fixture.cache, "/topics/nope.atom")
    with pytest.raises(MovedError):
        fetch_from(sqlite_cache_fixture.cache, "/topics/Tides.atom")
    assert sqlite_cache_fixture.cache.size == 0


@pytest.mark.parametrize("_round", range(3))
def test_nothing_is_rendered_twice_by_threads(sqlite_cache_fixture: CacheFixture, _round: int) -> None:
    threads = 12
    barrier = Barrier(threads)

    def fetch(number: int) -> CachedDocument:
        barrier.wait()
        return fetch_from(sqlite_cache_fixture.cache, PATHS[number % 3])

    with ThreadPoolExecutor(threads) as pool:
        documents = list(pool.map(fetch, range(threads)))
    assert len(set(map(id, documents))) == 3


def test_threads_render_different_feeds_as_one_thread_does(sqlite_cache_fixture: CacheFixture) -> None:
    expected = [cached.document.body for cached in sqlite_cache_fixture.fetch(*PATHS)]
    for cache in (sqlite_cache_fixture.make_cache() for _ in range(5)):
        with ThreadPoolExecutor(len(PATHS)) as pool:
            assert [cached.document.body for cached in pool.map(partial(fetch_from, cache), PATHS)] == expected


def test_a_coding_is_made_once_by_threads(sqlite_cache_fixture: CacheFixture) -> None:
    (cached,) = sqlite_cache_fixture.fetch(PATHS[0])
    barrier = Barrier(8)

    def compress(_number: int) -> bytes:
        barrier.wait()
        return sqlite_cache_fixture.cache.encode(cached, Encoding.GZIP)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(map(id, pool.map(compress, range(8))))) == 1


def test_a_change_drops_only_affected_documents(cache_fixture: CacheFixture) -> None:
    first = cache_fixture.fetch(*PATHS)
    cache_fixture.newsroom.write("a", topics=["Tides"], title="Retitled")
    cache_fixture.newsroom.collect()
    cache_fixture.wait()
    kept = [cached.key.path for cached in first if cache_fixture.cache.find(cached.key.path) is cached]
    assert kept == ["/topics/boats.json", "/topics/boats"]
    assert b"Retitled" in fetch_from(cache_fixture.cache, PATHS[0]).document.body


def test_a_collect_without_changes_drops_nothing(sqlite_cache_fixture: CacheFixture) -> None:
    first = sqlite_cache_fixture.fetch(*PATHS)
    sqlite_cache_fixture.newsroom.write("a", topics=["Tides"], secured="0123")
    sqlite_cache_fixture.newsroom.collect()
    sqlite_cache_fixture.wait()
    assert sqlite_cache_fixture.fetch(*PATHS) == first


def test_a_change_is_detected_at_the_next_poll_and_not_before(cache_fixture: CacheFixture) -> None:
    (first,) = cache_fixture.fetch(PATHS[0])
    cache_fixture.newsroom.delete("a")
    cache_fixture.newsroom.collect()
    cache_fixture.seconds += POLL_SECONDS * 0.99
    assert cache_fixture.cache.find(PATHS[0]) is first
    cache_fixture.seconds += POLL_SECONDS * 0.02
    assert cache_fixture.cache.find(PATHS[0]) is None
    assert b"Story a" not in fetch_from(cache_fixture.cache, PATHS[0]).document.body


def test_an_entry_appears_at_its_time_without_a_collect(cache_fixture: CacheFixture) -> None:
    released = cache_fixture.newsroom.now + timedelta(hours=1)
    cache_fixture.newsroom.write("c", topics=["Tides"], publishedDateTime=released.isoformat())
    cache_fixture.newsroom.collect()
    (before,) = cache_fixture.fetch(PATHS[0])
    assert b"Story c" not in before.document.body
    cache_fixture.newsroom.now = released
    cache_fixture.wait()
    assert b"Story c" in fetch_from(cache_fixture.cache, PATHS[0]).document.body


def test_an_entry_collected_and_released_between_two_polls_is_detected(cache_fixture: CacheFixture) -> None:
    cache_fixture.fetch(PATHS[0])
    released = cache_fixture.newsroom.now + timedelta(seconds=90)
    cache_fixture.newsroom.write("c", topics=["Tides"], publishedDateTime=released.isoformat())
    cache_fixture.newsroom.collect()
    assert b"Story c" not in fetch_from(cache_fixture.cache, "/topics/tides.json").document.body
    cache_fixture.newsroom.now = released
    cache_fixture.wait()
    for path in ("/topics/tides.json", PATHS[0]):
        assert b"Story c" in fetch_from(cache_fixture.cache, path).document.body


def test_a_topic_ends_at_its_time_without_a_collect(cache_fixture: CacheFixture) -> None:
    folder = cache_fixture.newsroom.folder / "topics"
    folder.mkdir()
    (folder / "tides.yaml").write_text("name: Tides\nretired: 2021-03-05\n")
    cache_fixture.newsroom.collect()
    feeds = (PATHS[0], "/topics/tides", "/topics/boats,tides.atom")
    assert not any(b"has been retired" in cached.document.body for cached in cache_fixture.fetch(*feeds))
    assert b"/topics/tides" in fetch_from(cache_fixture.cache, "/").document.body
    cache_fixture.newsroom.now = datetime(2021, 3, 5, tzinfo=UTC)
    cache_fixture.wait()
    assert all(b"has been retired" in cached.document.body for cached in cache_fixture.fetch(*feeds))
    assert b"/topics/tides" not in fetch_from(cache_fixture.cache, "/").document.body
    cache_fixture.newsroom.now = datetime(2021, 4, 3, 23, 59, 59, tzinfo=UTC)
    cache_fixture.wait()
    cache_fixture.fetch(*feeds)
    cache_fixture.newsroom.wait(seconds=1)
    cache_fixture.wait()
    for path in feeds:
        with pytest.raises(GoneError, match="was retired on 2021-03-05, and its feed ended on 2021-04-04"):
            fetch_from(cache_fixture.cache, path)


def test_filtered_lists_of_feeds_evict_each_other_only(sqlite_cache_fixture: CacheFixture) -> None:
    cache = sqlite_cache_fixture.make_cache(max_bytes=20 * OVERHEAD_BYTES)
    plain = fetch_from(cache, "/feeds.opml")
    narrowed = [fetch_from(cache, "/feeds.opml", f"min_entries={number}") for number in range(1, 20)]
    assert plain.is_current
    assert not narrowed[0].is_current
    assert narrowed[-1].is_current
    assert fetch_from(cache, "/feeds.opml", "min_entries=0&utm_source=x") is plain


def test_a_document_of_an_older_state_is_returned_but_not_kept(cache_fixture: CacheFixture) -> None:
    cache_fixture.fetch("/feed.atom")

    def publish_meanwhile() -> datetime:
        cache_fixture.newsroom.write("a", topics=["Tides"], title="Retitled")
        cache_fixture.newsroom.collect()
        cache_fixture.wait()
        cache_fixture.cache.find("/feed.atom")
        return cache_fixture.newsroom.now

    cache_fixture.interruption = publish_meanwhile
    late = fetch_from(cache_fixture.cache, PATHS[0])
    assert b"Retitled" not in late.document.body
    assert not late.is_current
    assert b"Retitled" in fetch_from(cache_fixture.cache, PATHS[0]).document.body


def test_a_document_from_before_a_release_is_returned_but_not_kept(cache_fixture: CacheFixture) -> None:
    begun = cache_fixture.newsroom.now + timedelta(minutes=5)
    released = begun + timedelta(seconds=1)
    cache_fixture.newsroom.write("c", topics=["Tides"], publishedDateTime=released.isoformat())
    cache_fixture.newsroom.collect()
    cache_fixture.fetch("/feed.atom")

    def release_meanwhile() -> datetime:
        cache_fixture.newsroom.now = released
        cache_fixture.wait()
        cache_fixture.cache.find("/feed.atom")
        return begun

    cache_fixture.interruption = release_meanwhile
    assert not fetch_from(cache_fixture.cache, PATHS[0]).is_current
    assert b"Story c" in fetch_from(cache_fixture.cache, PATHS[0]).document.body


def test_a_new_catalog_replaces_everything(sqlite_cache_fixture: CacheFixture, tmp_path: Path) -> None:
    first = sqlite_cache_fixture.fetch(*PATHS)
    move_catalog(tmp_path / "catalog.sqlite", tmp_path / "old.sqlite")
    sqlite_cache_fixture.newsroom.write("a", topics=["Tides"], title="Retitled")
    sqlite_cache_fixture.newsroom.collect()
    sqlite_cache_fixture.wait()
    assert b"Retitled" in fetch_from(sqlite_cache_fixture.cache, PATHS[0]).document.body
    assert not any(cached.is_current for cached in first)


def test_a_restored_catalog_replaces_everything(sqlite_cache_fixture: CacheFixture, tmp_path: Path) -> None:
    backup = Catalog(f"sqlite:///{tmp_path / 'catalog.sqlite'}")
    with backup.writing():
        pass  # and with the last connection gone, one file holds everything
    backup.close()
    saved = (tmp_path / "catalog.sqlite").read_bytes()
    sqlite_cache_fixture.newsroom.write("a", topics=["Tides"], title="Retitled")
    sqlite_cache_fixture.newsroom.collect()
    sqlite_cache_fixture.fetch(*PATHS)
    move_catalog(tmp_path / "catalog.sqlite", tmp_path / "new.sqlite")
    (tmp_path / "catalog.sqlite").write_bytes(saved)
    sqlite_cache_fixture.wait()
    assert b"Retitled" not in fetch_from(sqlite_cache_fixture.cache, PATHS[0]).document.body


def test_without_the_database_cached_documents_are_served(
    sqlite_cache_fixture: CacheFixture, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = sqlite_cache_fixture.fetch(*PATHS)
    move_catalog(tmp_path / "catalog.sqlite", tmp_path / "away.sqlite")
    for _ in range(3):
        sqlite_cache_fixture.wait()
        assert sqlite_cache_fixture.fetch(*PATHS) == first
        assert fetch_from(sqlite_cache_fixture.cache, "/feed.xml") is first[PATHS.index("/feed.atom")]
        assert sqlite_cache_fixture.cache.encode(first[0], Encoding.GZIP)
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    with pytest.raises(CatalogError):
        fetch_from(sqlite_cache_fixture.cache, "/feeds.opml")
    sqlite_cache_fixture.newsroom.write("a", topics=["Tides"], title="Retitled")
    move_catalog(tmp_path / "away.sqlite", tmp_path / "catalog.sqlite")
    sqlite_cache_fixture.newsroom.collect()
    sqlite_cache_fixture.wait()
    assert b"Retitled" in fetch_from(sqlite_cache_fixture.cache, PATHS[0]).document.body


def test_without_postgresql_cached_documents_are_served(postgresql: DatabaseServer, tmp_path: Path) -> None:
    url = postgresql.create_database()
    cache_fixture = CacheFixture(Newsroom(tmp_path / "articles", url))
    first = cache_fixture.fetch(*PATHS)
    postgresql.drop_database(url)
    cache_fixture.wait()
    assert cache_fixture.fetch(*PATHS) == first
    with pytest.raises(CatalogError):
        fetch_from(cache_fixture.cache, "/feeds.opml")
    cache_fixture.newsroom.catalog.close()


def test_without_the_database_other_documents_are_errors(sqlite_cache_fixture: CacheFixture, tmp_path: Path) -> None:
    move_catalog(tmp_path / "catalog.sqlite", tmp_path / "away.sqlite")
    for path in (*PATHS, "/feed.xml"):
        with pytest.raises(CatalogError):
            fetch_from(sqlite_cache_fixture.cache, path)
    move_catalog(tmp_path / "away.sqlite", tmp_path / "catalog.sqlite")
    sqlite_cache_fixture.wait()
    (cached,) = sqlite_cache_fixture.fetch(PATHS[0])
    assert cached.is_current


def test_a_hanging_database_blocks_one_request_only(sqlite_cache_fixture: CacheFixture) -> None:
    (cached,) = sqlite_cache_fixture.fetch(PATHS[0])
    hangs, may_go_on = Event(), Event()

    def hang() -> datetime:
        hangs.set()
        may_go_on.wait(30)
        return sqlite_cache_fixture.newsroom.now

    sqlite_cache_fixture.interruption = hang
    sqlite_cache_fixture.wait()
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(sqlite_cache_fixture.cache.find, PATHS[0])
        assert hangs.wait(30)
        assert sqlite_cache_fixture.cache.find(PATHS[0]) is cached
        assert not held.done()
        may_go_on.set()
        assert held.result() is cached


def test_everything_kept_is_counted(sqlite_cache_fixture: CacheFixture) -> None:
    documents = sqlite_cache_fixture.fetch(*PATHS)
    for cached in documents:
        for encoding in Encoding:
            sqlite_cache_fixture.cache.encode(cached, encoding)
            for _ in range(2):
                sqlite_cache_fixture.cache.add_responses(cached, encoding, responses=object())
    bodies = sum(len(body) for cached in documents for body in cached.bodies.values())
    assert sqlite_cache_fixture.cache.size == bodies + len(PATHS) * (1 + len(Encoding)) * OVERHEAD_BYTES


def test_the_least_recently_used_documents_are_evicted(sqlite_cache_fixture: CacheFixture) -> None:
    sizes = [cached.size for cached in sqlite_cache_fixture.fetch(*PATHS[:3])]
    cache = sqlite_cache_fixture.make_cache(max_bytes=total_size_for(sum(sizes)))
    for path in (*PATHS[:3], PATHS[0], "/feeds.opml"):
        fetch_from(cache, path)
    assert [cache.find(path) is not None for path in PATHS[:3]] == [True, False, True]
    assert cache.size <= sum(sizes)


def test_a_compressed_body_evicts_other_documents(sqlite_cache_fixture: CacheFixture) -> None:
    sizes = [cached.size for cached in sqlite_cache_fixture.fetch(*PATHS[:2])]
    cache = sqlite_cache_fixture.make_cache(max_bytes=total_size_for(sum(sizes)))
    old, new = (fetch_from(cache, path) for path in PATHS[:2])
    cache.encode(new, Encoding.BROTLI)
    assert (old.is_current, new.is_current) == (False, True)
    assert cache.size == len(new.document.body) + len(new.bodies[Encoding.BROTLI]) + OVERHEAD_BYTES


def test_removed_documents_are_not_counted(sqlite_cache_fixture: CacheFixture) -> None:
    (cached,) = sqlite_cache_fixture.fetch(PATHS[0])
    sqlite_cache_fixture.newsroom.delete("a")
    sqlite_cache_fixture.newsroom.collect()
    sqlite_cache_fixture.wait()
    assert sqlite_cache_fixture.cache.find(PATHS[0]) is None
    assert sqlite_cache_fixture.cache.encode(cached, Encoding.GZIP)
    sqlite_cache_fixture.cache.add_responses(cached, Encoding.GZIP, responses=object())
    assert sqlite_cache_fixture.cache.size == 0


def test_a_document_above_the_maximum_size_is_still_served(sqlite_cache_fixture: CacheFixture) -> None:
    cache = sqlite_cache_fixture.make_cache(max_bytes=1)
    assert [fetch_from(cache, path).key.path for path in PATHS] == list(PATHS)
    assert cache.size == fetch_from(cache, PATHS[-1]).size


def test_composed_feeds_do_not_evict_plain_feeds(sqlite_cache_fixture: CacheFixture) -> None:
    plain = sqlite_cache_fixture.fetch(*PATHS)
    cache = sqlite_cache_fixture.make_cache(max_bytes=total_size_for(sum(cached.size for cached in plain)))
    kept = [fetch_from(cache, path) for path in PATHS]
    composed = [fetch_from(cache, "/topics/boats,tides.atom", f"limit={limit}") for limit in range(1, 50)]
    assert all(cached.is_current for cached in kept)
    assert [cached.is_current for cached in composed] == sorted(cached.is_current for cached in composed)
    assert composed[-1].is_current
    assert not composed[0].is_current
    assert cache.size <= total_size_for(sum(cached.size for cached in plain))


def test_all_spellings_of_a_query_share_one_document(sqlite_cache_fixture: CacheFixture) -> None:
    cached = fetch_from(sqlite_cache_fixture.cache, "/topics/boats.atom", "limit=3&type=article")
    size = sqlite_cache_fixture.cache.size
    assert cached.key == CacheKey("/topics/boats.atom", "type=article&limit=3")
    for query in (
        "type=article&limit=3",
        "type=ARTICLE&limit=03&related=entries",
        "utm_source=x&limit=3&type=article&q",
    ):
        assert fetch_from(sqlite_cache_fixture.cache, "/topics/boats.atom", query) is cached
    assert fetch_from(sqlite_cache_fixture.cache, "/topics/boats.atom", "utm_source=x").key == CacheKey(
        "/topics/boats.atom"
    )
    assert sqlite_cache_fixture.cache.find("/topics/boats.atom", "utm_source=x") is None
    assert sqlite_cache_fixture.cache.size - size == fetch_from(sqlite_cache_fixture.cache, "/topics/boats.atom").size


def test_a_question_mark_in_a_path_starts_no_query(sqlite_cache_fixture: CacheFixture) -> None:
    fetch_from(sqlite_cache_fixture.cache, "/topics/boats.atom", "limit=3")
    with pytest.raises(NotFoundError):
        fetch_from(sqlite_cache_fixture.cache, "/topics/boats.atom?limit=3")


def test_a_composed_feed_changes_with_any_of_its_topics(cache_fixture: CacheFixture) -> None:
    both, other = (
        fetch_from(cache_fixture.cache, "/topics/boats,tides.atom"),
        fetch_from(cache_fixture.cache, "/topics/boats.atom", "limit=3"),
    )
    cache_fixture.newsroom.write("a", topics=["Tides"], title="Retitled")
    cache_fixture.newsroom.collect()
    cache_fixture.wait()
    assert cache_fixture.cache.find("/topics/boats.atom", "limit=3") is other
    assert not both.is_current


def test_without_the_database_composed_feeds_are_served(sqlite_cache_fixture: CacheFixture, tmp_path: Path) -> None:
    cached = fetch_from(sqlite_cache_fixture.cache, "/topics/boats,tides.atom", "limit=3")
    move_catalog(tmp_path / "catalog.sqlite", tmp_path / "away.sqlite")
    sqlite_cache_fixture.wait()
    assert fetch_from(sqlite_cache_fixture.cache, "/topics/boats,tides.atom", "limit=03") is cached
    with pytest.raises(MovedError):
        fetch_from(sqlite_cache_fixture.cache, "/topics/tides,boats.atom", "limit=3")
    with pytest.raises(CatalogError):
        fetch_from(sqlite_cache_fixture.cache, "/topics/boats,tides.atom", "limit=4")
    with pytest.raises(BadRequestError):
        fetch_from(sqlite_cache_fixture.cache, "/topics/boats,tides.atom", "limit=0")


@pytest.mark.slow
def test_the_size_is_right_after_many_threads(sqlite_cache_fixture: CacheFixture) -> None:
    cache = sqlite_cache_fixture.make_cache(max_bytes=60_000)

    def browse(seed: int) -> None:
        random = Random(seed)  # noqa: S311 no secret
        for _ in range(60):
            cached = fetch_from(cache, random.choice(PATHS))
            encoding = random.choice(list(Encoding))
            cache.encode(cached, encoding)
            cache.add_responses(cached, encoding, responses=object())

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(browse, range(6)))
    kept = [cached for path in PATHS if (cached := cache.find(path))]
    assert 0 < cache.size <= 60_000
    assert cache.size == sum(cached.size for cached in kept)
