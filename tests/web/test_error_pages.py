"""Errors at addresses of pages are pages with ways on; elsewhere they are the short texts that programs expect."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import NoReturn

import pytest
from flask.testing import FlaskClient

from feeds.catalog.catalog import Catalog
from feeds.model.errors import OverloadError
from feeds.web import error_pages
from feeds.web.app import create_app
from tests.support.app import TOKEN, make_settings
from tests.support.newsroom import Newsroom

TOPICS = (
    *("AI", "Biotech", "Climate Change", "Computer Vision", "Cybersecurity", "Data Science", "Education", "Ethics"),
    *(
        "Facial Recognition",
        "Health Care",
        "Künstliche Intelligenz",
        "Machine Learning",
        "Quantum Computing",
        "Robotics",
    ),
)
EMBARGO = "2021-06-01T00:00:00Z"
# `Boats` closes thirty days after its retirement.
RETIRED = "name: Boats\ndescription: All about boats.\nretired: 2020-12-01\n"
ENDED = "The topic “Boats” was retired on 2020-12-01, and its feed ended on 2020-12-31."
LONG = "x" * 3_000


class _Links(HTMLParser):
    """Collects the targets of links in the main part of a page, and its visible text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.text = ""
        self.feed(page.partition("<main")[2].partition("</main>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.targets += [value or "" for name, value in attrs if (tag, name) == ("a", "href")]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    folder = tmp_path_factory.mktemp("errors")
    newsroom = Newsroom(folder / "articles", f"sqlite:///{folder / 'catalog.sqlite'}")
    for number, topic in enumerate(TOPICS):
        newsroom.write(f"story-{number}", topics=[topic])
    newsroom.write(
        "later", topics=["Sealed Orders"], publishedDateTime=EMBARGO, provider={"name": "S", "domain": "sealed.example"}
    )
    (newsroom.folder / "topics").mkdir()
    (newsroom.folder / "topics" / "boats.yaml").write_text(RETIRED)
    newsroom.write("boat", topics=["Boats"])
    newsroom.collect()
    yield newsroom
    newsroom.catalog.close()


@pytest.fixture(scope="module")
def client(newsroom: Newsroom) -> FlaskClient:
    return make_client(newsroom)


def make_client(newsroom: Newsroom, **environ: str) -> FlaskClient:
    return create_app(make_settings(**environ), newsroom.catalog, clock=newsroom.clock).test_client()


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("machne-learning", "machine-learning"),
        ("machine-lerning", "machine-learning"),
        ("machinelearning", "machine-learning"),
        ("Machine_Learning.html", "machine-learning"),
        ("computer-vison", "computer-vision"),
        ("compter-vision", "computer-vision"),
        ("vision", "computer-vision"),
        ("roboitcs", "robotics"),
        ("robot", "robotics"),
        ("edcation", "education"),
        ("ethic", "ethics"),
        ("cyber-security", "cybersecurity"),
        ("cybersecutiry", "cybersecurity"),
        ("climat-change", "climate-change"),
        ("data-sience", "data-science"),
        ("bio-tech", "biotech"),
        ("face-recognition", "facial-recognition"),
        ("healthcare", "health-care"),
        ("quantum-computers", "quantum-computing"),
        ("kuenstliche-intelligenz", "kunstliche-intelligenz"),
        ("ia", "ai"),
    ],
)
def test_one_click_leads_from_a_typing_error_to_the_topic(client: FlaskClient, typed: str, slug: str) -> None:
    page = client.get(f"/topics/{typed}")
    links = _Links(page.text)
    assert page.status_code == 404
    assert f"There is no topic “{typed}”." in links.text
    followed = client.get(links.targets[0])
    assert followed.status_code == 200
    assert followed.text == client.get(f"/topics/{slug}").text


@pytest.mark.parametrize(
    "path",
    ["/topic/ai", "/tags/ai", "/category/ai/", "/ai", "/topics/ai/feed", "/topics/ai.xml", "/topics/ai/archive/9"],
)
def test_one_click_leads_from_a_guessed_address_to_the_topic(client: FlaskClient, path: str) -> None:
    page = client.get(path)
    assert (page.status_code, _Links(page.text).targets[0]) == (404, "/topics/ai")


