"""Documents are rendered once, and found again under every spelling of their URL."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier, BrokenBarrierError

import pytest

from feeds.model.errors import BadRequestError, CatalogError, MovedError, NotFoundError
from feeds.web.cached_document import CachedDocument, CacheKey
from tests.support.newsroom import Newsroom
from tests.support.postgresql import DatabaseServer
from tests.web.newsstand import PATHS, Newsstand, move_catalog


def test_a_document_is_served_until_the_catalog_changes(newsstand: Newsstand) -> None:
    first = newsstand.fetch_all(*PATHS)
    newsstand.poller.poll()
    assert all(again is cached for again, cached in zip(newsstand.fetch_all(*PATHS), first, strict=True))
    assert [newsstand.find(path) for path in PATHS] == first


def test_a_document_is_not_found_before_the_first_request(sqlite_newsstand: Newsstand) -> None:
    assert sqlite_newsstand.find(PATHS[0]) is None


def test_aliases_share_the_cached_feed(sqlite_newsstand: Newsstand) -> None:
    feed = sqlite_newsstand.fetch("/feed.atom")
    aliases = sqlite_newsstand.fetch_all("/feed.xml", "/atom.xml", "/index.xml")
    assert all(cached is feed for cached in aliases)


def test_errors_are_not_cached(sqlite_newsstand: Newsstand) -> None:
    with pytest.raises(NotFoundError):
        sqlite_newsstand.fetch("/topics/nope.atom")
    with pytest.raises(MovedError):
        sqlite_newsstand.fetch("/topics/Tides.atom")
    assert sqlite_newsstand.cache.size == 0


@pytest.mark.parametrize("_round", range(3))
def test_nothing_is_rendered_twice_by_threads(sqlite_newsstand: Newsstand, _round: int) -> None:
    threads = 12
    barrier = Barrier(threads)

    def fetch(number: int) -> CachedDocument:
        # At the same time, if possible: on a busy machine a thread may start too late.
        with suppress(BrokenBarrierError):
            barrier.wait(timeout=5)
        return sqlite_newsstand.fetch(PATHS[number % 3])

    with ThreadPoolExecutor(threads) as pool:
        documents = list(pool.map(fetch, range(threads)))
    assert len(set(map(id, documents))) == 3


def test_threads_render_different_feeds_as_one_thread_does(sqlite_newsstand: Newsstand) -> None:
    expected = [cached.document.body for cached in sqlite_newsstand.fetch_all(*PATHS)]
    for _ in range(5):
        sqlite_newsstand.use_cache()
        with ThreadPoolExecutor(len(PATHS)) as pool:
            assert [cached.document.body for cached in pool.map(sqlite_newsstand.fetch, PATHS)] == expected


def test_a_document_of_an_older_state_is_returned_but_not_kept(newsstand: Newsstand) -> None:
    newsstand.fetch("/feed.atom")

    def publish_meanwhile() -> datetime:
        newsstand.newsroom.write("a", topics=["Tides"], title="Retitled")
        newsstand.newsroom.collect()
        newsstand.poller.poll()
        return newsstand.newsroom.now

    newsstand.interruption = publish_meanwhile
    late = newsstand.fetch(PATHS[0])
    assert b"Retitled" not in late.document.body
    assert not newsstand.is_kept(late)
    assert b"Retitled" in newsstand.fetch(PATHS[0]).document.body


def test_a_document_from_before_a_release_is_returned_but_not_kept(newsstand: Newsstand) -> None:
    begun = newsstand.newsroom.now + timedelta(minutes=5)
    released = begun + timedelta(seconds=1)
    newsstand.newsroom.write("c", topics=["Tides"], publishedDateTime=released.isoformat())
    newsstand.newsroom.collect()
    newsstand.fetch("/feed.atom")

    def release_meanwhile() -> datetime:
        newsstand.newsroom.now = released
        newsstand.poller.poll()
        return begun

    newsstand.interruption = release_meanwhile
    assert not newsstand.is_kept(newsstand.fetch(PATHS[0]))
    assert b"Story c" in newsstand.fetch(PATHS[0]).document.body


def test_without_the_database_other_documents_are_errors(sqlite_newsstand: Newsstand, tmp_path: Path) -> None:
    move_catalog(tmp_path / "catalog.sqlite", tmp_path / "away.sqlite")
    for path in (*PATHS, "/feed.xml"):
        with pytest.raises(CatalogError):
            sqlite_newsstand.fetch(path)
    move_catalog(tmp_path / "away.sqlite", tmp_path / "catalog.sqlite")
    assert sqlite_newsstand.is_kept(sqlite_newsstand.fetch(PATHS[0]))


def test_without_postgresql_cached_documents_are_served(postgresql: DatabaseServer, tmp_path: Path) -> None:
    url = postgresql.create_database()
    newsstand = Newsstand(Newsroom(tmp_path / "articles", url))
    first = newsstand.fetch_all(*PATHS)
    postgresql.drop_database(url)
    newsstand.poller.poll()
    assert newsstand.fetch_all(*PATHS) == first
    with pytest.raises(CatalogError):
        newsstand.fetch("/feeds.opml")
    newsstand.newsroom.catalog.close()


def test_without_the_database_composed_feeds_are_served(sqlite_newsstand: Newsstand, tmp_path: Path) -> None:
    cached = sqlite_newsstand.fetch("/topics/boats,tides.atom", "limit=3")
    move_catalog(tmp_path / "catalog.sqlite", tmp_path / "away.sqlite")
    sqlite_newsstand.poller.poll()
    assert sqlite_newsstand.fetch("/topics/boats,tides.atom", "limit=03") is cached
    with pytest.raises(MovedError):
        sqlite_newsstand.fetch("/topics/tides,boats.atom", "limit=3")
    with pytest.raises(CatalogError):
        sqlite_newsstand.fetch("/topics/boats,tides.atom", "limit=4")
    with pytest.raises(BadRequestError):
        sqlite_newsstand.fetch("/topics/boats,tides.atom", "limit=0")


def test_all_spellings_of_a_query_share_one_document(sqlite_newsstand: Newsstand) -> None:
    cached = sqlite_newsstand.fetch("/topics/boats.atom", "limit=3&type=article")
    size = sqlite_newsstand.cache.size
    assert cached.key == CacheKey("/topics/boats.atom", "type=article&limit=3")
    for query in (
        "type=article&limit=3",
        "type=ARTICLE&limit=03&related=entries",
        "utm_source=x&limit=3&type=article&q",
    ):
        assert sqlite_newsstand.fetch("/topics/boats.atom", query) is cached
    plain = sqlite_newsstand.fetch("/topics/boats.atom", "utm_source=x")
    assert plain.key == CacheKey("/topics/boats.atom")
    assert sqlite_newsstand.find("/topics/boats.atom", "utm_source=x") is None
    assert sqlite_newsstand.cache.size - size == plain.size


def test_a_question_mark_in_a_path_starts_no_query(sqlite_newsstand: Newsstand) -> None:
    sqlite_newsstand.fetch("/topics/boats.atom", "limit=3")
    with pytest.raises(NotFoundError):
        sqlite_newsstand.fetch("/topics/boats.atom?limit=3")


def test_a_static_file_is_not_cached(sqlite_newsstand: Newsstand) -> None:
    assert sqlite_newsstand.fetch("/static/style.css").document.media_type == "text/css; charset=utf-8"
    assert sqlite_newsstand.cache.size == 0
