"""The form for composing feeds, by keyboard, with and without JavaScript, wide and narrow."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import OpenWindow

ENTERED = (
    "topic=tides&topic=!harbor&publisher=gazette.example&find_topic=li&find_publisher=nope&min_heat=x&q=-a"
    "&feed=/topics/tides.rss&feed=nope&do=show"
)
FORMS = {
    "compose-errors": f"/compose?{ENTERED}",
    "compose-edit": "/compose?edit=/topics/tides%2Bmarkets,harbour?min_heat=5",
    "compose-rows": (
        "/compose?topic=tides&topic=%2Bmarkets&topic=!gulls-and-terns&feed=/topics/tides.rss"
        "&do=find+topic&find_topic=har"
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_the_form_is_accessible_and_fits(open_window: OpenWindow, screenshots: Path | None, name: str) -> None:
    window = open_window(color_scheme="light")
    page = window.visit(FORMS[name])
    window.messages.clear()  # Chromium reports the status
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 1_000})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            if screenshots:
                page.screenshot(path=f"{screenshots}/{name}-{width}-{scheme}.png", full_page=True)


def press(page: Page, *keys: str) -> str:
    """Press keys, and return the id or the text of what has the focus."""
    for key in keys:
        page.keyboard.press(key)
    focused: str = page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")
    return focused


def test_a_feed_is_composed_by_keyboard(open_window: OpenWindow) -> None:
    page = open_window().visit("/compose")
    page.get_by_role("combobox", name="Add a topic").focus()
    page.wait_for_load_state("networkidle")
    page.keyboard.type("tern")
    field = page.get_by_role("combobox", name="Add a topic")
    assert field.get_attribute("aria-expanded") == "true"
    assert press(page, "ArrowDown") == "find_topic"
    active = page.locator(f"#{field.get_attribute('aria-activedescendant')}")
    assert (active.inner_text(), active.get_attribute("aria-selected")) == ("Gulls & terns", "true")
    assert Axe().run(page).violations_count == 0
    press(page, "Enter")
    assert (field.input_value(), field.get_attribute("aria-expanded")) == ("", "false")
    page.keyboard.type("tides")
    press(page, "Enter")
    assert page.get_by_role("group", name="Topics").get_by_role("status").inner_text() == "Added: Tides"
    page.keyboard.type("ha")
    press(page, "Escape")
    assert page.locator("#find_topic-list").is_hidden()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.press("Delete")
    # Back through the rows: the last button to remove, then the choice of the second topic.
    assert press(page, "Shift+Tab") == "Remove"
    assert press(page, "Shift+Tab").startswith("topic-")
    press(page, "End")
    expected = f"{page.url.removesuffix('/compose')}/topics/gulls-and-terns+!tides"
    assert page.locator("#address-composed").inner_text() == f"{expected}.atom"
    page.get_by_label("Minimum quality").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(expected)
    page.get_by_role("link", name="Edit this feed").focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("combobox", name="How “Tides” counts").input_value() == "!tides"
    page.get_by_role("button", name="Remove “Gulls & terns”").focus()
    assert press(page, "Enter") == "Remove"
    assert press(page, "Enter") == "find_topic"
    assert page.locator("#composed").is_hidden()


def test_a_misspelled_topic_is_right_after_one_click(open_window: OpenWindow) -> None:
    window = open_window(java_script_enabled=False)
    page = window.visit("/compose")
    page.get_by_label("Minimum heat").fill("5")
    page.get_by_role("combobox", name="Add a topic").fill("lihgthouses")
    page.keyboard.press("Enter")
    page.locator(".problems:focus").wait_for()
    window.messages.clear()  # Chromium reports the status
    assert press(page, "Tab", "Enter") == "find_topic"
    page.get_by_role("button", name="Add “Lighthouses”").first.click()
    page.locator("#find_topic:focus").wait_for()
    assert page.get_by_label("Minimum heat").input_value() == "5"
    assert page.locator("#address-composed").inner_text() == f"{window.home}/topics/lighthouses.atom?min_heat=5"


def test_without_suggestions_the_form_still_works(open_window: OpenWindow) -> None:
    window = open_window()
    window.page.route("**/compose.json", lambda route: route.abort())
    page = window.visit("/compose")
    page.get_by_role("combobox", name="Add a topic").fill("light")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Add “Lighthouses”").first.click()
    assert page.locator("#address-composed").inner_text() == f"{window.home}/topics/lighthouses.atom"