PAGES = [
    ("/nope", 404, "No page or feed has this address."),
    ("/topics/zzzz", 404, "There is no topic “zzzz”."),
    ("/providers/zzzz.example", 404, "There is no publisher “zzzz.example”."),
    ("/topics/ai?provider=zzzz.example", 404, "There is no publisher “zzzz.example”."),
    ("/topics/boats", 410, "The topic “Boats” was retired on 1 December 2020, and its feed ended on 31 December 2020."),
    ("/topics/ai,,b", 400, "An address names one topic or publisher, or up to 8 names"),
    ("/latest?limit=0", 400, "A value in this address is not valid."),
    ("/topics/ai?min_heat=abc&limit=0", 400, "2 values in this address are not valid."),
    (f"/latest?q={LONG}", 400, "The part of this address after “?” is longer than 2,000 characters."),
]


@pytest.mark.parametrize(("path", "status", "sentence"), PAGES)
def test_a_page_says_what_is_wrong_and_leads_on(client: FlaskClient, path: str, status: int, sentence: str) -> None:
    page = client.get(path)
    links = _Links(page.text)
    assert page.status_code == status
    assert sentence in links.text
    assert f"You asked for https://news.example{path[:50]}" in links.text
    assert links.targets[-2:] == ["/topics", "/providers"]
    assert all(client.get(target).status_code == 200 for target in set(links.targets))
    assert 'action="/search"' in page.text


@pytest.mark.parametrize(("path", "status", "sentence"), PAGES)
def test_caches_keep_no_error_and_its_headers_are_those_of_pages(
    client: FlaskClient, path: str, status: int, sentence: str
) -> None:
    page, head = client.get(path), client.head(path, headers={"If-None-Match": "*", "Accept": "application/json"})
    assert sentence
    assert (head.status_code, head.data, head.headers) == (status, b"", page.headers)
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Access-Control-Allow-Origin"] == "*"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert not {"ETag", "Last-Modified", "Vary"} & {name for name, _value in page.headers}
    assert '<meta name="robots" content="noindex">' in page.text
    assert 'rel="canonical"' not in page.text


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/topics/zzzz.atom", 404, "Topic “zzzz” not found. Browse all topics: https://news.example/\n"),
        ("/providers/z.rss", 404, "Provider “z” not found. Browse all topics: https://news.example/\n"),
        ("/nope.xml", 404, "Page not found. Browse all topics: https://news.example/\n"),
        ("/static/nope", 404, "File not found. Browse all topics: https://news.example/\n"),
        (
            "/topics/boats.json",
            410,
            f"{ENDED} Browse all topics: https://news.example/\n",
        ),
        ("/feed/?limit=0", 400, "“limit”: invalid value “0”; expected a whole number from 1 to 200.\n"),
        (
            "/feeds.opml?feed=/x",
            400,
            "“feed”: “/x” is not a feed; write such as /topics/ai or /topics/ai+robotics.rss.\n",
        ),
    ],
)
def test_feeds_and_files_get_a_short_text_whoever_asks(client: FlaskClient, path: str, status: int, text: str) -> None:
    for agent in ("Feedreader/1.0", "Mozilla/5.0"):
        response = client.get(path, headers={"Accept": "text/html", "User-Agent": agent})
        assert (response.status_code, response.text) == (status, text)
        assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert response.headers["Cache-Control"] == "no-store"


def test_an_ended_topic_says_what_it_was(client: FlaskClient) -> None:
    page = client.get("/topics/boats")
    assert "<h1>This topic has ended</h1>" in page.text
    assert "All about boats." in page.text


def test_hidden_names_are_not_suggested(client: FlaskClient) -> None:
    for path in ("/topics/seald-orders", "/providers/seald.example", "/topics/sealed-orders"):
        page = client.get(path)
        assert page.status_code == 404
        assert not {"sealed-orders", "sealed.example", "Sealed Orders"} & set(_Links(page.text).targets)
        assert "Sealed Orders" not in page.text
    assert "boats" not in "".join(_Links(client.get("/topics/boat").text).targets)


