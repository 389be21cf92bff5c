"""The home page and the lists with many topics, as read by an HTML parser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from lxml import etree, html

from feeds.catalog.catalog import Catalog
from feeds.catalog.topic_ranking import MAX_MOST_ACTIVE, MAX_RANKED
from feeds.settings import Settings
from feeds.site.documents import make_document
from feeds.site.urls import HomeAddress, ProviderListAddress, TopicListAddress
from tests.support.app import NOW, collected, make_client, make_settings
from tests.support.articles import write_article
from tests.support.many_topics import LONG_NAME, LONG_WORD, MARKUP, TOPICS, write_many_topics
from tests.support.pages import read, select

ORDERS = ["/topics", "/topics-by-name", "/topics-by-activity", "/topics-by-date"]
NAMES = "//main//h3/a/text() | //ul[contains(@class, 'names')]//a/text()"


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    folder = tmp_path_factory.mktemp("content")
    write_many_topics(folder)
    with collected(folder, folder / "catalog.sqlite3") as catalog:
        yield catalog


@pytest.fixture(scope="module")
def client(catalog: Catalog) -> FlaskClient:
    return make_client(catalog)


def test_home_shows_the_most_active_topics_and_links_to_all(client: FlaskClient) -> None:
    page = read(client, "/")
    names = select(page, "//section[@id='topics']//h3/a/text()")
    assert names[:4] == [LONG_WORD, LONG_NAME, "Night ferries", MARKUP]
    assert len(names) == MAX_MOST_ACTIVE
    assert select(page, "//nav[@class='shortcuts']/a/text()")[:2] == [LONG_WORD, LONG_NAME]
    assert set(select(page, "//section[@id='topics']//a[contains(text(), 'All')]/@href")) == {"/topics"}
    assert select(page, "//section[@id='topics']/form/@action") == ["/topics"]
    assert "/feeds.opml" in select(page, "//a/@href")


def test_home_without_stories_has_no_shortcuts(tmp_path: Path) -> None:
    write_article(tmp_path, "a", publishedDateTime="2030-01-01T00:00:00Z")
    (tmp_path / "topics.yaml").write_text("name: Tides", encoding="utf-8")
    with collected(tmp_path, tmp_path / "catalog.sqlite3") as catalog:
        assert select(read(make_client(catalog), "/"), "//nav[@class='shortcuts']") == []


@pytest.mark.parametrize("path", ORDERS)
def test_each_order_links_to_all_orders(client: FlaskClient, path: str) -> None:
    page = read(client, path)
    assert select(page, "//nav[@class='orders']/a/@href") == ORDERS
    assert select(page, "//nav[@class='orders']/a[@aria-current='page']/@href") == [path]
    assert select(page, "//link[@rel='canonical']/@href") == [f"https://news.example{path}"]
    for link in select(page, "//main//a[not(starts-with(@href, '#'))]/@href")[:8]:
        assert client.get(link).status_code == 200


def test_topics_below_others_fold(client: FlaskClient) -> None:
    page = read(client, "/topics")
    harbours = "//li[a='Harbours']/details"
    assert select(page, f"{harbours}/summary/text()") == ["2 sub-topics"]
    assert select(page, f"{harbours}/ul/li/a/text()") == ["Fähren", LONG_NAME]
    assert select(page, f"{harbours}//details/ul/li/a/text()") == ["Night ferries"]
    assert sorted(select(page, NAMES)) == sorted(select(read(client, "/topics-by-name"), NAMES))
    assert len(select(page, NAMES)) == TOPICS


def test_letters_fold_and_links_lead_to_them(client: FlaskClient) -> None:
    page = read(client, "/topics-by-name")
    letters = select(page, "//details[@class='letter']/summary/h3/text()")
    assert letters == ["0–9", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "م", "か", "漢"]
    assert select(page, "//nav[@class='letters']/a/text()") == letters
    for link in select(page, "//nav[@class='letters']/a/@href"):
        assert len(select(page, f"//details/ul[@id='{link[1:]}']")) == 1
    assert select(page, "//ul[@id='letter-o']/li/a/text()")[-1] == "Öl und Gas"


def test_ranked_lists_show_the_first_topics(client: FlaskClient) -> None:
    for path in ORDERS[2:]:
        page = read(client, path)
        names = select(page, NAMES)
        assert len(names) == MAX_RANKED
        assert names[0] == LONG_WORD
        assert select(page, "//form[@class='find']/@data-filters") == []


def test_a_text_finds_topics(client: FlaskClient) -> None:
    page = read(client, "/topics?find=FAHREN")
    assert select(page, NAMES) == ["Fähren"]
    assert select(page, "//main//h2/text()") == ["1 topic found"]
    assert select(page, "//form[@class='find']/input/@value") == ["FAHREN"]
    assert select(page, "//meta[@name='robots']/@content") == ["noindex"]
    assert select(read(client, "/topics?find=strasse"), NAMES) == ["Straßen"]
    many = read(client, "/topics?find=plain")
    assert len(select(many, NAMES)) == 100
    assert "The first 100 are shown." in select(many, "//p[@class='facts']/text()")[-1]


def test_a_misspelled_text_finds_similar_topics(client: FlaskClient) -> None:
    page = read(client, "/topics?find=habrours")
    assert select(page, "//main//h2/text() | //main//h3/text()") == ["No topic found", "Similar names"]
    assert select(page, "//ul[@class='names']//a/@href") == ["/topics/harbours"]
    assert select(read(client, "/topics?find=qqqqqqqq"), "//main//h3/text()") == []
    assert select(read(client, "/topics?find=%22%3E%3Cqqq%3E"), "//qqq") == []


def test_a_text_finds_publishers(client: FlaskClient) -> None:
    assert select(read(client, "/providers?find=gazette"), NAMES) == []
    assert select(read(client, "/providers?find=gazette"), "//ul[@class='names']//bdi/text()") == ["gazette.example"]
    similar = read(client, "/providers?find=gazzette.example")
    assert select(similar, "//ul[@class='names']//a/@href") == ["/providers/gazette.example"]


def test_a_list_without_a_text_is_whole(client: FlaskClient) -> None:
    assert client.get("/topics?find=+").data == client.get("/topics").data
    assert client.get("/topics-by-name?find=sea").data == client.get("/topics-by-name").data


def test_a_found_list_is_kept_under_its_canonical_text(client: FlaskClient) -> None:
    found = client.get("/topics?find=++sea+&utm_source=x")
    assert found.headers["ETag"] == client.get("/topics?find=sea").headers["ETag"]
    assert select(html.fromstring(found.data.decode()), "//link[@rel='canonical']/@href") == [
        "https://news.example/topics?find=sea"
    ]


def export(catalog: Catalog, address: HomeAddress | TopicListAddress | ProviderListAddress) -> etree._Element:
    settings: Settings = make_settings()
    with catalog.reading() as reader:
        document = make_document(address, reader, settings=settings, now=NOW, is_static=True)
    return html.fromstring(document.body.decode())


def test_a_static_list_is_filtered_by_the_script_alone(catalog: Catalog) -> None:
    page = export(catalog, TopicListAddress())
    assert select(page, "//form[@class='find']/@hidden") == [""]
    assert select(page, "//form//button") == []
    assert select(export(catalog, HomeAddress()), "//form") == []
    assert select(export(catalog, ProviderListAddress()), "//form") == []
