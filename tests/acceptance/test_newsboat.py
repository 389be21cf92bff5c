"""newsboat subscribes to the running server, sends conditional requests, and shows every story once."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.acceptance.proxy import Proxy
from tests.support.articles import write_article
from tests.support.newsboat import Item, Newsboat
from tests.support.site import Site

FORMATS = ("atom", "rss")

UNPUBLISHED_TOPIC = "/topics/natural-language-processing"


@pytest.fixture
def newsboat(program: Callable[[str], str], tmp_path: Path) -> Newsboat:
    return Newsboat(program("newsboat"), tmp_path / "newsboat")


def list_expected(site: Site) -> list[Item]:
    entries = site.read_entries(topic="ai")
    return sorted((entry.id, entry.title, entry.url, int(entry.published.timestamp())) for entry in entries)


@pytest.mark.parametrize("format", FORMATS)
def test_newsboat_gets_304_and_holds_the_catalogs_entries(
    site: Site, proxy: Proxy, newsboat: Newsboat, format: str
) -> None:
    site = site.with_settings(FEEDS_TOMBSTONES="yes")
    write_article(site.content, "withdrawn", topics="[AI]", removed="true")
    site.collect()
    newsboat.subscribe(f"{proxy.url}/topics/ai.{format}")
    with site.serving() as server:
        proxy.upstream = server.url
        for _ in range(4):
            newsboat.reload()
    # newsboat sends validators from the third request on.
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


def test_newsboat_shows_a_story_of_two_topics_once(site: Site, proxy: Proxy, newsboat: Newsboat) -> None:
    """Newsboat identifies items by id across all feeds."""
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
    imported = newsboat.import_opml(site.show(f"/feeds.opml{query}"))
    sections = ("/topics/", "/providers/") if with_providers else ("/topics/",)
    # A topic without entries is not listed.
    feeds = [path for path in site.list_feeds() if path.startswith(sections) and path != UNPUBLISHED_TOPIC]
    assert sorted(imported) == sorted(f"{site.settings['FEEDS_SITE_URL']}{path}.atom" for path in feeds)
    assert len(feeds) >= 2
    chosen = ["/feed.rss", "/topics/ai+computer-vision.atom?min_heat=50&q=robots"]
    bundle = newsboat.import_opml(
        site.show(f"/feeds.opml?{urlencode([('feed', path) for path in (*chosen, 'ai', 'nope')])}")
    )
    added = [f"{site.settings['FEEDS_SITE_URL']}{path}" for path in (*chosen, "/topics/ai.atom")]
    assert set(bundle) == {*imported, *added}