def test_values_are_corrected_in_a_form_that_keeps_the_others(client: FlaskClient) -> None:
    page = client.get("/topics/ai?q=%22a+b%22&limit=0&related=%3Cb%3E")
    assert '<form class="compose" action="/topics/ai">' in page.text
    assert '<input type="hidden" name="q" value="&#34;a b&#34;">' in page.text
    assert 'id="limit" name="limit" value="0"' in page.text
    assert 'name="related" value="&lt;b&gt;"' in page.text
    assert "Enter a whole number from 1 to 200." in page.text
    assert "Enter “entries” or “links”." in page.text
    assert "/topics/ai?q=%22a+b%22" in _Links(page.text).targets


@pytest.mark.parametrize(
    "path",
    [
        "/topics/<script>alert(1)</script>",
        "/topics/%3Cimg%20src=x%20onerror=alert(1)%3E",
        "/latest?q=-%3Cb%3E&limit=%22%3E%3Cb%3E",
        "/topics/ai?%3Cb%3E=1&limit=x",
        "/%3Cb%3E?%3Cb%3E",
    ],
)
def test_markup_is_shown_as_text(client: FlaskClient, path: str) -> None:
    page = client.get(path)
    assert page.status_code in {400, 404}
    assert not any(each in page.text for each in ("<script>", "<img src=x", "<b>"))


@pytest.mark.parametrize("path", ["/topics/a%E2%80%AEb", "/topics/a%00b", "/x%1b%5b31m", "/topics/%FF", "/%E2%81%A6"])
def test_invisible_characters_are_shown_as_escapes(client: FlaskClient, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 404
    assert not any(each in page.text for each in "\x00\x1b\u202e\u2066")


def test_long_names_are_cut(client: FlaskClient) -> None:
    page = client.get("/topics/" + "long-" * 400)
    assert page.status_code == 404
    assert len(page.data) < 5_000


def test_pages_of_the_publisher_keep_their_short_texts(newsroom: Newsroom) -> None:
    response = make_client(newsroom, FEEDS_TOKEN=TOKEN).get("/stats?days=x", auth=("", TOKEN))
    assert (response.status_code, response.headers["Content-Type"]) == (400, "text/plain; charset=utf-8")


def test_many_errors_do_without_suggestions(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(error_pages, "BURST_SECONDS", -1.0)
    page = make_client(newsroom).get("/topics/machne-learning")
    assert page.status_code == 404
    assert _Links(page.text).targets == ["/topics", "/providers"]
    assert 'value="machne learning"' in page.text


@pytest.mark.parametrize("reference", ["/latest?limit=3", "/topics/ai+robotics"])
def test_an_overload_is_a_page(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, reference: str) -> None:
    monkeypatch.setattr("feeds.web.fetcher.MAX_WAITING", -1)  # the throttle admits no thread
    page = make_client(newsroom).get(reference)
    assert (page.status_code, page.headers["Retry-After"], page.headers["Cache-Control"]) == (503, "2", "no-store")
    assert "<h1>Please try again soon</h1>" in page.text
    assert _Links(page.text).targets[0] == reference


def test_a_page_without_a_free_thread_says_when_to_try_again(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_work: object) -> NoReturn:
        raise OverloadError("This takes too long at the moment.")

    monkeypatch.setattr(error_pages, "run_in_thread", refuse)
    page = make_client(newsroom).get("/topics/nope")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "2")


def test_without_a_database_an_error_is_a_page(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    path.write_text("This is no database. " * 100)
    client = create_app(make_settings(), Catalog(f"sqlite:///{path}")).test_client()
    page = client.get("/topics/ai?q=x")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "30")
    assert "The feeds are temporarily unavailable. Please try again soon." in page.text
    assert _Links(page.text).targets == ["/topics/ai?q=x", "/topics", "/providers"]
    assert client.get("/feed.atom").text == "The feeds are temporarily unavailable. Please try again soon.\n"
