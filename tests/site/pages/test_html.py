"""The pages, as read by an HTML parser."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from lxml import etree

from feeds.catalog.catalog import Catalog
from tests.support.app import collected, make_client
from tests.support.articles import write_article
from tests.support.pages import read, select
from tests.support.sample_feeds import START

TOPICS = "//section[@id='topics']//h3/a"
SCRIPT = "<script>alert(1)</script>"
RELATED = "[{title: Other, webUrl: 'https://post.example/2', publishedDateTime: 2024-05-06T07:08:09Z}]"


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    folder = tmp_path_factory.mktemp("content")
    images = "[{url: 'https://img.example/1.jpg', width: 640, height: 360}]"
    write_article(folder, "one", title=f"'{SCRIPT} & more'", images=images, related=RELATED, topics=f"['A & {SCRIPT}']")
    correction = "{date: 2024-11-24T23:30:00Z, text: 'Two <lanes>.'}"
    write_article(
        folder, "two", topics="[Möwen, 海]", excerpt="A short text.", locale="he", corrections=f"[{correction}]"
    )
    with collected(folder, folder / "catalog.sqlite3") as catalog:
        yield catalog


@pytest.fixture(scope="module")
def client(catalog: Catalog) -> FlaskClient:
    return make_client(catalog, FEEDS_SITE_URL="https://news.example/feeds", FEEDS_LANGUAGE="de")


def list_pages(client: FlaskClient) -> list[str]:
    links = [link.removeprefix("/feeds") for link in select(read(client, "/"), f"{TOPICS}/@href")]
    return ["/", *links, "/latest", "/latest?q=short", "/feed/archive/1", "/providers/gazette.example"]


def test_a_page_announces_its_feeds_the_main_one_first(client: FlaskClient) -> None:
    links = "//head/link[@rel='alternate']"
    page = read(client, "/topics/mowen")
    assert select(page, f"{links}/@type") == ["application/atom+xml", "application/rss+xml", "application/feed+json"]
    assert select(page, f"{links}/@href") == [
        f"https://news.example/feeds/topics/mowen.{extension}" for extension in ("atom", "rss", "json")
    ]
    assert select(page, f"{links}/@title")[0] == "Möwen — Harbour News"


def test_every_page_announces_feeds_that_answer(client: FlaskClient) -> None:
    assert len(list_pages(client)) == 8
    for path in list_pages(client):
        announced = select(read(client, path), "//link[@rel='alternate']/@href")
        assert len(announced) == 3
        for url in announced:
            assert client.get(url.removeprefix("https://news.example/feeds")).status_code == 200


def test_no_internal_link_is_broken(client: FlaskClient) -> None:
    for path in list_pages(client):
        page = read(client, path)
        for link in select(page, "//a/@href | //link/@href | //img/@src | //script/@src"):
            place, _, fragment = link.partition("#")
            if place.startswith("/feeds/"):
                assert client.get(place.removeprefix("/feeds")).status_code == 200, link
            elif not place:
                assert select(page, f"//*[@id='{fragment}']/@id") == [fragment]


def test_no_link_leads_to_a_feed_that_a_browser_would_show_as_code(client: FlaskClient) -> None:
    for path in list_pages(client):
        links = select(read(client, path), "//a[not(@download)]/@href")
        assert [link for link in links if link.startswith("/") and link.endswith((".atom", ".rss", ".json"))] == []


def test_addresses_are_visible_for_copying(client: FlaskClient) -> None:
    codes = read(client, "/topics/mowen").iter("code")
    assert ["".join(map(str, code.itertext())) for code in codes] == [
        f"https://news.example/feeds/topics/mowen.{extension}" for extension in ("atom", "rss", "json")
    ]


def test_readers_subscribe_by_a_link(client: FlaskClient) -> None:
    links = select(read(client, "/topics/mowen"), "//ul[@class='services']//a/@href")
    assert len(links) == 6
    assert links[0] == (
        "https://feedly.com/i/subscription/feed%2Fhttps%3A%2F%2Fnews.example%2Ffeeds%2Ftopics%2Fmowen.atom"
    )
    assert links[-1] == "feed:https://news.example/feeds/topics/mowen.atom"


def test_home_lists_every_topic_with_count_and_date(client: FlaskClient) -> None:
    page = read(client, "/")
    assert select(page, f"{TOPICS}/text()") == [f"A & {SCRIPT}", "Möwen", "海"]
    assert any("2 Einträge" in text for text in select(page, "//p/text()"))
    assert select(page, "//*[@class='weeks']//@aria-label")[0].endswith(f"6. Mai 2024: {'0, ' * 15}2")
    assert "2024-05-06T07:08:09Z" in select(page, "//time/@datetime")
    assert "/feeds/feeds.opml" in select(page, "//a/@href")


def test_texts_of_authors_are_escaped(client: FlaskClient) -> None:
    for path in list_pages(client):
        page = read(client, path)
        assert select(page, "//script/text() | //style | //@style | //@onclick") == []
        assert len(select(page, "//script/@src")) == 1


def test_coverage_is_folded_under_its_lead(client: FlaskClient) -> None:
    page = read(client, "/providers/gazette.example")
    assert select(page, "//article//details//a/@href") == ["https://post.example/2"]
    assert select(page, "//article//h3/a/@href").count("https://post.example/2") == 0


def test_pictures_have_their_size_and_load_lazily(client: FlaskClient) -> None:
    image = "//article//img"
    page = read(client, "/providers/gazette.example")
    assert select(page, f"{image}/@width | {image}/@height") == ["640", "360"]
    assert select(page, f"{image}/@loading | {image}/@referrerpolicy") == ["lazy", "no-referrer"]
    assert len(select(page, f"{image}/@alt")) == 1


@pytest.mark.parametrize("language", ["ja", "fa", "pt-BR"])
def test_without_a_translation_only_the_content_is_in_the_language_of_the_site(catalog: Catalog, language: str) -> None:
    page = read(make_client(catalog, FEEDS_LANGUAGE=language), "/")
    assert select(page, "/html/@lang | /html/@dir") == ["en", "ltr"]
    assert select(page, "//header//span/@lang") == [language]
    assert set(select(page, "//section[@id='topics']//h3/@lang")) == {language}
    assert select(page, "//h1/@lang") == [language]
    assert select(page, "//h2/@lang | //header//nav//@lang") == []


def test_a_story_has_its_own_language(client: FlaskClient) -> None:
    page = read(client, "/topics/mowen")
    assert select(page, "//article/@dir") == ["auto"]
    assert set(select(page, "//article//h3/@lang | //article//p/@lang")) == {"he"}
    assert "he" in select(read(client, "/providers/gazette.example"), "//article//h3/@lang")


def test_a_story_shows_its_corrections(client: FlaskClient) -> None:
    page = read(client, "/topics/mowen")
    note = "".join(select(page, "//article//p[@class='correction']//text()"))
    assert note == "Korrektur, 24. November 2024: Two <lanes>."
    assert select(page, "//p[@class='correction']//time/@datetime") == ["2024-11-24T23:30:00Z"]
    assert select(page, "//p[@class='correction']/bdi/@lang") == ["he"]


@pytest.mark.parametrize("path", ["/", "/topics/mowen", "/latest", "/feed/archive/1"])
def test_a_page_can_be_shared(client: FlaskClient, path: str) -> None:
    page = read(client, path)
    [title] = select(page, "//meta[@property='og:title']/@content")
    assert select(page, "//head/title/text()") == [title]
    assert select(page, "//meta[@property='og:url']/@content") == [f"https://news.example/feeds{path}"]
    assert select(page, "//link[@rel='canonical']/@href") == [f"https://news.example/feeds{path}"]
    picture = "https://news.example/feeds/static/icon.png" if "/topics" in path else "https://img.example/1.jpg"
    assert select(page, "//meta[@property='og:image']/@content") == [picture]
    assert select(page, "//meta[@name='twitter:card']/@content") == [
        "summary" if "/topics" in path else "summary_large_image"
    ]
    assert select(page, "//meta[@property='og:locale']/@content") == ["de_DE"]


def test_pages_link_back_to_the_oldest_story_and_forth_again(tmp_path: Path) -> None:
    content = tmp_path / "content"
    for number in range(450):
        day = START + timedelta(hours=number)
        write_article(content, f"story-{number}", publishedDateTime=f"{day:%FT%TZ}")
    with collected(content, tmp_path / "catalog.sqlite3") as catalog:
        client = make_client(catalog)
        for first in ("/topics/tides", "/latest", "/providers/gazette.example"):
            back = list(follow(client, first, "next"))
            stories = [url for page in back for url in select(page, "//article//h3/a/@href")]
            assert stories == [f"https://gazette.example/story-{number}" for number in reversed(range(450))]
            forth = list(follow(client, select(back[-1], "//link[@rel='canonical']/@href")[0], "prev"))
            assert select(forth[-1], "//link[@rel='canonical']/@href") == [f"https://news.example{first}"]
            assert "Older" in select(back[-1], "//head/title/text()")[0]


def follow(client: FlaskClient, path: str, rel: str) -> Iterator[etree._Element]:
    """Return a page, and all pages reached by following links with a relation."""
    links = [path]
    while links:
        page = read(client, links[0].removeprefix("https://news.example"))
        yield page
        links = select(page, f"//link[@rel='{rel}']/@href")


def test_a_search_page_links_to_its_feed(client: FlaskClient) -> None:
    page = read(client, "/latest?q=short+-gulls")
    assert select(page, "//article//h3/a/@href") == ["https://gazette.example/two"]
    assert select(page, "//form[@role='search']/input/@value") == ["short -gulls"]
    assert select(page, "//link[@rel='alternate']/@href")[0] == "https://news.example/feeds/feed.atom?q=short+-gulls"
    assert select(page, "//meta[@name='robots']/@content") == ["noindex"]
    assert select(read(client, "/latest"), "//meta[@name='robots']") == []
    assert "Keine Meldungen gefunden" in client.get("/latest?q=whales").text


def test_the_lists_have_every_topic_and_publisher(client: FlaskClient) -> None:
    assert select(read(client, "/topics"), "//h3/a/text()") == [f"A & {SCRIPT}", "Möwen", "海"]
    domains = ["gazette.example", "post.example"]
    assert select(read(client, "/providers"), "//ul[@class='names']//a/@href") == [
        f"/feeds/providers/{domain}" for domain in domains
    ]


def test_robots_are_kept_from_endless_pages(client: FlaskClient) -> None:
    lines = client.get("/robots.txt").text.splitlines()
    assert lines[-1] == "Sitemap: https://news.example/feeds/sitemap.xml"
    assert {"Disallow: /feeds/compose", "Disallow: /feeds/search"} <= set(lines)


def test_a_page_allows_only_scripts_of_the_site(client: FlaskClient) -> None:
    headers = client.get("/").headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'; script-src 'self';")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "connect-src 'self';" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


def test_an_empty_site_has_a_page(tmp_path: Path) -> None:
    folder = tmp_path / "content"
    folder.mkdir()
    with collected(folder, tmp_path / "catalog.sqlite3") as catalog:
        response = make_client(catalog).get("/")
        feed = make_client(catalog).get("/feed.atom")
    assert "No topics yet" in response.text
    assert (feed.status_code, "Last-Modified" in feed.headers) == (200, False)
