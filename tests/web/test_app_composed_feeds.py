"""Composed feeds over HTTP: one spelling of the path, any spelling of the query, and a sentence for each error."""

import json

import pytest
from flask.testing import FlaskClient
from lxml import etree, html

from feeds.catalog.catalog import Catalog
from feeds.model.parameter_codec import MAX_CHARACTERS
from tests.support.app import SITE_URL, make_client

CANONICAL = "/topics/ai+computer-vision.atom?type=article&min_quality=0&limit=2"
BUNDLE = "/feeds.opml?feed=/topics/ai.atom"
NAME = "AI and Computer Vision, type article, quality ≥ 0"


@pytest.mark.parametrize(
    ("reference", "location"),
    [
        ("/topics/computer-vision+ai.atom", "/topics/ai+computer-vision.atom"),
        ("/topics/AI+!Computer-Vision.ATOM", "/topics/ai+!computer-vision.atom"),
        ("/topics/ai,ai?limit=05&utm_source=x&related=entries", "/topics/ai?limit=5"),
        ("/topics/ai,computer-vision/?limit=50", "/topics/ai,computer-vision"),
        ("/providers/masslive.com,GovTech.com.json", "/providers/govtech.com,masslive.com.json"),
        ("/TOPICS/ai.rss?provider=GOVTECH.com", "/topics/ai.rss?provider=govtech.com"),
        ("/topics/?limit=3", "/topics"),
        ("/?q=robots", "/latest?q=robots"),
        ("/search?q=Robots+-cars", "/latest?q=robots+-cars"),
        ("/search", "/"),
        ("/compose?any=computer-vision&any=ai&q=&limit=&related=", "/topics/ai,computer-vision"),
        ("/compose?all=AI&not=computer-vision&min_quality=50", "/topics/ai+!computer-vision?min_quality=50"),
        ("/compose?q=bill", "/latest?q=bill"),
        ("/FEEDS.opml?feed=AI&feed=&utm_source=x", BUNDLE),
    ],
)
def test_another_path_redirects_to_the_canonical_path_and_query(
    client: FlaskClient, reference: str, location: str
) -> None:
    response = client.get(reference)
    assert (response.status_code, response.headers["Location"]) == (301, location)
    assert client.get(location).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "limit=2&min_quality=0&type=article",
        "type=ARTICLE&min_quality=000&limit=2&utm_source=x",
        "type=article&min_quality=0&limit=2&related=entries&min_heat=&provider=",
        "%74ype=article&min_quality=%30&limit=+2",
    ],
)
def test_another_spelling_of_a_query_gets_the_same_document(client: FlaskClient, query: str) -> None:
    canonical = client.get(CANONICAL)
    response = client.get(f"{CANONICAL.partition('?')[0]}?{query}")
    assert response.status_code == 200
    assert (response.data, response.headers["ETag"]) == (canonical.data, canonical.headers["ETag"])


@pytest.mark.parametrize(
    ("reference", "sentence"),
    [
        ("/topics/ai,,b.atom", "Invalid expression “ai,,b”: missing name between two signs or at an end"),
        ("/topics/a+b+c+d+e+f+g+h+i.atom", "Invalid expression: 9 terms; use at most 8."),
        ("/topics/ai.rss?limit=201", "“limit”: invalid value “201”; expected a whole number from 1 to 200."),
        ("/feed.rss?min_quality=high", "“min_quality”: invalid value “high”; expected a whole number from 0 to 1000."),
        ("/feed?min_heat=-1", "“min_heat”: invalid value “-1”; expected a whole number from 0 to 1000."),
        ("/feed.xml?related=all", "“related”: invalid value “all”; expected entries or links."),
        ("/feed.json?provider=!!a", "“provider”: Invalid name “!!a”: use “!” only once, at the start."),
        ("/feed.json?limit=1&limit=2", "Duplicate parameter “limit”; keep one."),
        ("/feeds.opml?feed=/nope", "“feed”: “/nope” is not a feed; write such as /topics/ai or"),
        (f"/feed.json?x={'x' * MAX_CHARACTERS}", "The query string after “?” exceeds 2000 characters."),
    ],
)
def test_a_bad_request_gets_a_sentence(client: FlaskClient, reference: str, sentence: str) -> None:
    response = client.get(reference)
    assert response.status_code == 400
    assert response.text.startswith(sentence)
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("reference", "sentence"),
    [
        ("/topics/ai+robotix.atom", "Topic “robotix” not found."),
        ("/topics/ai+!robotix.json?limit=3", "Topic “robotix” not found."),
        (f"/topics/{'x' * 100}.atom", f"Topic “{'x' * 60}…” not found."),
        ("/providers/govtech.com,nope.example.rss", "Provider “nope.example” not found."),
        ("/topics/ai.atom?provider=nope.example", "Provider “nope.example” not found."),
        ("/feeds.opml?feed=robotix", "Topic “robotix” not found."),
        ("/topics/ai,computer-vision/archive/1.atom", "Composed feeds have no archive."),
        ("/feed/archive/1.atom?limit=3", "Composed feeds have no archive."),
    ],
)
def test_unknown_topics_and_providers_are_named(client: FlaskClient, reference: str, sentence: str) -> None:
    response = client.get(reference)
    assert response.status_code == 404
    assert response.text.startswith(sentence)


