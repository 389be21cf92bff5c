"""Documents leave the cache soon after their content changes, and no reader of the cache waits for the catalog."""

import logging
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from feeds.catalog.catalog import Catalog
from feeds.model.errors import CatalogError, GoneError
from tests.support.waiting import wait_until
from tests.web.newsstand import PATHS, Newsstand, move_catalog


def test_a_change_drops_only_affected_documents(newsstand: Newsstand) -> None:
    first = newsstand.fetch_all(*PATHS)
    newsstand.newsroom.write("a", topics=["Tides"], title="Retitled")
    newsstand.newsroom.collect()
    newsstand.poller.poll()
    assert [cached.key.path for cached in first if newsstand.is_kept(cached)] == ["/topics/boats.json", "/topics/boats"]
    assert b"Retitled" in newsstand.fetch(PATHS[0]).document.body


def test_a_collect_without_changes_drops_nothing(sqlite_newsstand: Newsstand) -> None:
    first = sqlite_newsstand.fetch_all(*PATHS)
    sqlite_newsstand.newsroom.write("a", topics=["Tides"], secured="0123")
    sqlite_newsstand.newsroom.collect()
    sqlite_newsstand.poller.poll()
    assert sqlite_newsstand.fetch_all(*PATHS) == first


def test_a_change_is_detected_by_the_next_poll(newsstand: Newsstand) -> None:
    first = newsstand.fetch(PATHS[0])
    newsstand.newsroom.delete("a")
    newsstand.newsroom.collect()
    assert newsstand.find(PATHS[0]) is first
    newsstand.poller.poll()
    assert newsstand.find(PATHS[0]) is None
    assert b"Story a" not in newsstand.fetch(PATHS[0]).document.body


def test_a_thread_polls_from_the_first_request_on(sqlite_newsstand: Newsstand) -> None:
    sqlite_newsstand.use_cache(poll_seconds=0.01)
    sqlite_newsstand.fetch(PATHS[0])
    sqlite_newsstand.newsroom.write("a", topics=["Tides"], title="Retitled")
    sqlite_newsstand.newsroom.collect()
    wait_until(lambda: sqlite_newsstand.find(PATHS[0]) is None)
    assert b"Retitled" in sqlite_newsstand.fetch(PATHS[0]).document.body
    sqlite_newsstand.poller.stop()


def test_the_thread_survives_an_unexpected_error(sqlite_newsstand: Newsstand, caplog: pytest.LogCaptureFixture) -> None:
    sqlite_newsstand.use_cache(poll_seconds=0.01)
    sqlite_newsstand.fetch(PATHS[0])

    def fail() -> datetime:
        raise ZeroDivisionError

    sqlite_newsstand.interruption = fail
    wait_until(lambda: "ZeroDivisionError" in caplog.text)
    sqlite_newsstand.newsroom.delete("a")
    sqlite_newsstand.newsroom.collect()
    wait_until(lambda: sqlite_newsstand.find(PATHS[0]) is None)
    sqlite_newsstand.poller.stop()


def test_no_reader_of_the_cache_waits_for_a_hanging_database(sqlite_newsstand: Newsstand) -> None:
    sqlite_newsstand.use_cache(poll_seconds=0.01)
    cached = sqlite_newsstand.fetch(PATHS[0])
    hangs, may_go_on = Event(), Event()

    def hang() -> datetime:
        hangs.set()
        may_go_on.wait(30)
        return sqlite_newsstand.newsroom.now

    sqlite_newsstand.interruption = hang
    assert hangs.wait(30)
    assert sqlite_newsstand.fetch(PATHS[0]) is cached
    sqlite_newsstand.poller.stop()
    may_go_on.set()


def age_catalog(newsstand: Newsstand) -> Path:
    """Let the files of an SQLite catalog look as if nobody had written to them lately; return the main file."""
    file = Path(newsstand.newsroom.database_url.removeprefix("sqlite:///"))
    hour_ago = time.time() - 3_600
    for each in (file, file.with_name(f"{file.name}-wal")):
        if each.exists():
            os.utime(each, (hour_ago, hour_ago))
    return file


