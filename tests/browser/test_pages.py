"""Every page in a real browser: no gaps, no accessibility violations, and no unexpected requests to other hosts."""

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
    "topics": "/topics",
    "providers": "/providers",
    "search": "/latest?q=boat*&sort=best",
    "misspelled": "/latest?q=harbuor",
    "digest": "/topics/tides/weekly",
    "issue": "/topics/tides/weekly/2025-W51",
    "compose": "/compose",
}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = {"wide": 1280, "narrow": 390}
MAX_BYTES = 60_000
MAX_GAP_PIXELS = 30


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_axe_finds_no_violations(open_window: OpenWindow, path: str) -> None:
    page = open_window(color_scheme="light").visit(path)
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    check(page)
    page.emulate_media(color_scheme="dark")
    check(page, "color-contrast")


def check(page: Page, *rules: str) -> None:
    """Check a page with axe, by all or some rules."""
    results = Axe().run(page, options={"runOnly": rules} if rules else {})
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("name", PAGES)
def test_every_page_fits_its_window(open_window: OpenWindow, screenshots: Path | None, name: str) -> None:
    window = open_window()
    page = window.visit(PAGES[name])
    window.show_pictures()
    for width, pixels in WIDTHS.items():
        page.set_viewport_size({"width": pixels, "height": 1_000})
        assert page.evaluate("document.documentElement.scrollWidth") <= pixels
        for scheme in SCHEMES if screenshots else ():
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=f"{screenshots}/{name}-{width}-{scheme}.png")


def test_a_first_visit_takes_few_bytes(open_window: OpenWindow) -> None:
    """Visit an archive document, which has more entries than any feed."""
    window = open_window()
    requests: list[Request] = []
    window.page.on("requestfinished", lambda request: requests.append(request))  # noqa: PLW0108 Playwright sets attributes on it
    page = window.visit("/feed/archive/1")
    own = {request.url: measure(request) for request in requests if request.url.startswith(window.home)}
    assert len(own) >= 3
    assert page.locator("article").count() > 50
    assert sum(own.values()) < MAX_BYTES, own


def measure(request: Request) -> int:
    """Return the bytes of a response."""
    sizes = request.sizes()
    return sizes["responseBodySize"] + sizes["responseHeadersSize"]


def test_other_hosts_get_only_picture_requests_without_referer(open_window: OpenWindow) -> None:
    window = open_window()
    for path in PAGES.values():
        window.visit(path)
        window.show_pictures()
    assert len(window.foreign) > 40
    assert {request.resource_type for request in window.foreign} == {"image"}
    assert [request.url for request in window.foreign if "referer" in request.all_headers()] == []


def test_pictures_load_lazily(open_window: OpenWindow) -> None:
    window = open_window(viewport={"width": 1280, "height": 800})
    page = window.visit("/feed/archive/1")
    page.wait_for_load_state("networkidle")
    assert 0 < len(window.foreign) < page.locator("article img").count()


@pytest.mark.parametrize("has_script", [True, False])
def test_a_missing_picture_leaves_no_gap(open_window: OpenWindow, *, has_script: bool) -> None:
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
            assert text["y"] - whole["y"] < MAX_GAP_PIXELS


def test_a_right_to_left_story_is_laid_out_right_to_left(open_window: OpenWindow) -> None:
    page = open_window().visit("/topics/harbour")
    arabic = page.locator("article", has=page.locator("[lang=ar]")).first
    assert arabic.evaluate("element => getComputedStyle(element).direction") == "rtl"
    assert arabic.locator("time").first.evaluate("element => getComputedStyle(element).unicodeBidi") == "plaintext"


def test_the_skip_link_jumps_to_the_content(open_window: OpenWindow) -> None:
    page = open_window().visit("/topics/harbour")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_print_shows_only_the_stories(open_window: OpenWindow) -> None:
    page = open_window().visit("/topics/harbour")
    page.emulate_media(media="print")
    assert page.locator("article").first.is_visible()
    assert not page.locator("#subscribe").is_visible()
    assert not page.locator("header nav").is_visible()


def test_older_and_newer_links(open_window: OpenWindow) -> None:
    page = open_window().visit("/topics/tides")
    newest = page.locator("article").first.inner_text()
    page.get_by_role("link", name="Older stories").click()
    assert "archive" in page.url
    page.get_by_role("link", name="Newer stories").click()
    assert page.locator("article").first.inner_text() == newest


def test_a_feed_explains_itself_in_a_browser(open_window: OpenWindow) -> None:
    window = open_window(viewport={"width": 1000, "height": 300})
    for format in ("atom", "rss", "json"):
        page = window.visit(f"/topics/harbour.{format}")
        top = page.locator("body").inner_text()[:1_200]
        assert "This is a feed, written for feed readers" in top
        assert f"{window.home}/topics/harbour.{format}" in top
        assert "Ships, quays and cranes" in top
