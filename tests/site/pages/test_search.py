"""The page of a search, as read by an HTML parser."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_plus

import pytest
from flask.testing import FlaskClient
from lxml import etree, html

from tests.support.app import collected, make_client
from tests.support.articles import write_article

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("content")
    for number in range(3):
        write_article(folder, f"s{number}", title=f"'Boats {number} {SCRIPT}'", topics="['Quiet Bay']")
    write_article(folder, "one", title="The lighthouse", excerpt="Boats.", topics="[Harbour]", quality="90")
    with collected(folder, folder / "catalog.sqlite3") as catalog:
        yield make_client(catalog, FEEDS_SITE_URL="https://news.example/feeds", FEEDS_LIMIT="3")


def read(client: FlaskClient, search: str, *, path: str = "/latest", more: str = "") -> etree._Element:
    response = client.get(f"{path}?q={quote_plus(search)}{more}")
    assert response.status_code == 200
    return html.fromstring(response.data.decode())


def select(page: etree._Element, path: str) -> list[str]:
    found: Any = page.xpath(path)
    return [each if isinstance(each, str) else "".join(each.itertext()).strip() for each in found]


def test_the_heading_names_the_search_and_what_narrows_it(client: FlaskClient) -> None:
    assert select(read(client, "boats"), "//h1") == ["Search results for “boats”"]
    assert select(read(client, "boats"), "//title") == ["Search results for “boats” — Harbour News"]
    assert select(read(client, "boats", path="/topics/quiet-bay"), "//h1") == [
        "Search results for “boats” on Quiet Bay"
    ]
    assert select(read(client, '"boats and"'), "//h1") == ["Search results for “boats and”"]
    page = read(client, "boats", path="/providers/gazette.example", more="&min_quality=5")
    assert select(page, "//h1") == ["Search results for “boats” from gazette.example, quality ≥ 5"]
    assert select(read(client, "boats", more="&type=article&min_heat=0"), "//h1") == [
        "Search results for “boats”, type article, heat ≥ 0"
    ]


def test_results_are_counted_and_in_the_order_of_the_url(client: FlaskClient) -> None:
    page = read(client, "boats", more="&sort=best")
    assert select(page, "//h2[@id='stories']") == ["4 results"]
    assert select(page, "//nav[@class='order']/a/@href") == [
        "/feeds/latest?q=boats",
        "/feeds/latest?q=boats&sort=best",
    ]
    assert select(page, "//nav[@class='order']/a[@aria-current]") == ["Best first"]
    assert select(page, "//link[@rel='canonical']/@href") == ["https://news.example/feeds/latest?q=boats&sort=best"]
    assert select(page, "//meta[@name='robots']/@content") == ["noindex"]
    assert select(page, "//a[@rel='next']/@href") == ["/feeds/latest?q=boats&limit=200&sort=best"]
    one = read(client, "lighthouse")
    assert select(one, "//h2[@id='stories']") == ["1 result"]
    assert select(one, "//nav[@class='order'] | //a[@rel='next']") == []


def test_no_address_of_a_feed_has_the_order(client: FlaskClient) -> None:
    page = read(client, "boats", more="&sort=best")
    addresses = select(page, "//link[@rel='alternate']/@href | //code | //aside//a/@href")
    assert len(addresses) >= 9
    assert [address for address in addresses if "sort" in address] == []
    assert client.get("/feed.atom?q=boats&sort=best").data == client.get("/feed.atom?q=boats").data


def test_words_are_marked_in_escaped_texts(client: FlaskClient) -> None:
    page = read(client, "boats script gazette")
    assert select(page, "//article//h3")[0] == f"Boats 0 {SCRIPT}"
    assert select(page, "//article[1]//h3//mark") == ["Boats", "script", "script"]
    assert select(page, "//article[1]//p[@class='facts']//mark") == ["Gazette"]
    assert select(page, "//main//script") == []


def test_a_page_without_results_says_what_else_to_do(client: FlaskClient) -> None:
    page = read(client, "lihgthouse", path="/topics/harbour")
    assert select(page, "//h2[@id='stories']") == ["No stories found"]
    assert select(page, "//p[@class='suggestion']") == ["Did you mean lighthouse?"]
    assert select(page, "//p[@class='suggestion']/a/@href") == ["/feeds/topics/harbour?q=lighthouse"]
    assert select(page, "//ul[@class='hints']//a/@href") == ["/feeds/latest?q=lihgthouse", "/feeds/topics"]
    for link in select(page, "//section[@aria-labelledby='stories']//a/@href"):
        assert client.get(link.removeprefix("/feeds")).status_code == 200


def test_a_page_links_to_the_topic_of_the_words_or_to_near_names(client: FlaskClient) -> None:
    assert select(read(client, "bay quiet"), "//p[@class='near']/a/@href") == ["/feeds/topics/quiet-bay"]
    assert select(read(client, "harbur"), "//ul[@class='near']//a") == ["Harbour"]


@pytest.mark.parametrize("search", ["boats" * 30, '"boats', "بحر", "boats OR", "🚤 boats"])
def test_odd_searches_have_a_page(client: FlaskClient, search: str) -> None:
    assert len(select(read(client, search), "//h1")) == 1


def test_the_search_form_leads_to_the_page(client: FlaskClient) -> None:
    assert client.get("/search?q=boats&sort=best").location == "/feeds/latest?q=boats&sort=best"