def test_a_catalog_without_commits_is_read_again_only_after_a_while(
    sqlite_newsstand: Newsstand, caplog: pytest.LogCaptureFixture
) -> None:
    cached = sqlite_newsstand.fetch(PATHS[0])
    file = age_catalog(sqlite_newsstand)
    sqlite_newsstand.poller.poll()
    times = file.stat()
    file.write_bytes(bytes(times.st_size))
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    sqlite_newsstand.poller.poll()
    assert caplog.text == ""
    sqlite_newsstand.newsroom.now += timedelta(seconds=11)
    sqlite_newsstand.poller.poll()
    assert "Serving cached documents" in caplog.text
    assert sqlite_newsstand.is_kept(cached)


def test_a_commit_after_quiet_times_is_detected(sqlite_newsstand: Newsstand) -> None:
    cached = sqlite_newsstand.fetch(PATHS[0])
    age_catalog(sqlite_newsstand)
    for _ in range(2):
        sqlite_newsstand.poller.poll()
    sqlite_newsstand.newsroom.delete("a")
    sqlite_newsstand.newsroom.collect()
    sqlite_newsstand.poller.poll()
    assert not sqlite_newsstand.is_kept(cached)


def test_a_scheduled_change_after_quiet_times_is_detected(sqlite_newsstand: Newsstand) -> None:
    released = sqlite_newsstand.newsroom.now + timedelta(seconds=5)
    sqlite_newsstand.newsroom.write("c", topics=["Tides"], publishedDateTime=released.isoformat())
    sqlite_newsstand.newsroom.collect()
    cached = sqlite_newsstand.fetch(PATHS[0])
    age_catalog(sqlite_newsstand)
    for _ in range(2):
        sqlite_newsstand.poller.poll()
    assert sqlite_newsstand.is_kept(cached)
    sqlite_newsstand.newsroom.now = released
    sqlite_newsstand.poller.poll()
    assert not sqlite_newsstand.is_kept(cached)


def test_an_entry_appears_at_its_time_without_a_collect(newsstand: Newsstand) -> None:
    released = newsstand.newsroom.now + timedelta(hours=1)
    newsstand.newsroom.write("c", topics=["Tides"], publishedDateTime=released.isoformat())
    newsstand.newsroom.collect()
    assert b"Story c" not in newsstand.fetch(PATHS[0]).document.body
    newsstand.newsroom.now = released
    newsstand.poller.poll()
    assert b"Story c" in newsstand.fetch(PATHS[0]).document.body


def test_an_entry_collected_and_released_between_two_polls_is_detected(newsstand: Newsstand) -> None:
    newsstand.fetch(PATHS[0])
    released = newsstand.newsroom.now + timedelta(seconds=90)
    newsstand.newsroom.write("c", topics=["Tides"], publishedDateTime=released.isoformat())
    newsstand.newsroom.collect()
    assert b"Story c" not in newsstand.fetch("/topics/tides.json").document.body
    newsstand.newsroom.now = released
    newsstand.poller.poll()
    for path in ("/topics/tides.json", PATHS[0]):
        assert b"Story c" in newsstand.fetch(path).document.body


def test_a_clock_that_was_ahead_is_forgotten(newsstand: Newsstand) -> None:
    right = newsstand.newsroom.now
    newsstand.newsroom.write("c", topics=["Tides"], publishedDateTime=(right + timedelta(days=9)).isoformat())
    newsstand.newsroom.collect()
    newsstand.newsroom.now = right + timedelta(days=10)
    newsstand.poller.poll()
    assert b"Story c" in newsstand.fetch(PATHS[0]).document.body
    newsstand.newsroom.now = right
    newsstand.poller.poll()
    cached = newsstand.fetch(PATHS[0])
    assert b"Story c" not in cached.document.body
    assert newsstand.is_kept(cached)


