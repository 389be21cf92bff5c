"""Errors and notices in a real browser: one click leads to the right page, without accessibility violations."""

from pathlib import Path

from playwright.sync_api import Page

from tests.browser.conftest import OpenWindow, Window
from tests.browser.test_pages import SCHEMES, WIDTHS, check

PAGES = {
    "error-404": "/topics/ferrys+tides",
    "error-404-nothing": "/wp-login.php",
    "error-400": "/latest?limit=0&related=all&q=boat*",
    "notice": "/topics/harbour?providr=gazette.example",
}


def visit(window: Window, name: str, screenshots: Path | None) -> Page:
    """Open a page, check it, and take pictures of it on request."""
    page = window.visit(PAGES[name])
    check(page)
    for width, pixels in WIDTHS.items():
        page.set_viewport_size({"width": pixels, "height": 1_000})
        assert page.evaluate("document.documentElement.scrollWidth") <= pixels
        for scheme in SCHEMES if screenshots else ():
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=f"{screenshots}/{name}-{width}-{scheme}.png")
    page.emulate_media(color_scheme="dark")
    check(page, "color-contrast")
    return page


def test_one_click_leads_from_an_error_to_the_right_page(open_window: OpenWindow, screenshots: Path | None) -> None:
    window = open_window(color_scheme="light")
    visit(window, "error-404", screenshots).get_by_role("link", name="Ferries and Tides").click()
    assert window.page.url.endswith("/topics/ferries+tides")
    if screenshots:
        visit(window, "error-404-nothing", screenshots)
    window.messages.clear()  # Chromium reports the status


def test_values_are_corrected_in_a_form(open_window: OpenWindow, screenshots: Path | None) -> None:
    window = open_window(color_scheme="light")
    page = visit(window, "error-400", screenshots)
    page.get_by_label("Related stories", exact=True).fill("entries")
    page.get_by_label("Maximum entries").fill("5")
    page.keyboard.press("Enter")
    page.wait_for_url("**limit=5**")
    assert page.locator("article").count() > 0
    window.messages.clear()


def test_a_notice_leads_to_the_parameter_meant(open_window: OpenWindow, screenshots: Path | None) -> None:
    window = open_window(color_scheme="light")
    visit(window, "notice", screenshots).get_by_role("link", name="provider", exact=True).click()
    assert window.page.url.endswith("/topics/harbour?provider=gazette.example")
