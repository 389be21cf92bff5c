"""Requests for feeds are stored in batches, and wait in memory while the catalog cannot be written."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from feeds.catalog.catalog import Catalog
from feeds.catalog.database import open_engine
from feeds.catalog.request_totals import KEPT_DAYS, DailyTotals, Limits
from feeds.web.app import ServerOptions, create_app
from feeds.web.request_log import AnsweredRequest, RequestLog
from feeds.web.statistics_recorder import StatisticsRecorder
from tests.support.app import make_settings
from tests.support.disks import mounted_disk
from tests.support.newsroom import Newsroom

NEWSBOAT = "newsboat/2.33.0 (Linux x86_64)"
REQUEST = AnsweredRequest(("/feed.atom", ""), 200, 9, "GET", NEWSBOAT, is_conditional=False, address="", seconds=None)
DAY = 20_000
TIMED = REQUEST._replace(time=DAY * 86_400)


@pytest.fixture
def sqlite_catalog(tmp_path: Path) -> Iterator[Catalog]:
    newsroom = Newsroom(tmp_path / "articles", f"sqlite:///{tmp_path / 'catalog.sqlite'}")
    newsroom.write("tides", title="Tides", topics=["Sea", "鷗"])
    newsroom.collect()
    yield newsroom.catalog
    newsroom.catalog.close()


def read(catalog: Catalog) -> list[DailyTotals]:
    with catalog.reading_totals() as reader:
        return list(reader.read(first_day=0, last_day=100_000))


def count_requests(catalog: Catalog) -> dict[tuple[str, str], int]:
    return {(each.feed, each.reader): each.totals.requests for each in read(catalog)}


def execute(database_url: str, statement: str) -> None:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_answers_of_the_app_and_of_the_cache_are_counted(sqlite_catalog: Catalog) -> None:
    log = RequestLog([StatisticsRecorder(sqlite_catalog, make_settings())])
    app = create_app(make_settings(), sqlite_catalog, options=ServerOptions(request_log=log))
    client = app.test_client()
    agent = {"User-Agent": NEWSBOAT}
    etag = ""
    for path in ("/feed.xml", "/topics/%E9%B7%97.rss", "/feed.atom?limit=50", "/topics/sea/daily.json"):
        for _ in range(2):
            etag = client.get(path, headers=agent).headers["ETag"]
    client.get("/feed.atom?q=tides+x&utm_source=a", headers=agent)
    client.get("/topics/sea/daily.json", headers={**agent, "If-None-Match": etag})
    client.head("/feed.atom", headers=agent)
    for path in ("/", "/topics/sea", "/topics/Sea.atom", "/nope", "/healthz", "/feeds.opml", "/feed.atom?limit=x"):
        client.get(path, headers=agent)
    log.stop()
    assert count_requests(sqlite_catalog) == {
        ("/feed.atom", "newsboat"): 4,
        ("/feed.atom?q=tides+x", "newsboat"): 1,
        ("/topics/%E9%B7%97.rss", "newsboat"): 2,
        ("/topics/sea/daily.json", "newsboat"): 3,
    }
    (daily,) = [each.totals for each in read(sqlite_catalog) if "daily" in each.feed]
    assert (daily.not_modified, daily.unconditional) == (1, 2)


def test_batches_are_stored_from_time_to_time(sqlite_catalog: Catalog) -> None:
    time = 0.0
    recorder = StatisticsRecorder(sqlite_catalog, make_settings(), store_seconds=10, clock=lambda: time)
    recorder.add({TIMED: 3})
    assert read(sqlite_catalog) == []
    time = 10.0
    recorder.add({})
    assert count_requests(sqlite_catalog) == {("/feed.atom", "newsboat"): 3}


def test_old_days_are_removed(sqlite_catalog: Catalog) -> None:
    for day in (DAY - KEPT_DAYS - 1, DAY - KEPT_DAYS, DAY):
        recorder = StatisticsRecorder(sqlite_catalog, make_settings())
        recorder.add({REQUEST._replace(time=day * 86_400): 1})
        recorder.close()
    assert [each.day for each in read(sqlite_catalog)] == [DAY - KEPT_DAYS, DAY]


def test_totals_wait_for_the_catalog_in_bounded_memory(newsroom: Newsroom, caplog: pytest.LogCaptureFixture) -> None:
    recorder = StatisticsRecorder(newsroom.catalog, make_settings(), limits=Limits(feed_rows=10))
    for number in range(100):
        recorder.add({TIMED._replace(user_agent=f"bot{number}x"): 1})
        if number % 10 == 0:
            recorder.store()  # no collect yet
    newsroom.collect()
    recorder.close()
    totals = read(newsroom.catalog)
    assert len(totals) <= 11
    assert sum(each.totals.requests for each in totals) == 100
    assert caplog.records == []


def test_a_failure_is_logged_once(newsroom: Newsroom, database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    newsroom.collect()
    recorder = StatisticsRecorder(newsroom.catalog, make_settings())
    recorder.add({TIMED: 1})
    recorder.store()
    execute(database_url, "ALTER TABLE request_totals RENAME TO elsewhere")
    execute(database_url, "CREATE TABLE request_totals (day integer)")
    for _ in range(2):
        recorder.add({TIMED: 1})
        recorder.store()
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "Statistics wait in memory." in caplog.text
    execute(database_url, "DROP TABLE request_totals")
    execute(database_url, "ALTER TABLE elsewhere RENAME TO request_totals")
    recorder.close()
    assert count_requests(newsroom.catalog) == {("/feed.atom", "newsboat"): 3}


def test_during_a_collect_totals_wait_without_a_message(
    newsroom: Newsroom, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    newsroom.collect()
    recorder = StatisticsRecorder(newsroom.catalog, make_settings())
    recorder.add({TIMED: 1})
    other = Catalog(database_url)
    with other.writing():
        recorder.store()
    other.close()
    recorder.close()
    assert count_requests(newsroom.catalog) == {("/feed.atom", "newsboat"): 1}
    assert caplog.records == []


@pytest.mark.program
def test_on_a_read_only_disk_statistics_turn_themselves_off(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with mounted_disk(tmp_path / "disk", megabytes=8) as disk:
        newsroom = Newsroom(tmp_path / "articles", f"sqlite:///{disk.folder / 'catalog.sqlite'}")
        newsroom.collect()
        newsroom.catalog.close()
        disk.make_read_only()
        recorder = StatisticsRecorder(newsroom.catalog, make_settings())
        for _ in range(2):
            recorder.add({TIMED: 1})
            recorder.store()
        recorder.close()
        newsroom.catalog.close()
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == ["Statistics are off"]


def test_statistics_of_a_later_version_are_left_alone(
    newsroom: Newsroom, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    newsroom.collect()
    with newsroom.catalog.writing_totals():
        pass
    execute(database_url, "UPDATE kept_facts SET value = '1000'")
    recorder = StatisticsRecorder(newsroom.catalog, make_settings())
    recorder.add({TIMED: 1})
    recorder.close()
    assert "later version of topic-feeds" in caplog.text
