"""A hub is told until it has taken everything; what it does not take is tried again, ever less often."""

import sqlite3
import time
from contextlib import closing
from threading import Event, Thread

from feeds.notify import NotifyTiming
from feeds.notify.delivery import Teller
from tests.notify.conftest import Bureau, in_all_formats
from tests.support.hub import Hub

FEEDS = in_all_formats("/feed", "/topics/sea", "/providers/gazette.example")


def publish(bureau: Bureau, title: str = "Other") -> None:
    """Change an article, and let the time pass after which hubs are told."""
    bureau.newsroom.write("tides", title=title, topics=["Sea"])
    bureau.collect()
    bureau.notice()
    bureau.newsroom.wait(seconds=2)


def make_teller(bureau: Bureau, stop: Event | None = None) -> Teller:
    return Teller(bureau.hubs[0], bureau.announcing, stop=stop or Event())


def test_a_hub_is_told_once_of_each_feed(telling: Bureau, hub: Hub) -> None:
    publish(telling)
    teller = make_teller(telling)
    teller.tell()
    teller.tell()
    assert sorted(hub.paths) == sorted(FEEDS)
    assert (telling.pending(), teller.next_due_in()) == ([], None)
    assert telling.complaints == []


def test_nothing_is_told_before_its_time(telling: Bureau, hub: Hub) -> None:
    telling.newsroom.write("tides", title="Other", topics=["Sea"])
    telling.collect()
    telling.notice()
    teller = make_teller(telling)
    teller.tell()
    assert hub.paths == []
    assert teller.next_due_in() == 2


def test_a_hub_that_is_away_is_tried_twice_and_then_left_alone(telling: Bureau, hub: Hub) -> None:
    hub.status = 503
    publish(telling)
    teller = make_teller(telling)
    teller.tell()
    assert len(hub.paths) == 2
    assert {(ping.attempts, ping.due) for ping in telling.pending()} == {(1, telling.newsroom.now.timestamp() + 10)}
    hub.status = 204
    teller.tell()
    assert len(hub.paths) == 2
    telling.newsroom.wait(seconds=10)
    teller.tell()
    assert set(hub.paths) == FEEDS
    assert telling.pending() == []


def test_pauses_double_up_to_an_hour(telling: Bureau, hub: Hub) -> None:
    hub.status = 500
    publish(telling)
    pauses = []
    for _ in range(12):
        make_teller(telling).tell()
        pauses.append(telling.pending()[0].due - telling.newsroom.now.timestamp())
        telling.newsroom.wait(seconds=pauses[-1])
    assert pauses == [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600]
    assert NotifyTiming().pause_seconds(10_000) == 3600


def test_it_is_complained_of_once_until_the_hub_is_well(telling: Bureau, hub: Hub) -> None:
    teller = make_teller(telling)
    for status in (500, 500, 204, 500):
        hub.status = status
        publish(telling, title=str(len(hub.paths)))
        telling.newsroom.wait(minutes=5)
        teller.tell()
    assert [f"{hub.url} answered 500" in str(error) for error in telling.complaints] == [True, True]


def test_what_is_refused_holds_nothing_else_up(telling: Bureau, hub: Hub) -> None:
    hub.poison = {"/feed.atom"}
    publish(telling)
    make_teller(telling).tell()
    assert set(hub.paths) == FEEDS
    assert telling.pending_paths() == {"/feed.atom"}
    hub.status, hub.poison = 400, set()
    publish(telling, title="Again")
    hub.forms.clear()
    make_teller(telling).tell()
    assert set(hub.paths) == FEEDS
    assert telling.pending_paths() == FEEDS


def test_what_has_changed_anew_is_tried_at_once(telling: Bureau, hub: Hub) -> None:
    hub.status = 500
    publish(telling)
    make_teller(telling).tell()
    hub.status = 204
    publish(telling, title="Again")
    make_teller(telling).tell()
    assert telling.pending() == []


def test_what_has_waited_for_days_is_given_up(telling: Bureau, hub: Hub) -> None:
    hub.status = 500
    publish(telling)
    telling.newsroom.wait(days=3)
    make_teller(telling).tell()
    assert telling.pending() == []
    assert "has not taken some changes of feeds for days; they are given up" in str(telling.complaints[-1])


def test_a_change_while_the_hub_is_told_is_told_as_well(telling: Bureau, hub: Hub) -> None:
    publish(telling)
    with telling.newsroom.catalog.reading() as reader:
        old = reader.outbox.pings_to(hub.url, until=telling.newsroom.now)
    publish(telling, title="Again")
    with telling.newsroom.catalog.announcing() as outbox:
        for ping in old:
            outbox.take_out(hub.url, ping)
        outbox.put_off(hub.url, old)
    assert telling.pending_paths() == FEEDS
    assert {ping.attempts for ping in telling.pending()} == {0}


def test_it_stops_between_two_feeds(telling: Bureau, hub: Hub) -> None:
    publish(telling)
    stop = Event()
    stop.set()
    make_teller(telling, stop).tell()
    assert hub.paths == []
    assert telling.pending_paths() == FEEDS


def test_it_waits_for_a_collector_that_is_writing(telling: Bureau, hub: Hub) -> None:
    publish(telling)
    database = telling.newsroom.folder.parent / "catalog.sqlite"
    thread = Thread(target=make_teller(telling).tell)
    with closing(sqlite3.connect(database, isolation_level=None)) as collector:
        collector.execute("BEGIN IMMEDIATE")
        thread.start()
        time.sleep(1.5)  # longer than a writer waits
        assert hub.paths == []  # another process might be about to tell it the same
        collector.execute("COMMIT")
    thread.join()
    assert sorted(hub.paths) == sorted(FEEDS)
    assert telling.pending() == []


def test_two_processes_tell_a_hub_once(telling: Bureau, hub: Hub) -> None:
    publish(telling)
    second = make_teller(telling)
    others: list[Thread] = []

    def tell_as_well() -> None:
        if not others:
            others.append(Thread(target=second.tell))
            others[0].start()
            others[0].join(timeout=10)

    hub.on_ping = tell_as_well
    make_teller(telling).tell()
    assert others
    assert sorted(hub.paths) == sorted(FEEDS)
    assert telling.pending() == []


def test_what_a_process_died_over_is_told_by_the_next(telling: Bureau, hub: Hub) -> None:
    publish(telling)
    claim_seconds = telling.announcing.pace.claim_seconds
    with telling.newsroom.catalog.announcing() as outbox:
        ping = outbox.pings_to(hub.url, until=telling.newsroom.now)[0]
        until = int(telling.newsroom.now.timestamp()) + claim_seconds
        assert outbox.claim(hub.url, ping, until=until)
        assert not outbox.claim(hub.url, ping, until=until)
    teller = make_teller(telling)
    teller.tell()
    assert set(hub.paths) == FEEDS - {ping.path}
    telling.newsroom.wait(seconds=claim_seconds)
    teller.tell()
    assert sorted(hub.paths) == sorted(FEEDS)
