"""Hubs are notified in parallel, once or in the background, and no hub delays another hub or the program."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import msgspec
import pytest

from feeds.model.clock import SYSTEM_CLOCK
from feeds.notify.delivery import NotifyContext
from feeds.notify.notifier import BackgroundNotifier, notify_hubs
from feeds.notify.timing import NotifyTiming
from tests.notify.conftest import Bureau, in_all_formats, open_bureau
from tests.support.hub import Hub, running_hub
from tests.support.newsroom import Newsroom
from tests.support.servers import find_free_port
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow

Start: TypeAlias = Callable[..., Bureau]
FEEDS = in_all_formats("/feed", "/topics/sea", "/providers/gazette.example")
SWIFT = NotifyTiming(delay_seconds=0, timeout_seconds=30, first_pause_seconds=5, idle_seconds=0.2)
NOTIFIED_WITHIN_SECONDS = 20


@pytest.fixture
def other_hub() -> Iterator[Hub]:
    with running_hub() as hub:
        yield hub


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Open a bureau on SQLite with the system clock and hubs by URL."""
    newsroom = Newsroom(tmp_path / "articles", f"sqlite:///{tmp_path / 'catalog.sqlite'}")
    newsroom.clock = SYSTEM_CLOCK
    yield lambda *hubs: open_bureau(newsroom, *hubs)
    newsroom.catalog.close()


def publish(bureau: Bureau, title: str = "Other") -> None:
    bureau.newsroom.write("tides", title=title, topics=["Sea"])
    bureau.collect()


def make_context(bureau: Bureau) -> NotifyContext:
    return msgspec.structs.replace(bureau.context, timing=SWIFT)


@contextmanager
def running_notifier(bureau: Bureau) -> Iterator[BackgroundNotifier]:
    notifier = BackgroundNotifier(make_context(bureau))
    try:
        yield notifier
    finally:
        notifier.stop()


def test_after_a_collect_hubs_are_notified_once(start: Start, hub: Hub, other_hub: Hub) -> None:
    bureau = start(hub.url, other_hub.url)
    publish(bureau)
    notify_hubs(make_context(bureau))
    notify_hubs(make_context(bureau))
    assert sorted(hub.paths) == sorted(other_hub.paths) == sorted(FEEDS)


def test_hubs_are_not_notified_before_the_new_bytes_are_served(start: Start, hub: Hub) -> None:
    bureau = start(hub.url)
    publish(bureau)
    committed = time.monotonic()
    notify_hubs(bureau.context)
    assert min(hub.times) - committed > 1


def test_a_dead_hub_is_left_to_the_next_collect(start: Start, hub: Hub) -> None:
    dead = f"http://127.0.0.1:{find_free_port()}/"
    bureau = start(dead, hub.url)
    publish(bureau)
    notify_hubs(make_context(bureau))
    assert set(hub.paths) == FEEDS
    assert bureau.pending_paths(dead) == FEEDS
    assert len(bureau.errors) == 1
    assert dead in str(bureau.errors[0])


def test_a_hanging_hub_delays_neither_another_nor_the_program(start: Start, hub: Hub, other_hub: Hub) -> None:
    hub.is_hanging = True
    bureau = start(hub.url, other_hub.url)
    publish(bureau)
    begun = time.monotonic()
    notify_hubs(make_context(bureau), max_wait_seconds=3)
    assert time.monotonic() - begun < NOTIFIED_WITHIN_SECONDS
    assert set(other_hub.paths) == FEEDS
    assert bureau.pending_paths(hub.url) == FEEDS


def test_unsent_notifications_stay_in_the_outbox(start: Start, hub: Hub) -> None:
    bureau = start(hub.url)
    publish(bureau)
    notify_hubs(bureau.context, max_wait_seconds=0)
    assert hub.paths == []
    assert bureau.pending_paths() == FEEDS


def test_a_lost_catalog_is_reported(start: Start, hub: Hub, tmp_path: Path) -> None:
    bureau = start(hub.url)
    publish(bureau)
    hub.on_request = lambda: (tmp_path / "catalog.sqlite").rename(tmp_path / "lost")
    notify_hubs(make_context(bureau), max_wait_seconds=3)
    assert len(hub.paths) == 1
    assert ["No catalog" in str(error) for error in bureau.errors] == [True]


def test_in_the_background_hubs_are_notified_at_each_wake(start: Start, hub: Hub) -> None:
    bureau = start(hub.url)
    with running_notifier(bureau) as notifier:
        for title in ("one", "two"):
            hub.forms.clear()
            publish(bureau, title)
            notifier.wake()
            wait_until(lambda: set(hub.paths) == FEEDS)
            wait_until(lambda: bureau.pending() == [])


def test_in_the_background_the_outbox_is_sent(start: Start, hub: Hub) -> None:
    bureau = start(hub.url)
    with running_notifier(bureau) as notifier:
        notifier.wake()
        publish(bureau)
        wait_until(lambda: set(hub.paths) == FEEDS)


def test_in_the_background_a_hanging_hub_delays_nobody(start: Start, hub: Hub, other_hub: Hub) -> None:
    hub.is_hanging = True
    bureau = start(hub.url, other_hub.url)
    with running_notifier(bureau) as notifier:
        for title in ("one", "two"):
            other_hub.forms.clear()
            publish(bureau, title)
            notifier.wake()
            wait_until(lambda: set(other_hub.paths) == FEEDS)
            wait_until(lambda: bureau.pending(other_hub.url) == [])
        begun = time.monotonic()
    assert time.monotonic() - begun < NOTIFIED_WITHIN_SECONDS
    assert len(hub.forms) == 1
    assert bureau.pending_paths(hub.url) == FEEDS


def test_in_the_background_a_catalog_that_is_away_is_waited_for(start: Start, hub: Hub, tmp_path: Path) -> None:
    bureau = start(hub.url)
    publish(bureau)
    catalog = tmp_path / "catalog.sqlite"
    away = catalog.rename(tmp_path / "away")
    with running_notifier(bureau) as notifier:
        notifier.wake()
        time.sleep(0.3)
        assert hub.paths == []
        away.rename(catalog)
        wait_until(lambda: set(hub.paths) == FEEDS)
    assert bureau.errors == []


def test_before_the_first_wake_there_is_nothing_to_stop(start: Start, hub: Hub) -> None:
    bureau = start(hub.url)
    publish(bureau)
    with running_notifier(bureau):
        pass
    assert hub.paths == []
