"""A newcomer subscribes to a weekly digest, and the links of its entries find their stories."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.conftest import OpenWindow
from tests.browser.test_subscribing import copy_by_hand, copy_with_button, read_with
from tests.support.newsboat import Newsboat


@pytest.mark.parametrize("has_script", [True, False])
def test_two_clicks_and_a_paste_lead_to_a_weekly_digest(
    open_window: OpenWindow, program: Callable[[str], str], tmp_path: Path, *, has_script: bool
) -> None:
    window = open_window(java_script_enabled=has_script, permissions=["clipboard-read", "clipboard-write"])
    page = window.visit("/")
    page.get_by_role("link", name="Weekly", exact=True).click()
    address = copy_with_button(page) if has_script else copy_by_hand(page)
    assert address == f"{window.home}/feed/weekly.atom"
    items = read_with(Newsboat(program("newsboat"), tmp_path / "newsboat"), address)
    assert len(items) > 5
    _, title, link, _ = items[0]
    page.goto(link)
    assert page.get_by_role("heading", level=1).inner_text().startswith("Week of ")
    assert link.endswith(f"/feed/weekly/{title[-8:]}")
    assert page.locator("article").count() > 0


def test_an_earlier_link_of_an_entry_leads_to_its_issue(open_window: OpenWindow) -> None:
    window = open_window()
    window.visit("/topics/tides/weekly").get_by_role("link", name="Week of").nth(1).click()
    issue = window.page.url
    window.visit(f"/topics/tides#{issue.rpartition('/')[2]}")
    window.page.wait_for_url(issue)


def test_a_topic_s_digest_is_chosen_by_keyboard(open_window: OpenWindow) -> None:
    window = open_window(java_script_enabled=True)
    page = window.visit("/topics/tides#subscribe")
    for name in ("As it happens", "Daily", "Weekly"):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == name
    page.keyboard.press("Enter")
    page.wait_for_url("**/topics/tides/weekly#subscribe")
    assert page.evaluate("getSelection().toString()") == f"{window.home}/topics/tides/weekly.atom"
    chosen = page.get_by_role("navigation", name="How often").locator("[aria-current]")
    assert chosen.inner_text() == "Weekly"
    page.get_by_text("No reader yet?").press("Enter")
    assert page.get_by_role("link", name="NetNewsWire").is_visible()
