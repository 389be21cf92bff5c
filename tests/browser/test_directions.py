"""Lines in two directions read in order: Chromium draws every word where its sentence needs it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from feeds.catalog.catalog import Catalog
from tests.browser.conftest import OpenApp
from tests.support.app import collected, make_client
from tests.support.articles import write_article

LINES = ".facts, summary, .correction, .coverage li, nav a, h2, .heading, footer a, label, .topic h3"
WIDTHS = (1280, 360)
# The words of each line in the order of their places on the screen, and as they are in the page. Words are read in the
# direction of their line, and words in an element with a direction of its own in the direction of the element.
READ_LINES = """
(lines) => {
  const opposite = /^[^A-Za-z\\u0600-\\u06ff]*[\\u0600-\\u06ff]/;
  const findDirection = (element, style) =>
    style.unicodeBidi === "plaintext" ? (opposite.test(element.textContent) ? "rtl" : "ltr") : style.direction;
  const collect = (node, direction) => [...node.childNodes].flatMap((child) => {
    if (child.nodeType === Node.TEXT_NODE) return [...child.data.matchAll(/\\S+/g)].map((word) => {
      const range = new Range();
      range.setStart(child, word.index);
      range.setEnd(child, word.index + word[0].length);
      return { text: word[0], box: range.getClientRects()[0] };
    });
    if (child.nodeType !== Node.ELEMENT_NODE || child.matches(".unseen, svg")) return [];
    const style = getComputedStyle(child);
    if (style.unicodeBidi === "normal" && style.display === "inline") return collect(child, direction);
    return [{ text: read(child, findDirection(child, style)), box: child.getClientRects()[0] }];
  });
  const order = (one, other, direction) => {
    const isBelow = one.box.top >= other.box.bottom - 2, isAbove = one.box.bottom <= other.box.top + 2;
    if (isBelow || isAbove) return isBelow ? 1 : -1;
    return direction === "rtl" ? other.box.right - one.box.right : one.box.left - other.box.left;
  };
  const read = (element, direction) => collect(element, direction)
    .sort((one, other) => order(one, other, direction))
    .map((word) => word.text)
    .join("");
  const write = (element) => {
    const copy = element.cloneNode(true);
    copy.querySelectorAll(".unseen, svg").forEach((unseen) => unseen.remove());
    return copy.textContent.replace(/\\s+/g, "");
  };
  return lines
    .filter((line) => line.checkVisibility() && !line.matches(".unseen"))
    .map((line) => [read(line, getComputedStyle(line).direction), write(line)]);
}
"""


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    """Collect articles in English and Arabic, with topics, publishers and coverage in both."""
    folder = tmp_path_factory.mktemp("content")
    related = ", ".join(
        f"{{title: {title}, webUrl: 'https://{domain}/3', publishedDateTime: 2024-05-06T07:08:09Z,"
        f" provider: {{name: {publisher}, domain: {domain}}}}}"
        for title, publisher, domain in [
            ("Pier 3 opens", "The Post", "post.example"),
            ("افتتاح الرصيف 3", "صحيفة اليوم", "daily.example"),
        ]
    )
    for number, (language, title, publisher, correction) in enumerate(
        [
            ("en", "Storm closes pier 3", "The Gazette", "Twelve ships, not 11."),
            ("ar", "الميناء يغلق الرصيف 3", "صحيفة الميناء", "12 سفينة، لا 11."),
        ]
    ):
        write_article(
            folder,
            f"story-{number}",
            title=title,
            locale=language,
            provider=f"{{name: {publisher}, domain: p{number}.example}}",
            topics="[C++ (Programming), الموانئ البحرية, Sea]",
            related=f"[{related}]",
            corrections=f"[{{date: 2025-11-24T08:00:00Z, text: '{correction}'}}]",
        )
    for number in range(9):
        write_article(folder, f"more-{number}", topics="[الموانئ البحرية]")
    with collected(folder, folder / "catalog.sqlite3") as catalog:
        yield catalog


OpenPage = Callable[[str], Page]


@pytest.fixture
def open_page(open_app: OpenApp, catalog: Catalog) -> OpenPage:
    """Open the home page of the site in a language."""

    def open_page(language: str) -> Page:
        return open_app(make_client(catalog, FEEDS_LANGUAGE=language, FEEDS_SITE_TITLE="أخبار Harbour"), "/")

    return open_page


@pytest.mark.parametrize("language", ["ar", "de", "he"])
def test_lines_read_in_order(open_page: OpenPage, language: str, screenshots: Path | None) -> None:
    """German has long words. Hebrew has no translation: its site has English texts around stories in Arabic."""
    page = open_page(language)
    for path in ("/", "/latest", "/topics", "/providers", "/compose"):
        page.goto(f"https://news.example{path}")
        page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 1_000})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            lines = page.eval_on_selector_all(LINES, READ_LINES)
            assert len(lines) > 5
            assert [read for read, _ in lines] == [written for _, written in lines]
            if screenshots:
                page.screenshot(path=f"{screenshots}/{language}{path.replace('/', '-')}-{width}.png", full_page=True)


def test_a_scrambled_line_is_noticed(open_page: OpenPage) -> None:
    page = open_page("en")
    page.set_content("<p dir=ltr>3 مواد، أحدثها في 24 نوفمبر 2026</p><p dir=rtl>3 entries, newest 24 May 2024</p>")
    assert all(read != written for read, written in page.eval_on_selector_all("p", READ_LINES))
