"""What is kept in memory is rendered once, is never stale for longer than promised, and stays within its bound."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from threading import Barrier, Event

import pytest

from feeds.catalog.catalog import Catalog
from feeds.model.clock import Clock
from feeds.model.errors import BadRequestError, CatalogError, GoneError, MovedError, NotFoundError
from feeds.site.compression import Encoding
from feeds.web.cache import COMPOSED_SHARE, POLL_SECONDS, RECORD_BYTES, DocumentCache
from feeds.web.lru import CachedDocument, CacheKey
from tests.support.app import make_settings
from tests.support.newsroom import Newsroom
from tests.support.postgresql import DatabaseServer

PATHS = ("/topics/tides.atom", "/topics/tides.rss", "/topics/boats.json", "/topics/boats", "/feed.atom", "/")
AMPLE = 100_000_000


class Stand:
    """A newsroom with two topics, and a shelf whose clock for asking again moves only when told to."""

    def __init__(self, newsroom: Newsroom, *, max_bytes: int = AMPLE) -> None:
        self.newsroom = newsroom
        self.seconds = 1.0
        self.interruption: Callable[[], datetime] | None = None
        newsroom.write("a", topics=["Tides"])
        newsroom.write("b", topics=["Boats"])
        newsroom.collect()
        self.shelf = self.make_shelf(max_bytes=max_bytes)

    def make_shelf(self, *, max_bytes: int = AMPLE) -> DocumentCache:
        clock = Clock(now=self.tell_time, sleep=lambda _seconds: None)
        return DocumentCache(
            self.newsroom.catalog,
            make_settings(),
            clock=clock,
            max_bytes=max_bytes,
            monotonic=lambda: self.seconds,
        )

    def tell_time(self) -> datetime:
        """Tell the newsroom's time; the shelf asks when it renders, and whatever else is to happen then can."""
        interruption, self.interruption = self.interruption, None
        return interruption() if interruption else self.newsroom.now

    def fetch(self, *paths: str) -> list[CachedDocument]:
        return [self.shelf.fetch(path) for path in paths]

    def wait(self) -> None:
        """Let as much time pass as it takes the shelf to ask again."""
        self.seconds += POLL_SECONDS


@pytest.fixture
def stand(newsroom: Newsroom) -> Stand:
    """Give a stand on either engine in turn."""
    return Stand(newsroom)


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Stand]:
    """Give a stand on SQLite."""
    newsroom = Newsroom(tmp_path / "kiosk", f"sqlite:///{tmp_path / 'kiosk.sqlite'}")
    yield Stand(newsroom)
    newsroom.catalog.close()


def leave_room_for(plain: int) -> int:
    """Give how much a shelf must hold for plain feeds to have so many bytes."""
    return plain * COMPOSED_SHARE // (COMPOSED_SHARE - 1)


def move_catalog(source: Path, target: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        if source.with_name(source.name + suffix).exists():
            source.with_name(source.name + suffix).rename(target.with_name(target.name + suffix))


def test_a_copy_serves_until_something_changes(stand: Stand) -> None:
    first = stand.fetch(*PATHS)
    stand.wait()
    assert all(again is copy for again, copy in zip(stand.fetch(*PATHS), first, strict=True))
    assert [stand.shelf.find(path) for path in PATHS] == first


def test_what_was_never_asked_for_is_not_found(kiosk: Stand) -> None:
    assert kiosk.shelf.find(PATHS[0]) is None


def test_names_that_readers_try_share_the_copy_of_the_feed(kiosk: Stand) -> None:
    (feed,) = kiosk.fetch("/feed.atom")
    assert all(copy is feed for copy in kiosk.fetch("/feed.xml", "/atom.xml", "/index.xml"))


def test_nothing_is_kept_of_what_is_not_there(kiosk: Stand) -> None:
    with pytest.raises(NotFoundError):
        kiosk.shelf.fetch("/topics/nope.atom")
    with pytest.raises(MovedError):
        kiosk.shelf.fetch("/topics/Tides.atom")
    assert kiosk.shelf.size == 0


@pytest.mark.parametrize("_round", range(3))
def test_nothing_is_rendered_twice_by_threads(kiosk: Stand, _round: int) -> None:
    threads = 12
    barrier = Barrier(threads)

    def fetch(number: int) -> CachedDocument:
        barrier.wait()
        return kiosk.shelf.fetch(PATHS[number % 3])

    with ThreadPoolExecutor(threads) as pool:
        copies = list(pool.map(fetch, range(threads)))
    assert len(set(map(id, copies))) == 3


def test_threads_render_different_feeds_as_one_thread_does(kiosk: Stand) -> None:
    expected = [copy.representation.body for copy in kiosk.fetch(*PATHS)]
    for shelf in (kiosk.make_shelf() for _ in range(5)):
        with ThreadPoolExecutor(len(PATHS)) as pool:
            assert [copy.representation.body for copy in pool.map(shelf.fetch, PATHS)] == expected


def test_a_coding_is_made_once_by_threads(kiosk: Stand) -> None:
    (copy,) = kiosk.fetch(PATHS[0])
    barrier = Barrier(8)

    def compress(_number: int) -> bytes:
        barrier.wait()
        return kiosk.shelf.body(copy, Encoding.GZIP)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(map(id, pool.map(compress, range(8))))) == 1


