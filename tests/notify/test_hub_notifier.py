"""A hub gets every notification; failed notifications are sent again, less and less often."""

import sqlite3
import time
from contextlib import closing
from threading import Event, Thread

import pytest

from feeds.notify.hub_notifier import HubNotifier
from feeds.notify.timing import NotifyTiming
from tests.notify.conftest import NotifyingNewsroom, in_all_formats
from tests.support.hub import Hub

FEEDS = in_all_formats("/feed", "/topics/sea", "/providers/gazette.example")


def publish(notifying_newsroom: NotifyingNewsroom, title: str = "Other") -> None:
    """Change an article, and let time pass until notifications are due."""
    notifying_newsroom.newsroom.write("tides", title=title, topics=["Sea"])
    notifying_newsroom.collect()
    notifying_newsroom.detect()
    notifying_newsroom.newsroom.wait(seconds=2)


def make_notifier(notifying_newsroom: NotifyingNewsroom, stop: Event | None = None) -> HubNotifier:
    return HubNotifier(notifying_newsroom.hubs[0], notifying_newsroom.context, stop=stop or Event())


def test_a_hub_is_notified_once_of_each_feed(sqlite_newsroom: NotifyingNewsroom, hub: Hub) -> None:
    publish(sqlite_newsroom)
    notifier = make_notifier(sqlite_newsroom)
    notifier.deliver()
    notifier.deliver()
    assert sorted(hub.paths) == sorted(FEEDS)
    assert (sqlite_newsroom.pending(), notifier.find_seconds_until_due()) == ([], None)
    assert sqlite_newsroom.errors == []


def test_nothing_is_sent_before_it_is_due(sqlite_newsroom: NotifyingNewsroom, hub: Hub) -> None:
    sqlite_newsroom.newsroom.write("tides", title="Other", topics=["Sea"])
    sqlite_newsroom.collect()
    sqlite_newsroom.detect()
    notifier = make_notifier(sqlite_newsroom)
    notifier.deliver()
    assert hub.paths == []
    assert notifier.find_seconds_until_due() == 2


def test_a_hub_that_is_away_is_tried_twice_and_then_paused(sqlite_newsroom: NotifyingNewsroom, hub: Hub) -> None:
    hub.status = 503
    publish(sqlite_newsroom)
    notifier = make_notifier(sqlite_newsroom)
    notifier.deliver()
    assert len(hub.paths) == 2
    assert {(notification.attempts, notification.due) for notification in sqlite_newsroom.pending()} == {
        (1, sqlite_newsroom.newsroom.now.timestamp() + 10)
    }
    hub.status = 204
    notifier.deliver()
    assert len(hub.paths) == 2
    sqlite_newsroom.newsroom.wait(seconds=10)
    notifier.deliver()
    assert set(hub.paths) == FEEDS
    assert sqlite_newsroom.pending() == []


def test_a_hub_that_asks_for_patience_is_left_alone(sqlite_newsroom: NotifyingNewsroom, hub: Hub) -> None:
    hub.status, hub.retry_after = 429, "300"
    publish(sqlite_newsroom)
    notifier = make_notifier(sqlite_newsroom)
    notifier.deliver()
    assert len(hub.paths) == 1
    assert {notification.due for notification in sqlite_newsroom.pending()} == {
        sqlite_newsroom.newsroom.now.timestamp() + 300
    }


def test_pauses_double_up_to_an_hour(sqlite_newsroom: NotifyingNewsroom, hub: Hub) -> None:
    hub.status = 500
    publish(sqlite_newsroom)
    pauses = []
    for _ in range(12):
        make_notifier(sqlite_newsroom).deliver()
        pauses.append(sqlite_newsroom.pending()[0].due - sqlite_newsroom.newsroom.now.timestamp())
        sqlite_newsroom.newsroom.wait(seconds=pauses[-1])
    assert pauses == [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600]
    assert NotifyTiming().get_pause_seconds(10_000) == 3600


def test_an_error_is_reported_once_until_the_hub_works_again(sqlite_newsroom: NotifyingNewsroom, hub: Hub) -> None:
    notifier = make_notifier(sqlite_newsroom)
    for status in (500, 500, 204, 500):
        hub.status = status
        publish(sqlite_newsroom, title=str(len(hub.paths)))
        sqlite_newsroom.newsroom.wait(minutes=5)
        notifier.deliver()
    assert [f"{hub.url} answered 500" in str(error) for error in sqlite_newsroom.errors] == [True, True]


