"""Requests are added up by feed, day and reader."""

from feeds.catalog.request_totals import OTHER, Limits, TotalKey, Totals
from feeds.statistics.tally import FeedRequest, Tally

MIDNIGHT = 20_000 * 86_400
FEED = "/topics/sea.atom"
FEEDBIN = "Feedbin feed-id:7 - {} subscribers"
REQUEST = FeedRequest(FEED, FEED, 200, "newsboat/2.33.0 (Linux x86_64)", is_conditional=False)


def test_versions_of_a_program_are_counted_together() -> None:
    tally = Tally()
    tally.add(REQUEST, time=MIDNIGHT)
    newer = REQUEST._replace(status=304, user_agent="newsboat/2.40.0 (Linux aarch64)", is_conditional=True)
    tally.add(newer, time=MIDNIGHT + 1, count=3)
    assert tally.take() == {TotalKey(20_000, FEED, "newsboat"): Totals(4, 3, 1)}
    assert tally.take() == {}


def test_a_day_ends_at_midnight_in_utc() -> None:
    tally = Tally()
    for time in (MIDNIGHT - 0.001, MIDNIGHT):
        tally.add(REQUEST, time=time)
    assert [key.day for key in tally.take()] == [19_999, 20_000]


def test_the_last_stated_number_of_subscribers_counts() -> None:
    tally = Tally()
    for time, count in ((MIDNIGHT, 10), (MIDNIGHT + 60, 12)):
        tally.add(REQUEST._replace(user_agent=FEEDBIN.format(count)), time=time)
    ((key, totals),) = tally.take().items()
    assert (key.reader, key.source, totals.subscribers) == ("Feedbin", "7", 12)


def test_an_aggregator_without_ids_has_a_subscription_for_each_spelling() -> None:
    tally = Tally()
    for requested, count in (("/topics/sea.atom", 10), ("/topics/sea.atom?utm_source=a", 3), (FEED, 11)):
        agent = f"Feedly/1.0 (poller; {count} subscribers;)"
        tally.add(REQUEST._replace(requested=requested, user_agent=agent), time=MIDNIGHT)
    assert sorted(totals.subscribers or 0 for totals in tally.take().values()) == [3, 11]


def test_errors_and_redirects_are_not_counted() -> None:
    tally = Tally()
    for status in (206, 301, 404, 412, 503):
        tally.add(REQUEST._replace(status=status), time=MIDNIGHT)
    assert tally.take() == {}


def test_a_request_of_unknown_condition_is_not_called_unconditional() -> None:
    tally = Tally()
    tally.add(REQUEST._replace(is_conditional=None), time=MIDNIGHT)
    assert list(tally.take().values()) == [Totals(1)]


def test_made_up_readers_do_not_fill_the_memory() -> None:
    tally = Tally(Limits(feed_rows=5))
    for number in range(1_000):
        tally.add(REQUEST._replace(user_agent=f"bot{number}x"), time=MIDNIGHT)
    totals = tally.take()
    assert len(totals) == 6
    assert totals[TotalKey(20_000, FEED, OTHER)].requests == 995


def test_totals_that_could_not_be_stored_are_kept() -> None:
    tally = Tally()
    agent = FEEDBIN.format(10)
    tally.add(REQUEST._replace(user_agent=agent), time=MIDNIGHT)
    taken = tally.take()
    tally.add(REQUEST._replace(user_agent=FEEDBIN.format(9)), time=MIDNIGHT + 60)
    tally.put_back(taken)
    assert [(each.requests, each.subscribers) for each in tally.take().values()] == [(2, 9)]