def test_a_change_costs_only_what_shows_it(stand: Stand) -> None:
    first = stand.fetch(*PATHS)
    stand.newsroom.write("a", topics=["Tides"], title="Otherwise")
    stand.newsroom.collect()
    stand.wait()
    kept = [copy.place.path for copy in first if stand.shelf.find(copy.place.path) is copy]
    assert kept == ["/topics/boats.json", "/topics/boats"]
    assert b"Otherwise" in stand.shelf.fetch(PATHS[0]).representation.body


def test_a_collect_that_changes_nothing_costs_nothing(kiosk: Stand) -> None:
    first = kiosk.fetch(*PATHS)
    kiosk.newsroom.write("a", topics=["Tides"], secured="0123")
    kiosk.newsroom.collect()
    kiosk.wait()
    assert kiosk.fetch(*PATHS) == first


def test_a_change_is_noticed_when_it_is_time_to_ask_and_not_before(stand: Stand) -> None:
    (first,) = stand.fetch(PATHS[0])
    stand.newsroom.delete("a")
    stand.newsroom.collect()
    stand.seconds += POLL_SECONDS * 0.99
    assert stand.shelf.find(PATHS[0]) is first
    stand.seconds += POLL_SECONDS * 0.02
    assert stand.shelf.find(PATHS[0]) is None
    assert b"Story a" not in stand.shelf.fetch(PATHS[0]).representation.body


def test_an_entry_appears_at_its_time_without_a_collect(stand: Stand) -> None:
    released = stand.newsroom.now + timedelta(hours=1)
    stand.newsroom.write("c", topics=["Tides"], publishedDateTime=released.isoformat())
    stand.newsroom.collect()
    (before,) = stand.fetch(PATHS[0])
    assert b"Story c" not in before.representation.body
    stand.newsroom.now = released
    stand.wait()
    assert b"Story c" in stand.shelf.fetch(PATHS[0]).representation.body


def test_an_entry_that_comes_and_is_due_between_two_looks_is_noticed(stand: Stand) -> None:
    stand.fetch(PATHS[0])
    released = stand.newsroom.now + timedelta(seconds=90)
    stand.newsroom.write("c", topics=["Tides"], publishedDateTime=released.isoformat())
    stand.newsroom.collect()
    assert b"Story c" not in stand.shelf.fetch("/topics/tides.json").representation.body
    stand.newsroom.now = released
    stand.wait()
    for path in ("/topics/tides.json", PATHS[0]):
        assert b"Story c" in stand.shelf.fetch(path).representation.body


def test_a_topic_ends_at_its_time_without_a_collect(stand: Stand) -> None:
    folder = stand.newsroom.folder / "topics"
    folder.mkdir()
    (folder / "tides.yaml").write_text("name: Tides\nretired: 2021-03-05\n")
    stand.newsroom.collect()
    feeds = (PATHS[0], "/topics/tides", "/topics/boats,tides.atom")
    assert not any(b"has been retired" in copy.representation.body for copy in stand.fetch(*feeds))
    assert b"/topics/tides" in stand.shelf.fetch("/").representation.body
    stand.newsroom.now = datetime(2021, 3, 5, tzinfo=UTC)
    stand.wait()
    assert all(b"has been retired" in copy.representation.body for copy in stand.fetch(*feeds))
    assert b"/topics/tides" not in stand.shelf.fetch("/").representation.body
    stand.newsroom.now = datetime(2021, 4, 3, 23, 59, 59, tzinfo=UTC)
    stand.wait()
    stand.fetch(*feeds)
    stand.newsroom.wait(seconds=1)
    stand.wait()
    for path in feeds:
        with pytest.raises(GoneError, match="was retired on 2021-03-05, and its feed ended on 2021-04-04"):
            stand.shelf.fetch(path)