def test_a_topic_ends_at_its_time_without_a_collect(newsstand: Newsstand) -> None:
    folder = newsstand.newsroom.folder / "topics"
    folder.mkdir()
    (folder / "tides.yaml").write_text("name: Tides\nretired: 2021-03-05\n")
    newsstand.newsroom.collect()
    feeds = (PATHS[0], "/topics/tides", "/topics/boats,tides.atom")
    assert not any(b"has been retired" in cached.document.body for cached in newsstand.fetch_all(*feeds))
    assert b"/topics/tides" in newsstand.fetch("/").document.body
    newsstand.newsroom.now = datetime(2021, 3, 5, tzinfo=UTC)
    newsstand.poller.poll()
    assert all(b"has been retired" in cached.document.body for cached in newsstand.fetch_all(*feeds))
    assert b"/topics/tides" not in newsstand.fetch("/").document.body
    newsstand.newsroom.now = datetime(2021, 4, 3, 23, 59, 59, tzinfo=UTC)
    newsstand.poller.poll()
    newsstand.fetch_all(*feeds)
    newsstand.newsroom.wait(seconds=1)
    newsstand.poller.poll()
    for path in feeds:
        with pytest.raises(GoneError, match="was retired on 2021-03-05, and its feed ended on 2021-04-04"):
            newsstand.fetch(path)


def test_a_composed_feed_changes_with_any_of_its_topics(newsstand: Newsstand) -> None:
    both, other = newsstand.fetch("/topics/boats,tides.atom"), newsstand.fetch("/topics/boats.atom", "limit=3")
    newsstand.newsroom.write("a", topics=["Tides"], title="Retitled")
    newsstand.newsroom.collect()
    newsstand.poller.poll()
    assert newsstand.is_kept(other)
    assert not newsstand.is_kept(both)


def test_a_new_catalog_replaces_everything(sqlite_newsstand: Newsstand, tmp_path: Path) -> None:
    first = sqlite_newsstand.fetch_all(*PATHS)
    move_catalog(tmp_path / "catalog.sqlite", tmp_path / "old.sqlite")
    sqlite_newsstand.newsroom.write("a", topics=["Tides"], title="Retitled")
    sqlite_newsstand.newsroom.collect()
    sqlite_newsstand.poller.poll()
    assert b"Retitled" in sqlite_newsstand.fetch(PATHS[0]).document.body
    assert not any(map(sqlite_newsstand.is_kept, first))


@pytest.mark.parametrize("next_commits", [0, 1, 2])
def test_lost_commits_replace_everything(sqlite_newsstand: Newsstand, tmp_path: Path, next_commits: int) -> None:
    """Also if the next commits have the versions of the lost commits."""
    backup = Catalog(f"sqlite:///{tmp_path / 'catalog.sqlite'}")
    with backup.writing():
        pass  # and with the last connection gone, one file holds everything
    backup.close()
    saved = (tmp_path / "catalog.sqlite").read_bytes()
    sqlite_newsstand.newsroom.write("a", topics=["Tides"], title="Retitled")
    sqlite_newsstand.newsroom.collect()
    sqlite_newsstand.fetch_all(*PATHS)
    move_catalog(tmp_path / "catalog.sqlite", tmp_path / "new.sqlite")
    (tmp_path / "catalog.sqlite").write_bytes(saved)
    sqlite_newsstand.newsroom.write("a", topics=["Tides"])
    for number in range(next_commits):
        sqlite_newsstand.newsroom.write("b", topics=["Boats"], title=f"Story {number}")
        sqlite_newsstand.newsroom.collect()
    sqlite_newsstand.poller.poll()
    assert b"Retitled" not in sqlite_newsstand.fetch(PATHS[0]).document.body


def test_without_the_database_cached_documents_are_served(
    sqlite_newsstand: Newsstand, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = sqlite_newsstand.fetch_all(*PATHS)
    move_catalog(tmp_path / "catalog.sqlite", tmp_path / "away.sqlite")
    for _ in range(3):
        sqlite_newsstand.poller.poll()
        assert sqlite_newsstand.fetch_all(*PATHS) == first
        assert sqlite_newsstand.fetch("/feed.xml") is first[PATHS.index("/feed.atom")]
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    with pytest.raises(CatalogError):
        sqlite_newsstand.fetch("/feeds.opml")
    sqlite_newsstand.newsroom.write("a", topics=["Tides"], title="Retitled")
    move_catalog(tmp_path / "away.sqlite", tmp_path / "catalog.sqlite")
    sqlite_newsstand.newsroom.collect()
    sqlite_newsstand.poller.poll()
    assert b"Retitled" in sqlite_newsstand.fetch(PATHS[0]).document.body
