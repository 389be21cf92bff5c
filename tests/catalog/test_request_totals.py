"""Totals of requests are added up in the database, within limits, and survive rebuilds of the catalog."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from feeds.catalog.catalog import Catalog
from feeds.catalog.request_totals import (
    OTHER,
    OTHER_COMPOSED,
    DailyTotals,
    Limits,
    TotalKey,
    Totals,
    merge_sources,
)
from tests.support.newsroom import Newsroom

DAY = 20_000
FEED = "/topics/sea.atom"
FEEDLY = TotalKey(DAY, FEED, "Feedly", "1")
NEWSBOAT = TotalKey(DAY, FEED, "newsboat")


@pytest.fixture
def catalog(newsroom: Newsroom) -> Catalog:
    newsroom.collect()
    return newsroom.catalog


def add(catalog: Catalog, totals: dict[TotalKey, Totals], limits: Limits = Limits()) -> None:  # noqa: B008 frozen
    with catalog.writing_totals() as writer:
        writer.add(totals, limits=limits)


def read(catalog: Catalog, first_day: int = 0, last_day: int = 30_000) -> list[DailyTotals]:
    with catalog.reading_totals() as reader:
        return list(reader.read(first_day=first_day, last_day=last_day))


def test_without_requests_there_are_no_totals(catalog: Catalog) -> None:
    assert read(catalog) == []


def test_numbers_of_requests_are_added_and_the_last_number_of_subscribers_counts(catalog: Catalog) -> None:
    add(catalog, {FEEDLY: Totals(3, 2, 1, 40, stated=2_000), NEWSBOAT: Totals(1, 0, 1)})
    add(catalog, {FEEDLY: Totals(2, 2, 0, 38, stated=1_000), NEWSBOAT: Totals(4, 4, 0)})
    assert read(catalog) == [
        DailyTotals(DAY, FEED, "Feedly", Totals(5, 4, 1, 40, stated=2_000), (5,)),
        DailyTotals(DAY, FEED, "newsboat", Totals(5, 4, 1)),
    ]


def test_an_aggregator_may_have_several_subscriptions_to_a_feed(catalog: Catalog) -> None:
    other = FEEDLY._replace(source="2")
    add(catalog, {FEEDLY: Totals(1, 0, 0, 40, stated=1), other: Totals(2, 0, 0, 3, stated=2)})
    assert read(catalog) == [DailyTotals(DAY, FEED, "Feedly", Totals(3, 0, 0, 43, stated=2), (1, 2))]


def test_only_the_days_asked_for_are_read(catalog: Catalog) -> None:
    days = [FEEDLY._replace(day=day) for day in (DAY - 1, DAY, DAY + 1)]
    add(catalog, dict.fromkeys(days, Totals(1)))
    assert [each.day for each in read(catalog, DAY, DAY + 1)] == [DAY, DAY + 1]


def test_old_days_are_removed(catalog: Catalog) -> None:
    add(catalog, {FEEDLY._replace(day=DAY - 1): Totals(1), FEEDLY: Totals(1)})
    with catalog.writing_totals() as writer:
        writer.remove_before(DAY)
    assert [each.day for each in read(catalog)] == [DAY]


def test_a_rebuild_of_the_catalog_keeps_the_totals(newsroom: Newsroom, catalog: Catalog) -> None:
    newsroom.write("tides", title="Tides", topics=["Sea"])
    newsroom.collect()
    add(catalog, {NEWSBOAT: Totals(7)})
    before = read(catalog)
    with catalog.writing() as writer:
        writer.start_over()
    assert read(catalog) == before != []


def test_made_up_readers_and_feeds_are_counted_together(catalog: Catalog) -> None:
    limits = Limits(rows=8, composed_rows=2, feed_rows=3)
    add(catalog, {NEWSBOAT: Totals(1)}, limits)
    made_up = [NEWSBOAT._replace(reader=f"bot {number}") for number in range(10)]
    composed = [NEWSBOAT._replace(feed=f"/feed.atom?q={number}") for number in range(10)]
    plain = [NEWSBOAT._replace(feed=f"/topics/{number}.atom") for number in range(10)]
    for keys in (made_up, composed, plain):
        add(catalog, dict.fromkeys(keys, Totals(1)), limits)
    add(catalog, {NEWSBOAT: Totals(1)}, limits)
    totals = {(each.feed, each.reader): each.totals.requests for each in read(catalog)}
    assert len(totals) <= limits.rows + 1
    assert totals[FEED, "newsboat"] == 2
    assert totals[FEED, OTHER] == 8
    assert totals[OTHER_COMPOSED, "newsboat"] == 8
    assert totals[OTHER, OTHER] > 0
    assert sum(totals.values()) == 32


def test_a_key_of_any_length_can_be_stored(catalog: Catalog) -> None:
    add(catalog, {NEWSBOAT._replace(feed=f"/feed.atom?q={'x' * 5_000}"): Totals(1)})
    assert [each.feed for each in read(catalog)] == [OTHER_COMPOSED]


def test_several_processes_add_at_the_same_time(catalog: Catalog, database_url: str) -> None:
    keys = [NEWSBOAT._replace(feed=f"/topics/{number}.atom") for number in range(20)]

    def add_often(_process: int) -> None:
        with closing(Catalog(database_url)) as own:
            for _ in range(5):
                add(own, dict.fromkeys(keys, Totals(1, 1)))

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(add_often, range(3)))
    assert [each.totals for each in read(catalog)] == [Totals(15, 15)] * len(keys)


def test_the_totals_in_memory_and_in_the_database_are_merged_alike() -> None:
    one, two = Totals(1, 1, 0, 5, stated=9), Totals(2, 0, 2, 7, stated=8)
    assert one + two == Totals(3, 1, 2, 5, stated=9)
    assert two + one == Totals(3, 1, 2, 5, stated=9)
    assert list(merge_sources([(FEEDLY, one)])) == [DailyTotals(DAY, FEED, "Feedly", one, (1,))]