def test_lists_of_feeds_make_room_for_each_other_only(kiosk: Stand) -> None:
    shelf = kiosk.make_shelf(max_bytes=20 * RECORD_BYTES)
    plain = shelf.fetch("/feeds.opml")
    narrowed = [shelf.fetch("/feeds.opml", f"min_entries={number}") for number in range(1, 20)]
    assert plain.is_current
    assert not narrowed[0].is_current
    assert narrowed[-1].is_current
    assert shelf.fetch("/feeds.opml", "min_entries=0&utm_source=x") is plain


def test_what_was_rendered_from_an_older_state_is_given_but_not_kept(stand: Stand) -> None:
    stand.fetch("/feed.atom")

    def publish_meanwhile() -> datetime:
        stand.newsroom.write("a", topics=["Tides"], title="Otherwise")
        stand.newsroom.collect()
        stand.wait()
        stand.shelf.find("/feed.atom")
        return stand.newsroom.now

    stand.interruption = publish_meanwhile
    late = stand.shelf.fetch(PATHS[0])
    assert b"Otherwise" not in late.representation.body
    assert not late.is_current
    assert b"Otherwise" in stand.shelf.fetch(PATHS[0]).representation.body


def test_what_was_rendered_before_a_release_is_given_but_not_kept(stand: Stand) -> None:
    begun = stand.newsroom.now + timedelta(minutes=5)
    released = begun + timedelta(seconds=1)
    stand.newsroom.write("c", topics=["Tides"], publishedDateTime=released.isoformat())
    stand.newsroom.collect()
    stand.fetch("/feed.atom")

    def release_meanwhile() -> datetime:
        stand.newsroom.now = released
        stand.wait()
        stand.shelf.find("/feed.atom")
        return begun

    stand.interruption = release_meanwhile
    assert not stand.shelf.fetch(PATHS[0]).is_current
    assert b"Story c" in stand.shelf.fetch(PATHS[0]).representation.body


def test_a_catalog_made_anew_replaces_everything(kiosk: Stand, tmp_path: Path) -> None:
    first = kiosk.fetch(*PATHS)
    move_catalog(tmp_path / "kiosk.sqlite", tmp_path / "old.sqlite")
    kiosk.newsroom.write("a", topics=["Tides"], title="Otherwise")
    kiosk.newsroom.collect()
    kiosk.wait()
    assert b"Otherwise" in kiosk.shelf.fetch(PATHS[0]).representation.body
    assert not any(copy.is_current for copy in first)


def test_a_catalog_that_went_back_replaces_everything(kiosk: Stand, tmp_path: Path) -> None:
    backup = Catalog(f"sqlite:///{tmp_path / 'kiosk.sqlite'}")
    with backup.writing():
        pass  # and with the last connection gone, one file holds everything
    backup.close()
    saved = (tmp_path / "kiosk.sqlite").read_bytes()
    kiosk.newsroom.write("a", topics=["Tides"], title="Otherwise")
    kiosk.newsroom.collect()
    kiosk.fetch(*PATHS)
    move_catalog(tmp_path / "kiosk.sqlite", tmp_path / "new.sqlite")
    (tmp_path / "kiosk.sqlite").write_bytes(saved)
    kiosk.wait()
    assert b"Otherwise" not in kiosk.shelf.fetch(PATHS[0]).representation.body


