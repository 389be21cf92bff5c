"""A cache gets each purge twice; failed purges are sent again, and hubs wait for the first, but not for long."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

import pytest

from feeds.catalog.outbox import Notification
from feeds.notify.cache_purger import CachePurger
from feeds.notify.hub_notifier import HubNotifier
from feeds.notify.timing import NotifyTiming
from tests.notify.conftest import NotifyingNewsroom, open_notifying_newsroom
from tests.support.hub import Hub, running_hub
from tests.support.newsroom import Newsroom

FEED = "/topics/sea.atom"


class Edge:
    """A newsroom with a hub and a cache; `wait` advances its clock and delivers what is due."""

    def __init__(self, notifying: NotifyingNewsroom, cache: Hub, hub: Hub) -> None:
        self.notifying = notifying
        self.cache = cache
        self.hub = hub
        self.url = notifying.settings.caches[0]
        self.purger = CachePurger(self.url, notifying.context, stop=Event())
        self.notifier = HubNotifier(hub.url, notifying.context, stop=Event())

    def publish(self, title: str = "Other") -> set[str]:
        """Change an article, and return the paths to purge."""
        self.notifying.newsroom.write("tides", title=title, topics=["Sea"])
        self.notifying.collect()
        self.notifying.detect()
        return {purge.path for purge in self.pending}

    def wait(self, *, seconds: int = 0) -> None:
        self.notifying.newsroom.wait(seconds=seconds)
        self.purger.deliver()
        self.notifier.deliver()

    @property
    def pending(self) -> list[Notification]:
        return self.notifying.pending(self.url)


@pytest.fixture
def edge(tmp_path: Path, hub: Hub) -> Iterator[Edge]:
    newsroom = Newsroom(tmp_path / "articles", f"sqlite:///{tmp_path / 'catalog.sqlite'}")
    with running_hub() as cache:
        notifying = open_notifying_newsroom(newsroom, hub.url)
        notifying.environ["FEEDS_PURGE"] = f"http://{urlsplit(cache.url).netloc}"
        notifying.detect()
        notifying.empty_outbox()
        yield Edge(notifying, cache, hub)
    newsroom.catalog.close()


def test_each_document_is_purged_twice_ten_seconds_apart(edge: Edge) -> None:
    paths = edge.publish()
    assert FEED in paths
    edge.wait(seconds=1)
    assert edge.cache.purged == []
    edge.wait(seconds=1)
    assert sorted(edge.cache.purged) == sorted(paths)
    edge.wait(seconds=9)
    assert len(edge.cache.purged) == len(paths)
    edge.wait(seconds=1)
    assert sorted(edge.cache.purged) == sorted(2 * [*paths])
    assert edge.pending == []
    assert edge.notifying.errors == []


def test_a_hub_is_told_after_the_first_purge(edge: Edge) -> None:
    edge.publish()
    edge.wait(seconds=2)
    assert (edge.hub.paths, len(edge.cache.purged)) == ([], len(edge.pending))
    edge.wait(seconds=1)
    assert FEED in edge.hub.paths


def test_a_hub_does_not_wait_long_for_a_cache_that_is_away(edge: Edge) -> None:
    edge.cache.status = 503
    edge.publish()
    edge.wait(seconds=3)
    edge.wait(seconds=11)
    assert edge.hub.paths == []
    assert edge.notifier.find_seconds_until_due() == 1
    edge.wait(seconds=1)
    assert FEED in edge.hub.paths


def test_a_cache_that_is_away_is_tried_again_and_then_twice(edge: Edge) -> None:
    edge.cache.status = 503
    paths = edge.publish()
    edge.wait(seconds=2)
    assert len(edge.cache.purged) < len(paths)
    assert {(each.attempts, each.repeats) for each in edge.pending} == {(1, 1)}
    assert ["purges will be sent again later" in str(error) for error in edge.notifying.errors] == [True]
    edge.cache.status = 200
    edge.cache.purged.clear()
    edge.wait(seconds=10)
    edge.wait(seconds=10)
    assert sorted(edge.cache.purged) == sorted(2 * [*paths])
    assert edge.pending == []


def test_a_refused_purge_does_not_delay_others(edge: Edge) -> None:
    edge.cache.poison = {FEED}
    paths = edge.publish()
    edge.wait(seconds=2)
    edge.wait(seconds=10)
    assert {each.path for each in edge.pending} == {FEED}
    assert set(edge.cache.purged) == paths


def test_a_newer_change_is_purged_twice_again(edge: Edge) -> None:
    edge.publish()
    edge.wait(seconds=2)
    edge.publish("Again")
    assert {purge.repeats for purge in edge.pending if purge.path == FEED} == {1}
    edge.wait(seconds=2)
    edge.wait(seconds=10)
    assert edge.cache.purged.count(FEED) == 3


def test_purges_are_given_up_when_documents_have_expired(edge: Edge) -> None:
    edge.cache.status = 403
    edge.publish()
    edge.wait(seconds=NotifyTiming().purge_give_up_seconds)
    assert edge.pending == []
    assert "has not accepted some purges for days" in str(edge.notifying.errors[-1])


def test_purges_survive_the_end_of_a_process(edge: Edge) -> None:
    paths = edge.publish()
    with edge.notifying.newsroom.catalog.writing_outbox() as outbox:  # a process dies after its claim
        until = int(edge.notifying.newsroom.now.timestamp()) + 14
        assert all(outbox.claim(edge.url, purge, until=until) for purge in edge.pending)
    edge.wait(seconds=13)
    assert edge.cache.purged == []
    edge.wait(seconds=1)
    assert sorted(edge.cache.purged) == sorted(paths)


def test_a_cache_that_is_no_longer_named_is_forgotten(edge: Edge) -> None:
    edge.publish()
    del edge.notifying.environ["FEEDS_PURGE"]
    edge.notifying.newsroom.write("tides", title="Again", topics=["Sea"])
    edge.notifying.collect()
    edge.notifying.detect()
    assert edge.pending == []
