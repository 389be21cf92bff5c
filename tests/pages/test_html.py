"""The pages, read by an HTML parser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from lxml import etree, html

from feeds.catalog.reader import ProviderCount
from feeds.pages.html import MOST_PROVIDERS, choose_providers, fold, write_count, write_date
from tests.publications import NOW, collected, make_client, write_article
from tests.renderers.samples import make_entry, make_lead

SCRIPT = "<script>alert(1)</script>"
RELATED = "[{title: Other, webUrl: 'https://post.example/2', publishedDateTime: 2024-05-06T07:08:09Z}]"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("content")
    images = "[{url: 'https://img.example/1.jpg', width: 640, height: 360}]"
    write_article(folder, "one", title=f"'{SCRIPT} & more'", images=images, related=RELATED, topics=f"['A & {SCRIPT}']")
    write_article(folder, "two", topics="[Möwen, 海]", excerpt="A short text.")
    with collected(folder, folder / "catalog.sqlite3") as catalog:
        yield make_client(catalog, FEEDS_SITE_URL="https://news.example/feeds", FEEDS_LANGUAGE="de")


def list_pages(client: FlaskClient) -> list[str]:
    links = [link.removeprefix("/feeds") for link in select(read(client, "/"), "//main//h3/a/@href")]
    return ["/", *links, "/providers/gazette.example"]


def read(client: FlaskClient, path: str) -> etree._Element:
    response = client.get(path)
    assert response.status_code == 200, path
    return html.fromstring(response.data.decode())


def select(page: etree._Element, path: str) -> list[str]:
    found = page.xpath(path)
    assert isinstance(found, list)
    return [str(item) for item in found]


def test_a_page_announces_its_feeds_the_main_one_first(client: FlaskClient) -> None:
    links = "//head/link[@rel='alternate']"
    page = read(client, "/topics/mowen")
    assert select(page, f"{links}/@type") == ["application/atom+xml", "application/rss+xml", "application/feed+json"]
    assert select(page, f"{links}/@href") == [
        f"https://news.example/feeds/topics/mowen.{extension}" for extension in ("atom", "rss", "json")
    ]
    assert select(page, f"{links}/@title")[0] == "Möwen — Harbour News"


def test_every_page_announces_feeds_that_answer(client: FlaskClient) -> None:
    for path in list_pages(client):
        announced = select(read(client, path), "//link[@rel='alternate']/@href")
        assert len(announced) == 3
        for url in announced:
            assert client.get(url.removeprefix("https://news.example/feeds")).status_code == 200


def test_every_link_within_the_site_leads_somewhere(client: FlaskClient) -> None:
    for path in list_pages(client):
        page = read(client, path)
        for link in select(page, "//a/@href | //link/@href | //img/@src"):
            if link.startswith("/feeds/"):
                assert client.get(link.removeprefix("/feeds")).status_code == 200, link


def test_addresses_can_be_seen_to_copy(client: FlaskClient) -> None:
    assert "https://news.example/feeds/topics/mowen.atom" in select(read(client, "/topics/mowen"), "//code/text()")


def test_home_lists_every_topic_with_count_and_date(client: FlaskClient) -> None:
    page = read(client, "/")
    assert select(page, "//h3/a/text()") == [f"A & {SCRIPT}", "Möwen", "海"]
    assert any("2 entries" in text for text in select(page, "//p/text()"))
    assert "2024-05-06T07:08:09Z" in select(page, "//time/@datetime")
    assert "/feeds/feeds.opml" in select(page, "//a/@href")


def test_what_authors_write_is_text(client: FlaskClient) -> None:
    for path in list_pages(client):
        page = read(client, path)
        assert select(page, "//script | //style | //@style | //@onclick") == []


def test_coverage_is_folded_under_its_lead(client: FlaskClient) -> None:
    page = read(client, "/providers/gazette.example")
    assert select(page, "//article//details//a/@href") == ["https://post.example/2"]
    assert select(page, "//article/div/h3/a/@href").count("https://post.example/2") == 0


def test_pictures_have_their_size_and_wait(client: FlaskClient) -> None:
    image = "//article/img"
    page = read(client, "/providers/gazette.example")
    assert select(page, f"{image}/@width | {image}/@height") == ["640", "360"]
    assert select(page, f"{image}/@loading | {image}/@referrerpolicy") == ["lazy", "no-referrer"]
    assert len(select(page, f"{image}/@alt")) == 1


def test_a_page_is_in_the_language_of_the_site(client: FlaskClient) -> None:
    assert select(read(client, "/"), "/html/@lang") == ["de"]


def test_a_page_allows_no_script_and_frames_nothing(client: FlaskClient) -> None:
    headers = client.get("/").headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self';")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


def test_an_empty_site_has_a_page(tmp_path: Path) -> None:
    folder = tmp_path / "content"
    folder.mkdir()
    with collected(folder, tmp_path / "catalog.sqlite3") as catalog:
        response = make_client(catalog).get("/")
        feed = make_client(catalog).get("/feed.atom")
    assert "nothing here yet" in response.text
    assert (feed.status_code, "Last-Modified" in feed.headers) == (200, False)


def test_only_what_stands_under_another_story_is_left_out() -> None:
    lead, other, covered = make_lead(), make_entry(2), make_entry(3, url="https://times.example/b")
    assert fold([lead, other, covered]) == [lead, other]
    assert fold([other, covered]) == [other, covered]


def test_the_providers_with_the_most_entries_are_named() -> None:
    providers = [ProviderCount(f"p{number:04}.example", number, None) for number in range(1_000)]
    chosen = choose_providers(providers)
    assert len(chosen) == MOST_PROVIDERS
    assert [provider.entries for provider in chosen] == list(range(800, 1_000))


def test_dates_and_counts_are_for_people() -> None:
    assert write_date(NOW) == "2 January 2026"
    assert [write_count(number) for number in (0, 1, 1_234)] == ["0 entries", "1 entry", "1,234 entries"]
