"""A report adds up days, feeds and readers, and names readers that ask too often or without validators."""

from datetime import UTC, date, datetime

import pytest

from feeds.catalog.request_totals import OTHER, DailyTotals, Totals
from feeds.statistics import report as module
from feeds.statistics.readers import BROWSER
from feeds.statistics.report import DaySummary, Numbers, Period, Report, make_report

LAST = 20_000
PERIOD = Period(LAST - 29, LAST)
FEED = "/topics/sea.atom"
QUARTER_HOUR = 900


def report(*totals: DailyTotals, max_age_seconds: int = QUARTER_HOUR, knows_conditions: bool = True) -> Report:
    return make_report(totals, PERIOD, max_age_seconds=max_age_seconds, knows_conditions=knows_conditions)


def aggregator(requests: int, subscribers: int = 10, *, day: int = LAST, feed: str = FEED) -> DailyTotals:
    return DailyTotals(day, feed, "Feedly", Totals(requests, 0, 0, subscribers, stated=1), (requests,))


def program(requests: int, unconditional: int, *, reader: str = "newsboat", feed: str = FEED) -> DailyTotals:
    return DailyTotals(LAST, feed, reader, Totals(requests, requests - unconditional, unconditional))


def test_a_period_ends_today() -> None:
    now = datetime(1970, 1, 10, 23, 59, tzinfo=UTC)
    assert Period.ending_at(now, days=1) == Period(9, 9)
    assert Period.ending_at(now, days=7) == Period(3, 9)


def test_every_day_of_the_period_is_listed() -> None:
    days = report(aggregator(2), aggregator(3, 8, day=LAST - 1), aggregator(9, day=LAST - 30)).days
    assert len(days) == 30
    assert days[-2:] == (
        DaySummary(date(2024, 10, 3), Numbers(8, 3, 0)),
        DaySummary(date(2024, 10, 4), Numbers(10, 2, 0)),
    )
    assert {each.numbers for each in days[:-2]} == {Numbers()}


def test_the_last_number_of_each_feed_counts_for_the_period() -> None:
    found = report(aggregator(1, 8, day=LAST - 2), aggregator(1, 9, day=LAST - 1), aggregator(1, 5, feed="/feed.rss"))
    assert [(each.feed, each.numbers) for each in found.feeds] == [
        (FEED, Numbers(9, 2, 0)),
        ("/feed.rss", Numbers(5, 1, 0)),
    ]
    assert found.total == found.readers[0].numbers == Numbers(14, 3, 0)


def test_subscribers_of_an_aggregator_that_has_left_do_not_count() -> None:
    assert report(aggregator(1, day=LAST - 7)).total.subscribers == 0
    assert report(aggregator(1, day=LAST - 6)).total.subscribers == 10


def test_an_aggregator_that_asks_more_often_than_max_age_is_named() -> None:
    (reader,) = report(aggregator(97)).readers
    assert not reader.ignores_max_age
    (reader,) = report(aggregator(100), aggregator(99, day=LAST - 1)).readers
    assert (reader.early, reader.ignores_max_age) == (5, True)
    (reader,) = report(aggregator(1_000), max_age_seconds=0).readers
    assert not reader.ignores_max_age


def test_programs_of_several_people_are_not_said_to_ask_too_often() -> None:
    assert not report(program(1_000, 0)).readers[0].ignores_max_age


def test_readers_beyond_the_limits_are_not_said_to_ask_too_often_together() -> None:
    many = aggregator(1_000)
    (others,) = report(DailyTotals(LAST, FEED, OTHER, many.totals, many.requests_by_source)).readers
    assert (others.reader, others.ignores_max_age, others.remarks) == (OTHER, False, [])


def test_a_reader_that_never_sends_a_validator_is_named() -> None:
    assert report(program(10, 10)).readers[0].ignores_304
    assert not report(program(10, 9)).readers[0].ignores_304
    assert not report(program(9, 9)).readers[0].ignores_304
    assert not report(program(10, 10, reader=BROWSER)).readers[0].ignores_304


def test_a_source_without_conditions_names_nobody() -> None:
    (reader,) = report(program(10, 10), knows_conditions=False).readers
    assert (reader.unconditional, reader.ignores_304) == (None, False)


def test_a_reader_of_several_feeds_is_added_up() -> None:
    found = report(program(6, 6), program(5, 5, feed="/feed.rss"))
    assert [reader.ignores_304 for feed in found.feeds for reader in feed.readers] == [False, False]
    assert (found.readers[0].numbers.requests, found.readers[0].ignores_304) == (11, True)


def test_shares_of_304() -> None:
    assert report(program(4, 1)).total.not_modified_share == 0.75
    assert report().total.not_modified_share == 0.0


def test_pairs_of_feeds_and_readers_beyond_the_limit_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PAIRS", 3)
    rows = [DailyTotals(LAST, f"/topics/{number}.atom", "Feedly", Totals(1, 0, 0, 2, stated=1)) for number in range(9)]
    found = report(*rows)
    assert next((each.feed, each.numbers) for each in found.feeds) == (OTHER, Numbers(12, 6, 0))
    assert (len(found.feeds), found.total) == (4, Numbers(18, 9, 0))
