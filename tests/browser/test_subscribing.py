"""A new visitor finds a topic, searches or composes a feed, and subscribes, with and without JavaScript."""

from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import listparser
import pytest
from playwright.sync_api import Page

from tests.browser.conftest import LIMIT, OpenWindow
from tests.support.newsboat import Item, Newsboat
from tests.support.site import Site


@pytest.mark.parametrize("has_script", [True, False])
def test_from_the_home_page_to_a_reader(
    open_window: OpenWindow, program: Callable[[str], str], site: Site, tmp_path: Path, *, has_script: bool
) -> None:
    window = open_window(java_script_enabled=has_script, permissions=["clipboard-read", "clipboard-write"])
    page = window.visit("/")
    page.get_by_role("link", name="Lighthouses").click()
    page.locator("main").get_by_role("link", name="Subscribe").click()
    panel = page.get_by_role("region", name="Subscribe")
    assert "A feed is an address" in panel.inner_text()
    address = copy_with_button(page) if has_script else copy_by_hand(page)
    assert address == f"{window.home}/topics/lighthouses.atom"
    items = read_with(Newsboat(program("newsboat"), tmp_path / "newsboat"), address)
    expected = {entry.id for entry in site.read_entries(topic="lighthouses", limit=LIMIT)}
    assert {guid for guid, *_ in items} == expected
    assert len(expected) == LIMIT


@pytest.mark.parametrize("has_script", [True, False])
def test_from_a_search_to_a_reader(
    open_window: OpenWindow, program: Callable[[str], str], tmp_path: Path, *, has_script: bool
) -> None:
    window = open_window(java_script_enabled=has_script, permissions=["clipboard-read", "clipboard-write"])
    page = window.visit("/")
    page.get_by_role("searchbox", name="Search all stories").fill('"spring tide" -lens')
    page.get_by_role("button", name="Search").click()
    titles = page.locator("article h3").all_inner_texts()
    assert titles
    assert all("spring tide" in title for title in titles)
    address = copy_with_button(page) if has_script else copy_by_hand(page)
    assert address == f"{window.home}/feed.atom?q=%22spring+tide%22+-lens"
    items = read_with(Newsboat(program("newsboat"), tmp_path / "newsboat"), address)
    assert set(titles) <= {title for _, title, *_ in items}


@pytest.mark.parametrize("has_script", [True, False])
def test_from_a_choice_of_topics_to_a_reader(
    open_window: OpenWindow, program: Callable[[str], str], site: Site, tmp_path: Path, *, has_script: bool
) -> None:
    window = open_window(java_script_enabled=has_script, permissions=["clipboard-read", "clipboard-write"])
    page = window.visit("/")
    page.get_by_role("link", name="Compose").click()
    topics = page.get_by_role("group", name="Topics")
    for name in ("Tides", "Markets", "Gulls & terns"):
        topics.get_by_role("button", name=f"Add “{name}”").click()
    topics.get_by_role("combobox", name="How “Gulls & terns” counts").select_option("none of these")
    page.get_by_label("Maximum entries").fill("7")
    expected = f"{window.home}/topics/markets+!gulls-and-terns,tides+!gulls-and-terns.atom?limit=7"
    if has_script:
        assert page.locator("#address-composed").inner_text() == expected
    page.get_by_role("button", name="Show this feed").click()
    assert page.url == expected.replace(".atom", "")
    address = copy_with_button(page) if has_script else copy_by_hand(page)
    assert address == expected
    items = read_with(Newsboat(program("newsboat"), tmp_path / "newsboat"), address)
    entries = [*site.read_entries(topic="markets"), *site.read_entries(topic="tides")]
    chosen = {entry.id for entry in entries if "gulls-and-terns" not in {each.term for each in entry.categories}}
    assert len(items) == 7
    assert {guid for guid, *_ in items} <= chosen


def read_with(newsboat: Newsboat, address: str) -> list[Item]:
    newsboat.subscribe(address)
    newsboat.reload()
    return newsboat.list_items()


def copy_with_button(page: Page) -> str:
    page.get_by_role("button", name="Copy the address").click()
    page.get_by_role("status").filter(has_text="Copied").wait_for()
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def copy_by_hand(page: Page) -> str:
    assert page.get_by_role("button", name="Copy").count() == 0
    page.locator("code").first.click()
    text: str = page.evaluate("getSelection().toString()")
    return text


def test_copying_works_without_clipboard(open_window: OpenWindow) -> None:
    window = open_window(permissions=["clipboard-read"])
    window.page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page = window.visit("/topics/tides")
    page.get_by_text("Other formats").click()
    page.get_by_role("button", name="Copy the RSS address").click()
    page.get_by_role("status").filter(has_text="Copied").wait_for()
    assert page.evaluate("getSelection().toString()") == f"{window.home}/topics/tides.rss"


def test_a_link_opens_a_reader(open_window: OpenWindow) -> None:
    window = open_window(java_script_enabled=False)
    page = window.visit("/topics/tides")
    link = page.get_by_role("link", name="Open in an app on this device")
    assert link.get_attribute("href") == f"feed:{window.home}/topics/tides.atom"


def test_all_feeds_are_downloaded_as_a_file(open_window: OpenWindow, tmp_path: Path) -> None:
    page = open_window().visit("/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the list").click()
    download.value.save_as(tmp_path / "feeds.opml")
    assert (tmp_path / "feeds.opml").read_text().count('type="rss"') == 6


@pytest.mark.parametrize("has_script", [True, False])
def test_from_a_choice_of_topics_to_a_list(open_window: OpenWindow, *, has_script: bool) -> None:
    window = open_window(java_script_enabled=has_script)
    page = window.visit("/compose")
    form = page.get_by_role("group", name="Feeds in the list")
    assert not page.locator("#listed").is_visible()
    for name in ("Tides", "Markets"):
        form.get_by_role("button", name=f"Add “{name}”").click()
    form.get_by_role("combobox", name="Add a feed").fill("/topics/tides+markets.rss?limit=3&q=spring tide")
    form.get_by_role("button", name="Add", exact=True).click()
    address = page.locator("#address-listed").inner_text()
    page.get_by_role("button", name="Open the list").click()
    page.wait_for_url("**/feeds.opml?**")
    expected = ["/topics/markets+tides.rss?q=spring+tide&limit=3", "/topics/markets.atom", "/topics/tides.atom"]
    assert [read_list(url) for url in (page.url, address)] == [[f"{window.home}{path}" for path in expected]] * 2


def read_list(url: str) -> list[str]:
    with urlopen(url) as response:  # noqa: S310 our own server
        return [feed.url for feed in listparser.parse(response.read()).feeds]
