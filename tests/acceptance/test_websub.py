"""A hub pushes new articles to a subscriber, with the real server and the real collector."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import pytest

from feeds.model.feed import Format
from tests.acceptance.proxy import Proxy
from tests.acceptance.websub import PushHub, Subscriber, running_push_hub, running_subscriber
from tests.support.articles import write_titled_article
from tests.support.hub import Hub, running_hub
from tests.support.site import Site, stopping
from tests.support.waiting import wait_until

pytestmark = pytest.mark.program

ROBOTS = {f"{stem}.{format}" for stem in ("/feed", "/topics/robots", "/providers/example.com") for format in Format}


@pytest.fixture
def push_hub() -> Iterator[PushHub]:
    with running_push_hub() as push_hub:
        yield push_hub


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    with running_subscriber() as subscriber:
        yield subscriber


@pytest.fixture
def hub() -> Iterator[Hub]:
    """Run a hub that only records requests."""
    with running_hub() as hub:
        yield hub


def add_hubs(site: Site, *hubs: str) -> Site:
    """Return the site with hubs, and with the articles `a` and `b` on robots."""
    for name in "ab":
        write_titled_article(site.content / f"{name}.md")
    return Site(site.folder, site.content, {**site.settings, "FEEDS_HUBS": " ".join(hubs)})


@contextmanager
def watching(site: Site) -> Iterator[Path]:
    """Run a watching collector, wait for its first collect, and yield its log."""
    log = site.folder / "watch.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "feeds", "collect", "--watch"],
            cwd=site.folder,
            env=site.environ,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        with stopping(process):
            wait_until(lambda: "version" in log.read_text())
            yield log
    assert process.returncode == 0, log.read_text()


def paths_of(urls: list[str]) -> list[str]:
    return sorted(urlsplit(url).path for url in urls)


def test_a_subscriber_receives_new_articles(
    site: Site, proxy: Proxy, push_hub: PushHub, subscriber: Subscriber
) -> None:
    site = add_hubs(site, push_hub.url)
    site.collect()
    with site.serving() as server, watching(site):
        proxy.upstream = server.url
        topic = subscriber.subscribe(f"{proxy.url}/topics/robots.atom")
        assert topic == f"{proxy.url}/topics/robots.atom"
        assert subscriber.verified == {topic}
        write_titled_article(site.content / "c.md", "pushed")
        server.wait_until(lambda: len(subscriber.pushed) > 0)
        server.wait_until(lambda: len(push_hub.notifications) >= len(ROBOTS))
    [(pushed_topic, body)] = subscriber.pushed
    assert pushed_topic == topic
    assert "pushed" in {entry.title for entry in feedparser.parse(body).entries}
    assert paths_of(push_hub.notifications) == sorted(ROBOTS)


def start_collecting(site: Site) -> "subprocess.Popen[bytes]":
    environ = {**site.environ, "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "feeds", "collect"]
    return subprocess.Popen(command, cwd=site.folder, env=environ, stdout=subprocess.PIPE)


def test_after_a_killed_commit_the_next_collect_notifies(site: Site, hub: Hub) -> None:
    site = add_hubs(site, hub.url)
    site.collect()
    write_titled_article(site.content / "a.md", "changed")
    with start_collecting(site) as process:
        assert process.stdout
        assert any(b"version 2" in line for line in process.stdout)
        process.kill()
    assert hub.paths == []
    assert "feeds: unchanged" in site.collect()
    assert sorted(hub.paths) == sorted(ROBOTS)


def test_after_a_kill_during_notification_the_next_collect_goes_on(site: Site, hub: Hub) -> None:
    hub.is_hanging = True
    site = add_hubs(site, hub.url)
    site.collect()
    write_titled_article(site.content / "a.md", "changed")
    with start_collecting(site) as process:
        wait_until(lambda: hub.forms)
        process.kill()
    hub.is_hanging = False
    hub.forms.clear()
    site.collect()
    assert sorted(hub.paths) == sorted(ROBOTS)
    hub.forms.clear()
    site.collect()
    assert hub.paths == []


def test_a_dead_hub_is_reported_and_delays_nothing(site: Site, hub: Hub) -> None:
    dead = "http://localhost:1/"
    site = add_hubs(site, dead, hub.url)
    site.collect()
    write_titled_article(site.content / "a.md", "changed")
    printed = site.collect()
    assert printed.count(f"Error: The hub {dead} cannot be reached") == 1
    assert "1 changed" in printed
    assert sorted(hub.paths) == sorted(ROBOTS)
