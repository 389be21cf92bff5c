"""Pages of a site with many topics in a real browser: narrow and wide, with and without JavaScript."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page

from feeds.site.name_order import fold_name
from tests.browser.conftest import OpenApp
from tests.browser.test_pages import SCHEMES, check
from tests.support.app import SITE_URL, collected, make_client
from tests.support.many_topics import LONG_NAME, LONG_WORD, write_many_topics

SIZES = ((360, 740), (1280, 800))
PATHS = {
    "home": "/",
    "groups": "/topics",
    "by-name": "/topics-by-name",
    "by-activity": "/topics-by-activity",
    "by-date": "/topics-by-date",
    "found": "/topics?find=plain",
    "similar": "/topics?find=habrours",
}

CHECKED = ("groups", "similar")  # the others consist of the same parts

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("many")
    write_many_topics(folder)
    with collected(folder, folder / "catalog.sqlite3") as catalog:
        yield make_client(catalog)


@pytest.fixture
def open_page(open_app: OpenApp, client: FlaskClient) -> OpenPage:
    """Open pages with options of Playwright's contexts."""

    def open_page(path: str = "/", **options: object) -> Page:
        return open_app(client, path, **options)

    return open_page


def list_shown(page: Page) -> list[str]:
    return page.locator("#names li > a:visible").all_inner_texts()


def test_pages_fit_narrow_windows_and_have_no_violations(open_page: OpenPage, screenshots: Path | None) -> None:
    page = open_page()
    for name, path in PATHS.items():
        page.goto(f"{SITE_URL}{path}")
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            for scheme in SCHEMES if screenshots else ():
                page.emulate_media(color_scheme=scheme)
                page.screenshot(path=f"{screenshots}/many-{name}-{width}-{scheme}.png")
        page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
        page.set_viewport_size({"width": 360, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        if name in CHECKED:
            check(page)


def test_the_first_topics_are_on_the_first_screen(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        assert page.locator("article").count() == 4
        for name in (LONG_WORD, LONG_NAME, "Night ferries"):
            box = page.get_by_role("navigation").get_by_role("link", name=name).bounding_box()
            assert box
            assert box["y"] + box["height"] <= height
        assert page.evaluate("document.documentElement.scrollHeight") < 5_000


def test_typing_filters_the_list(open_page: OpenPage) -> None:
    page = open_page("/topics")
    box = page.get_by_label("Find a topic")
    status = page.get_by_role("status")
    box.press_sequentially("FERR")
    assert list_shown(page) == ["Harbours", "Fähren", "Night ferries"]
    assert status.inner_text() == "Topics shown: 1"
    box.fill("harbours")
    assert page.locator("#names li > a", has_text="Harbours").is_visible()
    box.fill("plain b")
    assert list_shown(page) == [f"B plain {number}" for number in range(5)]
    box.fill("öl gas")
    assert list_shown(page) == ["Öl und Gas"]
    box.fill("nothing")
    assert list_shown(page) == []
    assert status.inner_text().startswith("No topic found.")
    box.fill("")
    assert page.locator("details.letter:visible").count() == 30
    assert page.locator("details[open]").count() == 0
    box.fill("habrours")
    box.press("Enter")
    page.get_by_role("link", name="Harbours").click()
    assert page.url == f"{SITE_URL}/topics/harbours"


def test_a_static_list_is_filtered_without_a_server(open_page: OpenPage, client: FlaskClient) -> None:
    body = client.get("/topics").text.replace(" data-missing=", " data-static hidden data-missing=", 1)
    for has_script in (True, False):
        page = open_page("/providers", java_script_enabled=has_script)
        page.route(f"{SITE_URL}/topics", lambda route: route.fulfill(body=body, content_type="text/html"))
        page.goto(f"{SITE_URL}/topics")
        box = page.get_by_label("Find a topic")
        assert box.is_visible() == has_script
        if has_script:
            box.fill("night")
            box.press("Enter")
            assert list_shown(page) == ["Harbours", "Fähren", "Night ferries"]


def test_the_script_folds_names_as_the_server_does(open_page: OpenPage) -> None:
    turkish, greek, fraktur = (
        "\u0130stanbul \u0131l\u0131k",
        "\u039f\u0394\u039f\u03a3 \u03bf\u03b4\u03cc\u03c2",
        "\U0001d504",
    )
    names = [
        LONG_WORD,
        "Straßen ﬁnden",
        "Ёлка",
        "محـمّد",
        turkish,
        greek,
        "가나다",
        "が゙ ガ",
        "ǅ ŉ",
        "हिन्दी",
        fraktur,
        "می\u200cشود",
    ]
    page = open_page("/topics")
    assert page.evaluate("names => names.map(foldName)", names) == [fold_name(name) for name in names]


def test_without_a_script_links_open_letters_and_the_server_finds_names(open_page: OpenPage) -> None:
    page = open_page("/topics-by-name", java_script_enabled=False)
    page.get_by_role("link", name="O", exact=True).click()
    assert page.get_by_role("link", name="Öl und Gas").is_visible()
    page.get_by_label("Find a topic").fill("strasse")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Straßen").click()
    assert page.url.endswith("/topics/stra%C3%9Fen") or page.url.endswith("/topics/strassen")
