"""newsboat subscribes to the running server, asks politely, and shows every story once."""

import os
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.acceptance.proxy import Proxy
from tests.acceptance.site import Site

FORMATS = ("atom", "rss")
Item: TypeAlias = tuple[str, str, str, int]
"""As newsboat keeps it: guid, title, link, seconds since 1970."""


@dataclass(frozen=True)
class Newsboat:
    """A newsboat with a home of its own, subscribed to one feed."""

    program: str
    folder: Path

    def subscribe(self, url: str) -> None:
        self.folder.mkdir()
        (self.folder / "config").write_text("reload-threads 1\ndownload-retries 1\n")
        (self.folder / "urls").write_text(f"{url}\n")

    def reload(self) -> None:
        files = [f"--url-file={self.folder}/urls", f"--config-file={self.folder}/config"]
        subprocess.run(
            [self.program, *files, f"--cache-file={self.folder}/cache.db", "--execute=reload"],
            env={**os.environ, "HOME": str(self.folder)},
            check=True,
            capture_output=True,
            timeout=60,
        )

    def import_opml(self, document: bytes) -> list[str]:
        """Give the addresses of the feeds that newsboat takes from a list."""
        self.folder.mkdir()
        (self.folder / "feeds.opml").write_bytes(document)
        files = [f"--url-file={self.folder}/urls", f"--import-from-opml={self.folder}/feeds.opml"]
        environ = {**os.environ, "HOME": str(self.folder)}
        subprocess.run([self.program, *files], env=environ, check=True, capture_output=True, timeout=60)
        return [line.split()[0] for line in (self.folder / "urls").read_text().splitlines()]

    def list_items(self) -> list[Item]:
        with closing(sqlite3.connect(self.folder / "cache.db")) as cache:
            return sorted(cache.execute("SELECT guid, title, url, pubDate FROM rss_item WHERE deleted = 0"))


@pytest.fixture
def newsboat(program: Callable[[str], str], tmp_path: Path) -> Newsboat:
    return Newsboat(program("newsboat"), tmp_path / "newsboat")


def list_expected(site: Site) -> list[Item]:
    entries = site.read_entries(topic="ai")
    return sorted((entry.id, entry.title, entry.url, int(entry.published.timestamp())) for entry in entries)


@pytest.mark.parametrize("format", FORMATS)
def test_newsboat_is_told_304_and_holds_what_the_catalog_holds(
    site: Site, proxy: Proxy, newsboat: Newsboat, format: str
) -> None:
    site.collect()
    newsboat.subscribe(f"{proxy.url}/topics/ai.{format}")
    with site.serving() as server:
        proxy.upstream = server.url
        for _ in range(4):
            newsboat.reload()
    # It sends validators from its third fetch on.
    assert [exchange.is_conditional for exchange in proxy.exchanges] == [False, False, True, True]
    assert [exchange.status for exchange in proxy.exchanges] == [200, 200, 304, 304]
    assert newsboat.list_items() == list_expected(site)


@pytest.mark.parametrize("format", FORMATS)
def test_newsboat_shows_a_new_story_once_and_an_edited_one_not_again(
    site: Site, proxy: Proxy, newsboat: Newsboat, format: str
) -> None:
    site.collect()
    newsboat.subscribe(f"{proxy.url}/topics/ai.{format}")
    with site.serving() as server:
        proxy.upstream = server.url
        newsboat.reload()
        before = newsboat.list_items()
        served = server.get("/feed.atom").validators
        edit_story(site)
        add_story(site)
        site.collect()
        server.wait_until(lambda: server.get("/feed.atom").validators != served)
        for _ in range(3):
            newsboat.reload()
    after = newsboat.list_items()
    assert {guid for guid, *_ in after} - {guid for guid, *_ in before} == {"https://news.example/gulls"}
    assert len(after) == len(before) + 1
    assert after == list_expected(site)


def edit_story(site: Site) -> None:
    path = next(site.content.glob("*passes-bill*"))
    path.write_text(path.read_text().replace("Passes Bill With", "Passes a Bill With"))


def add_story(site: Site) -> None:
    (site.content / "gulls.md").write_text(
        "---\ntitle: Gulls learn to read\nwebUrl: https://news.example/gulls\npublishedDateTime: 2021-03-01T08:00:00Z\n"
        "topics: [AI]\n---\n"
    )


def test_newsboat_takes_two_topics_with_the_same_stories(site: Site, proxy: Proxy, newsboat: Newsboat) -> None:
    """Newsboat keys items by id over all feeds, so what stands in both is one item."""
    site.collect()
    newsboat.subscribe(f"{proxy.url}/topics/ai.atom\n{proxy.url}/topics/computer-vision.rss")
    with site.serving() as server:
        proxy.upstream = server.url
        newsboat.reload()
    assert [guid for guid, *_ in newsboat.list_items()] == [guid for guid, *_ in list_expected(site)]


@pytest.mark.parametrize(("query", "with_providers"), [("", False), ("?provider=1", True)])
def test_newsboat_imports_every_feed_of_the_list(
    site: Site, newsboat: Newsboat, query: str, *, with_providers: bool
) -> None:
    folder = site.content / "topics"
    folder.mkdir()
    (folder / "vision.yaml").write_text("name: Computer Vision\nparent: AI\n")
    site.collect()
    imported = newsboat.import_opml(site.render(f"/feeds.opml{query}"))
    sections = ("/topics/", "/providers/") if with_providers else ("/topics/",)
    feeds = [path for path in site.list_feeds() if path.startswith(sections)]
    assert sorted(imported) == sorted(f"{site.settings['FEEDS_SITE_URL']}{path}.atom" for path in feeds)
    assert len(feeds) >= 2
