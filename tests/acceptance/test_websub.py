"""A subscriber is pushed what has just been published, by way of a hub, the real server and the real collector."""

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
from tests.acceptance.websub import Hub, Subscriber, running_hub, running_subscriber
from tests.support.articles import write_titled_article
from tests.support.hub import Hub as Noter
from tests.support.hub import running_hub as running_noter
from tests.support.site import Site, stopping
from tests.support.waiting import wait_until

ROBOTS = {f"{stem}.{format}" for stem in ("/feed", "/topics/robots", "/providers/example.com") for format in Format}


@pytest.fixture
def hub() -> Iterator[Hub]:
    with running_hub() as hub:
        yield hub


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    with running_subscriber() as subscriber:
        yield subscriber


@pytest.fixture
def noter() -> Iterator[Noter]:
    """Give a hub that only notes what it is told."""
    with running_noter() as noter:
        yield noter


def announce_to(site: Site, *hubs: str) -> Site:
    """Give the site with hubs, and the articles `a` and `b` on robots."""
    for name in "ab":
        write_titled_article(site.content / f"{name}.md")
    return Site(site.folder, site.content, {**site.settings, "FEEDS_HUBS": " ".join(hubs)})


@contextmanager
def watching(site: Site) -> Iterator[Path]:
    """Run the watching collector, from its first collect on; give its log."""
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


def paths_of(pings: list[str]) -> list[str]:
    return sorted(urlsplit(ping).path for ping in pings)


def test_a_subscriber_is_pushed_what_is_published(site: Site, proxy: Proxy, hub: Hub, subscriber: Subscriber) -> None:
    site = announce_to(site, hub.url)
    site.collect()
    with site.serving() as server, watching(site):
        proxy.upstream = server.url
        topic = subscriber.subscribe(f"{proxy.url}/topics/robots.atom")
        assert topic == f"{proxy.url}/topics/robots.atom"
        assert subscriber.verified == {topic}
        write_titled_article(site.content / "c.md", "pushed")
        server.wait_until(lambda: len(subscriber.pushed) > 0)
        server.wait_until(lambda: len(hub.pings) >= len(ROBOTS))
    [(pushed_topic, body)] = subscriber.pushed
    assert pushed_topic == topic
    assert "pushed" in {entry.title for entry in feedparser.parse(body).entries}
    assert paths_of(hub.pings) == sorted(ROBOTS)


def start_collecting(site: Site) -> "subprocess.Popen[bytes]":
    environ = {**site.environ, "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "feeds", "collect"]
    return subprocess.Popen(command, cwd=site.folder, env=environ, stdout=subprocess.PIPE)


def test_a_collect_killed_right_after_its_commit_leaves_the_pings_to_the_next(site: Site, noter: Noter) -> None:
    site = announce_to(site, noter.url)
    site.collect()
    write_titled_article(site.content / "a.md", "changed")
    with start_collecting(site) as process:
        assert process.stdout
        assert any(b"version 2" in line for line in process.stdout)
        process.kill()
    assert noter.paths == []
    assert "feeds: unchanged" in site.collect()
    assert sorted(noter.paths) == sorted(ROBOTS)


def test_a_collect_killed_while_it_pings_leaves_the_rest_to_the_next(site: Site, noter: Noter) -> None:
    noter.is_hanging = True
    site = announce_to(site, noter.url)
    site.collect()
    write_titled_article(site.content / "a.md", "changed")
    with start_collecting(site) as process:
        wait_until(lambda: noter.forms)
        process.kill()
    noter.is_hanging = False
    noter.forms.clear()
    site.collect()
    assert sorted(noter.paths) == sorted(ROBOTS)
    noter.forms.clear()
    site.collect()
    assert noter.paths == []


def test_a_dead_hub_is_told_of_in_a_sentence_and_holds_nothing_up(site: Site, noter: Noter) -> None:
    dead = "http://localhost:1/"
    site = announce_to(site, dead, noter.url)
    site.collect()
    write_titled_article(site.content / "a.md", "changed")
    printed = site.collect()
    assert printed.count(f"Error: The hub {dead} cannot be reached") == 1
    assert "1 changed" in printed
    assert sorted(noter.paths) == sorted(ROBOTS)