def test_a_refused_notification_does_not_delay_others(sqlite_newsroom: NotifyingNewsroom, hub: Hub) -> None:
    hub.poison = {"/feed.atom"}
    publish(sqlite_newsroom)
    make_notifier(sqlite_newsroom).deliver()
    assert set(hub.paths) == FEEDS
    assert sqlite_newsroom.pending_paths() == {"/feed.atom"}
    hub.status, hub.poison = 400, set()
    publish(sqlite_newsroom, title="Again")
    hub.forms.clear()
    make_notifier(sqlite_newsroom).deliver()
    assert set(hub.paths) == FEEDS
    assert sqlite_newsroom.pending_paths() == FEEDS


def test_a_feed_that_changes_again_is_tried_at_once(sqlite_newsroom: NotifyingNewsroom, hub: Hub) -> None:
    hub.status = 500
    publish(sqlite_newsroom)
    make_notifier(sqlite_newsroom).deliver()
    hub.status = 204
    publish(sqlite_newsroom, title="Again")
    make_notifier(sqlite_newsroom).deliver()
    assert sqlite_newsroom.pending() == []


def test_a_notification_that_fails_for_days_is_given_up(sqlite_newsroom: NotifyingNewsroom, hub: Hub) -> None:
    hub.status = 500
    publish(sqlite_newsroom)
    sqlite_newsroom.newsroom.wait(days=3)
    make_notifier(sqlite_newsroom).deliver()
    assert sqlite_newsroom.pending() == []
    assert "has not accepted some notifications for days; giving up on them" in str(sqlite_newsroom.errors[-1])


def test_a_change_during_a_notification_is_sent_as_well(sqlite_newsroom: NotifyingNewsroom, hub: Hub) -> None:
    publish(sqlite_newsroom)
    with sqlite_newsroom.newsroom.catalog.reading() as reader:
        old = reader.outbox.list_due(hub.url, until=sqlite_newsroom.newsroom.now)
    publish(sqlite_newsroom, title="Again")
    with sqlite_newsroom.newsroom.catalog.writing_outbox() as outbox:
        for notification in old:
            outbox.remove(hub.url, notification)
        outbox.postpone(hub.url, old)
    assert sqlite_newsroom.pending_paths() == FEEDS
    assert {notification.attempts for notification in sqlite_newsroom.pending()} == {0}


def test_it_stops_between_two_feeds(sqlite_newsroom: NotifyingNewsroom, hub: Hub) -> None:
    publish(sqlite_newsroom)
    stop = Event()
    stop.set()
    make_notifier(sqlite_newsroom, stop).deliver()
    assert hub.paths == []
    assert sqlite_newsroom.pending_paths() == FEEDS


@pytest.mark.slow
def test_it_waits_for_a_collector_that_is_writing(sqlite_newsroom: NotifyingNewsroom, hub: Hub) -> None:
    publish(sqlite_newsroom)
    database = sqlite_newsroom.newsroom.folder.parent / "catalog.sqlite"
    thread = Thread(target=make_notifier(sqlite_newsroom).deliver)
    with closing(sqlite3.connect(database, isolation_level=None)) as collector:
        collector.execute("BEGIN IMMEDIATE")
        thread.start()
        time.sleep(1.5)  # longer than a writer waits
        assert hub.paths == []  # another process might be about to send the same notification
        collector.execute("COMMIT")
    thread.join()
    assert sorted(hub.paths) == sorted(FEEDS)
    assert sqlite_newsroom.pending() == []


def test_two_processes_notify_a_hub_once(sqlite_newsroom: NotifyingNewsroom, hub: Hub) -> None:
    publish(sqlite_newsroom)
    second = make_notifier(sqlite_newsroom)
    others: list[Thread] = []

    def notify_as_well() -> None:
        if not others:
            others.append(Thread(target=second.deliver))
            others[0].start()
            others[0].join(timeout=10)

    hub.on_request = notify_as_well
    make_notifier(sqlite_newsroom).deliver()
    assert others
    assert sorted(hub.paths) == sorted(FEEDS)
    assert sqlite_newsroom.pending() == []


def test_a_notification_claimed_by_a_dead_process_is_sent_by_the_next(
    sqlite_newsroom: NotifyingNewsroom, hub: Hub
) -> None:
    publish(sqlite_newsroom)
    claim_seconds = sqlite_newsroom.context.timing.claim_seconds
    with sqlite_newsroom.newsroom.catalog.writing_outbox() as outbox:
        notification = outbox.list_due(hub.url, until=sqlite_newsroom.newsroom.now)[0]
        until = int(sqlite_newsroom.newsroom.now.timestamp()) + claim_seconds
        assert outbox.claim(hub.url, notification, until=until)
        assert not outbox.claim(hub.url, notification, until=until)
    notifier = make_notifier(sqlite_newsroom)
    notifier.deliver()
    assert set(hub.paths) == FEEDS - {notification.path}
    sqlite_newsroom.newsroom.wait(seconds=claim_seconds)
    notifier.deliver()
    assert sorted(hub.paths) == sorted(FEEDS)
