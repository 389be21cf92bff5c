"""No document of an export has a dead link, at the root of a host and below a path."""

from pathlib import Path

import pytest

from tests.export.publisher import NEEDS_SERVER
from tests.support.app import make_settings
from tests.support.crawler import Crawl, Page, crawl, find_links, reading_files
from tests.support.paths import SEEDS
from tests.support.static_site import export_site, list_paths, write_site

pytestmark = pytest.mark.slow

BASES = ["https://news.example", "https://user.example/repo"]


def check(root: Path, site_url: str) -> Crawl:
    crawled = crawl(site_url, reading_files(root, site_url), starts=list_paths(root))
    assert crawled.dead == []
    assert not any(b"<form" in page.body or NEEDS_SERVER.search(page.body) for page in crawled.documents.values())
    deep = Page("text/html", (root / "404.html").read_bytes())
    links = set(find_links(f"{site_url}/topics/no/such/page", deep, site_url=site_url))
    assert len(links) > 4
    assert {link.partition("#")[0] for link in links} - {f"{site_url}/topics/no/such/page"} <= crawled.documents.keys()
    return crawled


@pytest.mark.parametrize("site_url", BASES)
def test_seeds(tmp_path: Path, site_url: str) -> None:
    root = export_site(SEEDS, tmp_path, make_settings(FEEDS_SITE_URL=f"{site_url}/"))
    crawled = check(root, site_url)
    assert crawled.links > 100
    assert f"{site_url}/topics/ai/daily.atom" in crawled.documents


def test_a_site_with_archives_and_retired_topics(tmp_path: Path) -> None:
    site_url = BASES[1]
    write_site(tmp_path / "content")
    settings = make_settings(FEEDS_SITE_URL=site_url, FEEDS_LIMIT="10", FEEDS_HUBS="https://hub.example/")
    root = export_site(tmp_path / "content", tmp_path, settings)
    crawled = check(root, site_url)
    kinds = {page.media_type for page in crawled.documents.values()}
    assert len(kinds) == 9
    assert crawled.links > 1_000
    assert f"{site_url}/topics/old" in crawled.documents


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text('<a href="/repo/a">a</a><a href="/b">b</a><a href="#c">c</a><i id="d"></i>')
    (tmp_path / "list.opml").write_text('<!-- https://user.example/repo/e --><opml url="https://user.example/repo/f"/>')
    site_url = "https://user.example/repo"
    dead = crawl(site_url, reading_files(tmp_path, site_url), starts=["/", "/list.opml"]).dead
    assert sorted(each.partition(" in ")[0] for each in dead) == [
        "https://user.example/b",
        "https://user.example/repo/#c",
        *(f"https://user.example/repo/{name}" for name in "aef"),
    ]


@pytest.mark.parametrize("site_url", BASES)
def test_the_corpus(tmp_path: Path, corpus: Path, site_url: str) -> None:
    root = export_site(corpus, tmp_path, make_settings(FEEDS_SITE_URL=site_url))
    crawled = check(root, site_url)
    assert crawled.links > 5_000
    print(crawled)  # noqa: T201 `pytest -rP` shows the numbers