def test_without_the_database_what_is_known_is_served(
    kiosk: Stand, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = kiosk.fetch(*PATHS)
    move_catalog(tmp_path / "kiosk.sqlite", tmp_path / "away.sqlite")
    for _ in range(3):
        kiosk.wait()
        assert kiosk.fetch(*PATHS) == first
        assert kiosk.shelf.fetch("/feed.xml") is first[PATHS.index("/feed.atom")]
        assert kiosk.shelf.body(first[0], Encoding.GZIP)
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    with pytest.raises(CatalogError):
        kiosk.shelf.fetch("/feeds.opml")
    kiosk.newsroom.write("a", topics=["Tides"], title="Otherwise")
    move_catalog(tmp_path / "away.sqlite", tmp_path / "kiosk.sqlite")
    kiosk.newsroom.collect()
    kiosk.wait()
    assert b"Otherwise" in kiosk.shelf.fetch(PATHS[0]).representation.body


def test_without_postgresql_what_is_known_is_served(postgresql: DatabaseServer, tmp_path: Path) -> None:
    url = postgresql.create_database()
    stand = Stand(Newsroom(tmp_path / "articles", url))
    first = stand.fetch(*PATHS)
    postgresql.drop_database(url)
    stand.wait()
    assert stand.fetch(*PATHS) == first
    with pytest.raises(CatalogError):
        stand.shelf.fetch("/feeds.opml")
    stand.newsroom.catalog.close()


def test_without_the_database_nothing_is_invented(kiosk: Stand, tmp_path: Path) -> None:
    move_catalog(tmp_path / "kiosk.sqlite", tmp_path / "away.sqlite")
    for path in (*PATHS, "/feed.xml"):
        with pytest.raises(CatalogError):
            kiosk.shelf.fetch(path)
    move_catalog(tmp_path / "away.sqlite", tmp_path / "kiosk.sqlite")
    kiosk.wait()
    (copy,) = kiosk.fetch(PATHS[0])
    assert copy.is_current


def test_a_database_that_hangs_holds_up_one_request_only(kiosk: Stand) -> None:
    (copy,) = kiosk.fetch(PATHS[0])
    hangs, may_go_on = Event(), Event()

    def hang() -> datetime:
        hangs.set()
        may_go_on.wait(30)
        return kiosk.newsroom.now

    kiosk.interruption = hang
    kiosk.wait()
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(kiosk.shelf.find, PATHS[0])
        assert hangs.wait(30)
        assert kiosk.shelf.find(PATHS[0]) is copy
        assert not held.done()
        may_go_on.set()
        assert held.result() is copy


def test_everything_kept_is_counted(kiosk: Stand) -> None:
    copies = kiosk.fetch(*PATHS)
    for copy in copies:
        for encoding in Encoding:
            kiosk.shelf.body(copy, encoding)
            for _ in range(2):
                kiosk.shelf.record(copy, encoding, object())
    bodies = sum(len(body) for copy in copies for body in copy.bodies.values())
    assert kiosk.shelf.size == bodies + len(PATHS) * (1 + len(Encoding)) * RECORD_BYTES


def test_the_least_recently_used_make_room(kiosk: Stand) -> None:
    sizes = [copy.size for copy in kiosk.fetch(*PATHS[:3])]
    shelf = kiosk.make_shelf(max_bytes=leave_room_for(sum(sizes)))
    for path in (*PATHS[:3], PATHS[0], "/feeds.opml"):
        shelf.fetch(path)
    assert [shelf.find(path) is not None for path in PATHS[:3]] == [True, False, True]
    assert shelf.size <= sum(sizes)


def test_a_compressed_form_makes_others_leave(kiosk: Stand) -> None:
    sizes = [copy.size for copy in kiosk.fetch(*PATHS[:2])]
    shelf = kiosk.make_shelf(max_bytes=leave_room_for(sum(sizes)))
    old, new = (shelf.fetch(path) for path in PATHS[:2])
    shelf.body(new, Encoding.BROTLI)
    assert (old.is_current, new.is_current) == (False, True)
    assert shelf.size == len(new.representation.body) + len(new.bodies[Encoding.BROTLI]) + RECORD_BYTES


def test_what_is_no_longer_kept_is_not_counted(kiosk: Stand) -> None:
    (copy,) = kiosk.fetch(PATHS[0])
    kiosk.newsroom.delete("a")
    kiosk.newsroom.collect()
    kiosk.wait()
    assert kiosk.shelf.find(PATHS[0]) is None
    assert kiosk.shelf.body(copy, Encoding.GZIP)
    kiosk.shelf.record(copy, Encoding.GZIP, object())
    assert kiosk.shelf.size == 0


def test_one_that_is_larger_than_all_room_is_served_all_the_same(kiosk: Stand) -> None:
    shelf = kiosk.make_shelf(max_bytes=1)
    assert [shelf.fetch(path).place.path for path in PATHS] == list(PATHS)
    assert shelf.size == shelf.fetch(PATHS[-1]).size


def test_composed_feeds_leave_the_others_their_room(kiosk: Stand) -> None:
    plain = kiosk.fetch(*PATHS)
    shelf = kiosk.make_shelf(max_bytes=leave_room_for(sum(copy.size for copy in plain)))
    kept = [shelf.fetch(path) for path in PATHS]
    composed = [shelf.fetch("/topics/boats,tides.atom", f"limit={limit}") for limit in range(1, 50)]
    assert all(copy.is_current for copy in kept)
    assert [copy.is_current for copy in composed] == sorted(copy.is_current for copy in composed)
    assert composed[-1].is_current
    assert not composed[0].is_current
    assert shelf.size <= leave_room_for(sum(copy.size for copy in plain))


def test_one_query_in_many_spellings_has_one_copy(kiosk: Stand) -> None:
    copy = kiosk.shelf.fetch("/topics/boats.atom", "limit=3&type=article")
    size = kiosk.shelf.size
    assert copy.place == CacheKey("/topics/boats.atom", "type=article&limit=3")
    for query in (
        "type=article&limit=3",
        "type=ARTICLE&limit=03&related=entries",
        "utm_source=x&limit=3&type=article&q",
    ):
        assert kiosk.shelf.fetch("/topics/boats.atom", query) is copy
    assert kiosk.shelf.fetch("/topics/boats.atom", "utm_source=x").place == CacheKey("/topics/boats.atom")
    assert kiosk.shelf.find("/topics/boats.atom", "utm_source=x") is None
    assert kiosk.shelf.size - size == kiosk.shelf.fetch("/topics/boats.atom").size


def test_a_question_mark_in_a_path_begins_no_query(kiosk: Stand) -> None:
    kiosk.shelf.fetch("/topics/boats.atom", "limit=3")
    with pytest.raises(NotFoundError):
        kiosk.shelf.fetch("/topics/boats.atom?limit=3")


def test_a_composed_feed_changes_with_any_of_its_topics(stand: Stand) -> None:
    both, other = stand.shelf.fetch("/topics/boats,tides.atom"), stand.shelf.fetch("/topics/boats.atom", "limit=3")
    stand.newsroom.write("a", topics=["Tides"], title="Otherwise")
    stand.newsroom.collect()
    stand.wait()
    assert stand.shelf.find("/topics/boats.atom", "limit=3") is other
    assert not both.is_current


def test_without_the_database_composed_feeds_are_served(kiosk: Stand, tmp_path: Path) -> None:
    copy = kiosk.shelf.fetch("/topics/boats,tides.atom", "limit=3")
    move_catalog(tmp_path / "kiosk.sqlite", tmp_path / "away.sqlite")
    kiosk.wait()
    assert kiosk.shelf.fetch("/topics/boats,tides.atom", "limit=03") is copy
    with pytest.raises(MovedError):
        kiosk.shelf.fetch("/topics/tides,boats.atom", "limit=3")
    with pytest.raises(CatalogError):
        kiosk.shelf.fetch("/topics/boats,tides.atom", "limit=4")
    with pytest.raises(BadRequestError):
        kiosk.shelf.fetch("/topics/boats,tides.atom", "limit=0")


def test_the_count_is_right_after_a_crowd(kiosk: Stand) -> None:
    shelf = kiosk.make_shelf(max_bytes=60_000)

    def browse(seed: int) -> None:
        random = Random(seed)  # noqa: S311 no secret
        for _ in range(60):
            copy = shelf.fetch(random.choice(PATHS))
            encoding = random.choice(list(Encoding))
            shelf.body(copy, encoding)
            shelf.record(copy, encoding, object())

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(browse, range(6)))
    kept = [copy for path in PATHS if (copy := shelf.find(path))]
    assert 0 < shelf.size <= 60_000
    assert shelf.size == sum(copy.size for copy in kept)
