"""The form over HTTP: pages with input are kept by nobody, and errors have a status and stand at their fields."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from lxml import html

from feeds.catalog.catalog import Catalog
from feeds.site.compose_offers import MAX_ACTIVE, MAX_FEEDS_OFFERED, MAX_LISTED
from feeds.web.throttle import Throttle
from tests.support.app import collected, make_client

SCRIPT = "<script>alert(1)</script>"
LONG = "A Name of Sixty Letters That Somebody Gave to a Topic of News"


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    folder = tmp_path_factory.mktemp("site")
    write_articles(folder / "content")
    with collected(folder / "content", folder / "catalog.sqlite3") as catalog:
        yield catalog


def write_articles(folder: Path) -> None:
    """Write articles on many topics, two of them much more active than the others."""
    folder.mkdir()
    names = [[f"Topic {number}" for number in range(start, start + 30)] for start in range(0, 300, 30)]
    for number, topics in enumerate([["AI", LONG], ["AI", LONG], ["AI", f"Boats {SCRIPT}"], *names]):
        (folder / f"{number}.md").write_text(
            f"---\ntitle: Story {number}\nwebUrl: https://gazette.example/{number}\ntopics: {topics}\n"
            f"publishedDateTime: 2021-01-{number + 1:02}\nprovider: {{domain: gazette.example}}\n---\n"
        )


@pytest.fixture(scope="module")
def client(catalog: Catalog) -> FlaskClient:
    return make_client(catalog, FEEDS_SITE_URL="https://news.example/feeds")


def read(client: FlaskClient, query: str, *, status: int = 200) -> html.HtmlElement:
    response = client.get(f"/compose?{query}")
    assert response.status_code == status, response.text
    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    return parse(response.data)


def parse(body: bytes) -> html.HtmlElement:
    """Parse a page; browsers ignore what is in a template."""
    page = html.fromstring(body.decode())
    for template in list(page.iter("template")):
        template.clear()
    return page


def select(page: html.HtmlElement, path: str) -> list[str]:
    return [str(each) for each in page.xpath(path)]


def list_fields(page: html.HtmlElement) -> list[tuple[str, str]]:
    """List the fields as a browser sends them."""
    return [(name, str(value)) for name, value in page.get_element_by_id("compose").form_values()]


def test_without_input_the_page_is_kept_and_small(client: FlaskClient) -> None:
    plain = client.get("/compose", headers={"Accept-Encoding": "gzip"})
    assert plain.headers["Cache-Control"] == "public, max-age=900"
    assert int(plain.headers["Content-Length"]) < 8_000
    for query in ("utm_source=x", "q=&limit=", "do=jump"):
        same = client.get(f"/compose?{query}", headers={"Accept-Encoding": "gzip"})
        assert (same.data, same.headers["ETag"]) == (plain.data, plain.headers["ETag"])
    page = parse(client.get("/compose").data)
    topics = select(page, "//fieldset[@data-picker='topic']//ul[@class='options']//button/@value")
    assert len(topics) == MAX_ACTIVE
    assert topics[0] == "add topic ai"
    feeds = select(page, "//fieldset[@data-picker='feed']//ul[@class='options']//button/@value")
    assert (len(feeds), feeds[0]) == (MAX_FEEDS_OFFERED, "add feed /topics/ai.atom")
    assert len(select(page, "//datalist[@id='topic-names']/option/@value")) == MAX_LISTED


@pytest.mark.parametrize("target", ["/topics/ai+!topic-7?q=story", "/topics/ai,topic-7?limit=3"])
def test_a_choice_leads_to_the_feed_and_back(client: FlaskClient, target: str) -> None:
    page = parse(client.get(target).data)
    link = str(page.xpath("string(//a[.='Edit this feed']/@href)"))
    assert link == f"/feeds/compose?edit={target.replace('+', '%2B')}"
    form = read(client, link.partition("?")[2])
    assert form.xpath("string(//h1)") == "Edit this feed"
    again = client.get(f"/compose?{urlencode([*list_fields(form), ('do', 'show')])}")
    assert (again.status_code, again.headers["Location"]) == (301, f"/feeds{target}")


def test_a_plain_page_has_no_editor(client: FlaskClient) -> None:
    assert "Edit this feed" not in client.get("/topics/ai").text


def test_a_mixed_combination_stays_in_a_text_field(client: FlaskClient) -> None:
    page = read(client, "edit=/topics/ai%2Btopic-1,topic-2")
    assert page.get_element_by_id("topics").value == "ai+topic-1,topic-2"
    assert page.xpath("//fieldset[@data-picker='topic']//*[@id='find_topic']") == []
    assert "cannot show this combination" in page.text_content()
    listed = read(client, urlencode([*list_fields(page), ("do", "remove topic")]))
    assert listed.xpath("//*[@id='topics']") == []
    assert listed.xpath("//*[@id='find_topic']")


def test_each_error_stands_at_its_field(client: FlaskClient) -> None:
    entered = [
        ("topic", "ai"),
        ("topic", "!topc-7"),
        ("q", "-a"),
        ("type", "<b>"),
        ("min_heat", "high"),
        ("limit", "7"),
    ]
    page = read(client, urlencode([*entered, ("do", "show")]), status=400)
    assert page.xpath("string(//title)").startswith("Please check this form")
    fields = {"topic-1": "There is no topic “topc-7”.", "q": "Enter a word to find", "min_heat": "Enter a whole number"}
    links = page.xpath("//section[@autofocus]//a")
    assert [link.get("href") for link in links] == [f"#{field}" for field in fields]
    for field, sentence in fields.items():
        element = page.get_element_by_id(field)
        described = [page.get_element_by_id(id).text_content() for id in element.get("aria-describedby").split()]
        assert described[0].startswith(sentence)
        assert element.get("aria-invalid") == "true"
    assert len(page.xpath("//*[@aria-invalid]")) == len(fields)
    kept = list_fields(page)
    assert [field for field in entered if field not in kept] == []
    assert "swap topic topic-7 topc-7" in page.xpath("//button/@value")


def test_without_a_choice_the_form_says_what_to_choose(client: FlaskClient) -> None:
    page = read(client, "do=show&topic=&q=", status=400)
    assert page.xpath("string(//*[@id='find_topic-error'])") == "Choose at least one topic, publisher or filter."


@pytest.mark.parametrize(
    "query",
    [
        "&".join(f"topic=t{number}&feed=f{number}" for number in range(3_000)),
        "&".join(f"{name}={'x' * 300}" for name in ("q", "type", "topic", "topics", "find_topic", "find_feed")),
        urlencode(dict.fromkeys(("q", "type", "topic", "topics", "find_topic", "feed", "provider"), f'">{SCRIPT}')),
        urlencode({"do": f"swap topic {SCRIPT} x", "topic": "x", "edit": f"/topics/{SCRIPT}"}),
        "topic=%00&q=%FF%FE&feed=https://[&edit=http://[&do=%F0%9F",
        "do=list&feed=/compose?feed=/compose?any=ai&find_feed=feed:///etc/passwd",
        "edit=/feeds.opml?feed=/feeds.opml&do=enter&find_publisher=%E2%80%AE",
        "topic=ai&topic=ai&topic=!ai&topic=%2Bai&any=ai&publisher=gazette.example&publisher=!gazette.example&limit=1&limit=2",
    ],
)
def test_hostile_input_gets_a_page(client: FlaskClient, query: str) -> None:
    response = client.get(f"/compose?{query}")
    assert response.status_code in {200, 400}
    assert len(response.data) < 100_000
    assert "<script>alert" not in response.text
    assert response.text.count("<script ") == 2


def test_a_misspelled_parameter_is_noticed(client: FlaskClient) -> None:
    page = read(client, "topic=ai&min_qualty=5&do=find+topic&find_topic=topic")
    (link,) = select(page, "//p[@class='notice']/a/@href")
    assert link.endswith("topic=ai&min_quality=5&do=find+topic&find_topic=topic")


def test_suggestions_are_a_document(client: FlaskClient) -> None:
    response = client.get("/compose.json")
    assert response.headers["Content-Type"] == "application/json"
    names = json.loads(response.data)
    assert ["ai", "AI"] in names["topics"][:3]
    assert names["publishers"] == ["gazette.example"]
    again = client.get("/compose.json", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304
    page = parse(client.get("/compose").data)
    assert page.xpath("//form/@data-names") == ["/feeds/compose.json"]


def test_a_flood_of_forms_is_limited(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "feeds.web.fetcher.Throttle", lambda **options: Throttle(burst_seconds=0, patience_seconds=0, **options)
    )
    client = make_client(catalog)
    assert client.get("/compose?do=find+topic&find_topic=topic").status_code == 200
    response = client.get("/compose?do=find+topic&find_topic=topics")
    assert (response.status_code, "Retry-After" in response.headers) == (503, True)
    assert client.get("/compose").status_code == 200


def test_the_list_of_errors_names_the_fields(client: FlaskClient) -> None:
    page = read(client, "min_quality=x&min_heat=x&limit=0&topic=nope", status=400)
    links = page.xpath("//section[@aria-labelledby='problems-heading']//a")
    assert [" ".join(link.text_content().split()) for link in links] == [
        "There is no topic “nope”.",
        "Minimum quality: Enter a whole number from 0 to 1,000.",
        "Minimum heat: Enter a whole number from 0 to 1,000.",
        "Maximum entries: Enter a whole number from 1 to 200.",
    ]
    assert select(page, "//p[@id='limit-error']/text()") == ["Enter a whole number from 1 to 200."]
