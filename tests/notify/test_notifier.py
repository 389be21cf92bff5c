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
from tests.notify.conftest import NotifyingNewsroom, in_all_formats, open_notifying_newsroom
from tests.support.hub import Hub, running_hub
from tests.support.newsroom import Newsroom
from tests.support.servers import find_free_port
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow

Start: TypeAlias = Callable[..., NotifyingNewsroom]
FEEDS = in_all_formats("/feed", "/topics/sea", "/providers/gazette.example")
SWIFT = NotifyTiming(delay_seconds=0, timeout_seconds=30, first_pause_seconds=5, idle_seconds=0.2)
NOTIFIED_WITHIN_SECONDS = 20


@pytest.fixture
def other_hub() -> Iterator[Hub]:
    with running_hub() as hub:
        yield hub


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Open a notifying newsroom on SQLite with the system clock and hubs by URL."""
    newsroom = Newsroom(tmp_path / "articles", f"sqlite:///{tmp_path / 'catalog.sqlite'}")
    newsroom.clock = SYSTEM_CLOCK
    yield lambda *hubs: open_notifying_newsroom(newsroom, *hubs)
    newsroom.catalog.close()


def publish(notifying_newsroom: NotifyingNewsroom, title: str = "Other") -> None:
    notifying_newsroom.newsroom.write("tides", title=title, topics=["Sea"])
    notifying_newsroom.collect()


def make_context(notifying_newsroom: NotifyingNewsroom) -> NotifyContext:
    return msgspec.structs.replace(notifying_newsroom.context, timing=SWIFT)


@contextmanager
def running_notifier(notifying_newsroom: NotifyingNewsroom) -> Iterator[BackgroundNotifier]:
    notifier = BackgroundNotifier(make_context(notifying_newsroom))
    try:
        yield notifier
    finally:
        notifier.stop()


def test_after_a_collect_hubs_are_notified_once(start: Start, hub: Hub, other_hub: Hub) -> None:
    notifying_newsroom = start(hub.url, other_hub.url)
    publish(notifying_newsroom)
    notify_hubs(make_context(notifying_newsroom))
    notify_hubs(make_context(notifying_newsroom))
    assert sorted(hub.paths) == sorted(other_hub.paths) == sorted(FEEDS)


def test_hubs_are_not_notified_before_the_new_bytes_are_served(start: Start, hub: Hub) -> None:
    notifying_newsroom = start(hub.url)
    publish(notifying_newsroom)
    committed = time.monotonic()
    notify_hubs(notifying_newsroom.context)
    assert min(hub.times) - committed > 1


def test_a_dead_hub_is_left_to_the_next_collect(start: Start, hub: Hub) -> None:
    dead = f"http://127.0.0.1:{find_free_port()}/"
    notifying_newsroom = start(dead, hub.url)
    publish(notifying_newsroom)
    notify_hubs(make_context(notifying_newsroom))
    assert set(hub.paths) == FEEDS
    assert notifying_newsroom.pending_paths(dead) == FEEDS
    assert len(notifying_newsroom.errors) == 1
    assert dead in str(notifying_newsroom.errors[0])


def test_a_hanging_hub_delays_neither_another_nor_the_program(start: Start, hub: Hub, other_hub: Hub) -> None:
    hub.is_hanging = True
    notifying_newsroom = start(hub.url, other_hub.url)
    publish(notifying_newsroom)
    begun = time.monotonic()
    notify_hubs(make_context(notifying_newsroom), max_wait_seconds=3)
    assert time.monotonic() - begun < NOTIFIED_WITHIN_SECONDS
    assert set(other_hub.paths) == FEEDS
    assert notifying_newsroom.pending_paths(hub.url) == FEEDS


def test_unsent_notifications_stay_in_the_outbox(start: Start, hub: Hub) -> None:
    notifying_newsroom = start(hub.url)
    publish(notifying_newsroom)
    notify_hubs(notifying_newsroom.context, max_wait_seconds=0)
    assert hub.paths == []
    assert notifying_newsroom.pending_paths() == FEEDS


def test_a_lost_catalog_is_reported(start: Start, hub: Hub, tmp_path: Path) -> None:
    notifying_newsroom = start(hub.url)
    publish(notifying_newsroom)
    hub.on_request = lambda: (tmp_path / "catalog.sqlite").rename(tmp_path / "lost")
    notify_hubs(make_context(notifying_newsroom), max_wait_seconds=3)
    assert len(hub.paths) == 1
    assert ["No catalog" in str(error) for error in notifying_newsroom.errors] == [True]


def test_in_the_background_hubs_are_notified_at_each_wake(start: Start, hub: Hub) -> None:
    notifying_newsroom = start(hub.url)
    with running_notifier(notifying_newsroom) as notifier:
        for title in ("one", "two"):
            hub.forms.clear()
            publish(notifying_newsroom, title)
            notifier.wake()
            wait_until(lambda: set(hub.paths) == FEEDS)
            wait_until(lambda: notifying_newsroom.pending() == [])


def test_in_the_background_the_outbox_is_sent(start: Start, hub: Hub) -> None:
    notifying_newsroom = start(hub.url)
    with running_notifier(notifying_newsroom) as notifier:
        notifier.wake()
        publish(notifying_newsroom)
        wait_until(lambda: set(hub.paths) == FEEDS)


def test_in_the_background_a_hanging_hub_delays_nobody(start: Start, hub: Hub, other_hub: Hub) -> None:
    hub.is_hanging = True
    notifying_newsroom = start(hub.url, other_hub.url)
    with running_notifier(notifying_newsroom) as notifier:
        for title in ("one", "two"):
            other_hub.forms.clear()
            publish(notifying_newsroom, title)
            notifier.wake()
            wait_until(lambda: set(other_hub.paths) == FEEDS)
            wait_until(lambda: notifying_newsroom.pending(other_hub.url) == [])
        begun = time.monotonic()
    assert time.monotonic() - begun < NOTIFIED_WITHIN_SECONDS
    assert len(hub.forms) == 1
    assert notifying_newsroom.pending_paths(hub.url) == FEEDS


def test_in_the_background_a_catalog_that_is_away_is_waited_for(start: Start, hub: Hub, tmp_path: Path) -> None:
    notifying_newsroom = start(hub.url)
    publish(notifying_newsroom)
    catalog = tmp_path / "catalog.sqlite"
    away = catalog.rename(tmp_path / "away")
    with running_notifier(notifying_newsroom) as notifier:
        notifier.wake()
        time.sleep(0.3)
        assert hub.paths == []
        away.rename(catalog)
        wait_until(lambda: set(hub.paths) == FEEDS)
    assert notifying_newsroom.errors == []


def test_before_the_first_wake_there_is_nothing_to_stop(start: Start, hub: Hub) -> None:
    notifying_newsroom = start(hub.url)
    publish(notifying_newsroom)
    with running_notifier(notifying_newsroom):
        pass
    assert hub.paths == []
