"""Every page in a real browser: without a hole, a fault for who cannot see it, or a request behind anybody's back."""

from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Request

from tests.browser.conftest import OpenWindow

PAGES = {
    "home": "/",
    "latest": "/latest",
    "topic": "/topics/harbour",
    "archive": "/topics/markets/archive/1",
    "provider": "/providers/gazette.example",
    "search": "/latest?q=boat*",
    "compose": "/compose",
}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = {"wide": 1280, "narrow": 390}
MOST_BYTES = 60_000
MOST_LEFT_PIXELS = 30


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_axe_finds_nothing_wrong(open_window: OpenWindow, path: str) -> None:
    page = open_window(color_scheme="light").visit(path)
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    check(page)
    page.emulate_media(color_scheme="dark")
    check(page, "color-contrast")


def check(page: Page, *rules: str) -> None:
    """Let axe look at a page, by some rules or all."""
    results = Axe().run(page, options={"runOnly": rules} if rules else {})
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("name", PAGES)
def test_every_page_fits_its_window(open_window: OpenWindow, screenshots: Path, name: str) -> None:
    window = open_window()
    page = window.visit(PAGES[name])
    window.show_pictures()
    for width, pixels in WIDTHS.items():
        page.set_viewport_size({"width": pixels, "height": 1_000})
        assert page.evaluate("document.documentElement.scrollWidth") <= pixels
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=screenshots / f"{name}-{width}-{scheme}.png")


def test_the_first_view_is_light(open_window: OpenWindow) -> None:
    """Of a part of an archive even, which holds more than any feed."""
    window = open_window()
    requests: list[Request] = []
    window.page.on("requestfinished", lambda request: requests.append(request))  # noqa: PLW0108 Playwright notes things in it
    page = window.visit("/feed/archive/1")
    own = {request.url: measure(request) for request in requests if request.url.startswith(window.home)}
    assert len(own) >= 3
    assert page.locator("article").count() > 50
    assert sum(own.values()) < MOST_BYTES, own


def measure(request: Request) -> int:
    """Give how many bytes came over the wire."""
    sizes = request.sizes()
    return sizes["responseBodySize"] + sizes["responseHeadersSize"]


def test_other_hosts_are_asked_for_pictures_only_and_not_told_from_where(open_window: OpenWindow) -> None:
    window = open_window()
    for path in PAGES.values():
        window.visit(path)
        window.show_pictures()
    assert len(window.foreign) > 40
    assert {request.resource_type for request in window.foreign} == {"image"}
    assert [request.url for request in window.foreign if "referer" in request.all_headers()] == []


def test_pictures_wait_until_they_come_into_view(open_window: OpenWindow) -> None:
    window = open_window(viewport={"width": 1280, "height": 800})
    page = window.visit("/feed/archive/1")
    page.wait_for_load_state("networkidle")
    assert 0 < len(window.foreign) < page.locator("article img").count()


@pytest.mark.parametrize("has_script", [True, False])
def test_a_missing_picture_leaves_no_hole(open_window: OpenWindow, *, has_script: bool) -> None:
    window = open_window(java_script_enabled=has_script)
    page = window.visit("/topics/harbour")
    window.show_pictures()
    for width in WIDTHS.values():
        page.set_viewport_size({"width": width, "height": 800})
        for heading in ("Weather station loses its picture", "مدينة الميناء تفتح مكتبة عائمة"):
            story = page.locator("article", has=page.get_by_role("heading", name=heading))
            whole, text = story.bounding_box(), story.locator(".text").bounding_box()
            assert whole
            assert text
            assert has_script == (story.locator("img").count() == 0)
            assert text["width"] == whole["width"]
            assert text["y"] - whole["y"] < MOST_LEFT_PIXELS


def test_a_story_from_right_to_left_stands_so(open_window: OpenWindow) -> None:
    page = open_window().visit("/topics/harbour")
    arabic = page.locator("article", has=page.locator("[lang=ar]")).first
    assert arabic.evaluate("element => getComputedStyle(element).direction") == "rtl"
    assert arabic.locator("time").evaluate("element => getComputedStyle(element).direction") == "ltr"


def test_the_keyboard_goes_past_the_masthead(open_window: OpenWindow) -> None:
    page = open_window().visit("/topics/harbour")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_on_paper_are_the_stories_alone(open_window: OpenWindow) -> None:
    page = open_window().visit("/topics/harbour")
    page.emulate_media(media="print")
    assert page.locator("article").first.is_visible()
    assert not page.locator("#subscribe").is_visible()
    assert not page.locator("header nav").is_visible()


def test_back_to_the_oldest_story_and_forth(open_window: OpenWindow) -> None:
    page = open_window().visit("/topics/tides")
    newest = page.locator("article").first.inner_text()
    page.get_by_role("link", name="Older stories").click()
    assert "archive" in page.url
    page.get_by_role("link", name="Newer stories").click()
    assert page.locator("article").first.inner_text() == newest


def test_a_feed_in_a_browser_says_what_it_is(open_window: OpenWindow) -> None:
    window = open_window(viewport={"width": 1000, "height": 300})
    for format in ("atom", "rss", "json"):
        page = window.visit(f"/topics/harbour.{format}")
        top = page.locator("body").inner_text()[:1_200]
        assert "This is a feed, written for feed readers" in top
        assert f"{window.home}/topics/harbour.{format}" in top
        assert "Ships, quays and cranes" in top