def test_an_unknown_type_selects_nothing(client: FlaskClient) -> None:
    response = client.get("/feed.json?type=podcast")
    assert (response.status_code, response.get_json(force=True)["items"]) == (200, [])


def test_every_format_has_the_title_and_url_of_the_composed_feed(client: FlaskClient) -> None:
    page = CANONICAL.replace(".atom", "")
    atom = etree.fromstring(client.get(CANONICAL).data)
    rss = etree.fromstring(client.get(CANONICAL.replace(".atom", ".rss")).data)
    document = json.loads(client.get(CANONICAL.replace(".atom", ".json")).data)
    shown = html.fromstring(client.get(page).data.decode())
    title = f"{NAME} — Harbour News"
    atom_namespace = {"a": "http://www.w3.org/2005/Atom"}
    assert atom.xpath("string(a:title)", namespaces=atom_namespace) == title
    assert rss.xpath("string(channel/title)") == title
    assert document["title"] == title
    assert shown.xpath("string(//h1)") == NAME
    assert atom.xpath("string(a:link[@rel='self']/@href)", namespaces=atom_namespace) == f"{SITE_URL}{CANONICAL}"
    assert atom.xpath("string(a:link[@rel='alternate']/@href)", namespaces=atom_namespace) == f"{SITE_URL}{page}"
    assert not atom.xpath("a:link[@rel='prev-archive']", namespaces=atom_namespace)
    assert rss.xpath("string(channel/link)") == f"{SITE_URL}{page}"
    assert document["feed_url"] == f"{SITE_URL}{CANONICAL.replace('.atom', '.json')}"
    assert document["home_page_url"] == f"{SITE_URL}{page}"
    assert "next_url" not in document
    assert shown.xpath("//link[@rel='canonical']/@href") == [f"{SITE_URL}{page}"]
    links = shown.iterfind(".//link[@rel='alternate']")
    announced = [link.get("href", "").removeprefix(SITE_URL) for link in links]
    assert announced[0] == CANONICAL
    assert [client.get(url).status_code for url in announced] == [200, 200, 200]


def test_composed_feeds_have_no_hub(catalog: Catalog) -> None:
    composed = make_client(catalog, FEEDS_HUBS="https://hub.example/").get(CANONICAL)
    assert "Link" not in composed.headers
    assert "https://hub.example/" not in composed.text


def test_an_overload_is_answered_with_503(
    client: FlaskClient, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeds.web.fetcher.MAX_WAITING", -1)  # the throttle admits no thread
    busy = make_client(catalog)
    for reference in (CANONICAL, BUNDLE):
        response = busy.get(reference)
        assert response.status_code == 503
        assert response.headers["Retry-After"] == "2"
        assert response.headers["Cache-Control"] == "no-store"
    assert busy.get("/topics/ai.atom").data == client.get("/topics/ai.atom").data


def test_a_query_equal_to_the_defaults_is_plain(client: FlaskClient) -> None:
    assert client.get("/feed.atom?related=entries&limit=50").data == client.get("/feed.atom").data
