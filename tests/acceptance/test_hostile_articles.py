"""Hostile articles beside the seeds: all documents stay well-formed, and nothing can be executed.

There are 1,000 with `FEEDS_SOAK`; a tenth without it.
"""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, Dialog, Page, Route

from feeds.catalog.catalog import Catalog
from feeds.site.documents import make_document, parse_and_resolve
from feeds.site.walk import list_addresses
from tests.support.app import NOW, collected, make_settings
from tests.support.browser import running_chromium
from tests.support.environment import SOAK
from tests.support.hostile import HTML_VECTORS, write_hostile_articles
from tests.support.paths import SEEDS
from tests.support.validity import check_json, check_xml

pytestmark = [pytest.mark.program, pytest.mark.thorough]

ARTICLES = 1_000 if SOAK else 100
SETTINGS = make_settings(FEEDS_LIMIT="200")
HOME = "http://site.test"
SEED_PREFIXES = ("/topics/ai.", "/topics/computer-vision.", "/providers/masslive.com.", "/providers/govtech.com.")
PLAYER_HOSTS = ("www.youtube.com", "www.youtube-nocookie.com")
OTHER_PATHS = ["/compose", "/feeds.opml?provider=1", "/feed/daily.atom", "/feed/weekly.rss", "/latest?q=script"]

# Reports every function that an article could call.
SPY = """
window.calls = [];
for (const name of ["pwned", "alert", "confirm", "prompt", "open"]) window[name] = () => window.calls.push(name);
"""
# Lists what could be executed, now or by a click, in the document as the browser parsed it.
AUDIT = """
(mayHaveScripts) => {
  const found = [...window.calls];
  // Names of fields in a form hide the properties of the form.
  const {getAttribute, getAttributeNames} = Element.prototype;
  const isUrl = /^(action|background|cite|code|data|formaction|href|longdesc|ping|poster|src|xlink:href)$/i;
  const isForbidden = /^(applet|base|embed|frame|frameset|math|object|param)$/;
  const isOnlyOurs = /^(button|form|input|link|meta|script|select|style|svg|template|textarea)$/;
  const list = (root) => [...root.querySelectorAll("*")].flatMap((element) =>
    element instanceof HTMLTemplateElement ? [element, ...list(element.content)] : [element]);
  for (const element of list(document)) {
    const name = element.tagName.toLowerCase();
    const report = () => found.push(element.outerHTML.slice(0, 200));
    if (isForbidden.test(name) || (!mayHaveScripts && isOnlyOurs.test(name))) report();
    const isOurs = element.src?.startsWith?.(origin) && !element.textContent.trim();
    if (name === "script" && !isOurs) report();
    if (name === "meta" && element.httpEquiv) report();
    for (const attribute of getAttributeNames.call(element)) {
      const scheme = getAttribute.call(element, attribute).replace(/[\\x00-\\x20]/g, "").toLowerCase();
      if (/^on|^srcdoc$|^style$/i.test(attribute)) report();
      if (isUrl.test(attribute) && /^(javascript|vbscript|data|blob|filesystem):/.test(scheme)) report();
    }
  }
  return found;
}
"""


@dataclass(frozen=True)
class Published:
    """All documents of a site, by URL path, and those of the seeds alone."""

    documents: dict[str, bytes]
    seeds: dict[str, bytes]

    @property
    def pages(self) -> dict[str, bytes]:
        return {path: body for path, body in self.documents.items() if body.startswith(b"<!doctype html>")}

    @property
    def contents(self) -> dict[str, bytes]:
        """HTML documents with the content of all entries, by path."""
        found = {}
        for path, body in self.documents.items():
            if path.startswith("/feed") and path.endswith(".json"):
                content = "\n<hr>\n".join(item["content_html"] for item in json.loads(body)["items"])
                found[f"{path}.html"] = f"<!doctype html><body>{content}".encode()
        return found


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """Publish the seeds, then the seeds beside hostile articles."""
    folder = tmp_path_factory.mktemp("hostile")
    content = folder / "content"
    shutil.copytree(SEEDS, content)
    with collected(content, folder / "seeds.sqlite3") as catalog:
        seeds = read_documents(catalog)
    write_hostile_articles(content / "hostile", ARTICLES)
    with collected(content, folder / "all.sqlite3") as catalog:
        return Published(read_documents(catalog), seeds)


def read_documents(catalog: Catalog) -> dict[str, bytes]:
    """Return all documents, but archives only of the feed of all entries, which has every entry."""
    with catalog.reading() as reader:
        addresses = {address.path: address for address in list_addresses(reader, settings=SETTINGS, now=NOW)}
        is_needed = re.compile("/feed/|(?!.*/archive/)")
        found = {path: address for path, address in addresses.items() if is_needed.match(path)}
        for path in OTHER_PATHS:
            parts = urlsplit(path)
            found[path] = parse_and_resolve(
                parts.path, reader, query_string=parts.query, defaults=SETTINGS.defaults, now=NOW
            )
        return {path: make_document(each, reader, settings=SETTINGS, now=NOW).body for path, each in found.items()}


def test_most_hostile_articles_are_published(published: Published) -> None:
    items = [json.loads(body)["items"] for path, body in published.documents.items() if path.endswith(".json")]
    titles = {item["title"].split()[1] for page in items for item in page if item["title"].startswith("Hostile ")}
    assert len({title for title in titles if "-" not in title}) > ARTICLES * 0.9


def test_all_documents_are_well_formed(published: Published) -> None:
    complaints: set[str] = set()
    for path, body in published.documents.items():
        if path.partition("?")[0].endswith((".atom", ".rss", ".opml", "sitemap.xml")):
            complaints |= {f"{path}: {text}" for text in check_xml(body)}
        elif path.endswith(".json"):
            complaints |= {f"{path}: {text}" for text in check_json(body)}
    assert complaints == set()


def test_the_feeds_of_the_seeds_are_unchanged(published: Published) -> None:
    seeds = {path: body for path, body in published.seeds.items() if path.startswith(SEED_PREFIXES)}
    assert len(seeds) == 3 * len(SEED_PREFIXES)
    assert {path: published.documents.get(path) for path in seeds} == seeds


@dataclass(frozen=True)
class Window:
    """A browser without a Content-Security-Policy; `noted` lists dialogs, errors, and requests for code."""

    page: Page
    documents: dict[str, bytes]
    noted: list[str] = field(default_factory=list)

    def answer(self, route: Route) -> None:
        """Answer requests to the site; note requests to other hosts, except for pictures, recordings and players."""
        request = route.request
        path = request.url.removeprefix(HOME)
        path = path.partition("?")[0] if path.startswith("/static/") else path
        if path in self.documents:
            route.fulfill(body=self.documents[path], content_type=guess_type(path))
            return
        is_player = request.resource_type == "document" and urlsplit(request.url).hostname in PLAYER_HOSTS
        if request.resource_type not in {"image", "media"} and not is_player:
            self.noted.append(f"{request.resource_type} {request.url}")
        route.abort()

    def dismiss(self, dialog: Dialog) -> None:
        self.noted.append(dialog.message)
        dialog.dismiss()

    def audit(self, path: str, *, may_have_scripts: bool) -> list[str]:
        """Open a document, and list what can be executed in it, now or by a click."""
        self.page.goto(f"{HOME}{path}", wait_until="domcontentloaded")
        self.page.evaluate("document.querySelectorAll('*').forEach(each => each.dispatchEvent(new Event('mouseover')))")
        found: list[str] = self.page.evaluate(AUDIT, may_have_scripts)
        return found


def guess_type(path: str) -> str:
    name = path.partition("?")[0]
    types = {".css": "text/css", ".js": "text/javascript", ".png": "image/png", ".svg": "image/svg+xml"}
    return next((types[suffix] for suffix in types if name.endswith(suffix)), "text/html; charset=utf-8")


@pytest.fixture(scope="module")
def browser(program: Callable[[str], str]) -> Iterator[Browser]:
    """Run Chromium."""
    with running_chromium(program("chromium")) as browser:
        yield browser


@pytest.fixture
def window(published: Published, browser: Browser) -> Iterator[Window]:
    """Serve the documents to a browser."""
    documents = {quote(path, safe="/%?=&+,!"): body for path, body in published.documents.items()}
    context = browser.new_context()
    context.set_default_timeout(30_000)
    window = Window(context.new_page(), documents | published.contents)
    context.add_init_script(SPY)
    # Partials, because Playwright sets an attribute on the owner of a method, and windows are frozen.
    context.route("**/*", partial(window.answer))
    context.on("dialog", partial(window.dismiss))
    window.page.on("pageerror", lambda error: window.noted.append(str(error)))
    yield window
    context.close()


def test_nothing_can_be_executed_in_pages(published: Published, window: Window) -> None:
    found = {path: window.audit(path, may_have_scripts=True) for path in published.pages}
    assert {path: problems for path, problems in found.items() if problems} == {}
    assert window.noted == []


def test_nothing_can_be_executed_in_content(published: Published, window: Window) -> None:
    found = {path: window.audit(path, may_have_scripts=False) for path in published.contents}
    assert {path: problems for path, problems in found.items() if problems} == {}
    assert window.noted == []


def test_the_audit_detects_code(window: Window) -> None:
    detected = 0
    for number, vector in enumerate(vectors := HTML_VECTORS[::4]):
        window.documents[f"/{number}"] = f"<!doctype html><body>{vector}".encode()
        detected += bool(window.audit(f"/{number}", may_have_scripts=False))
    # Some vectors are harmless until somebody removes a part of them.
    assert detected > 0.8 * len(vectors)
    assert window.noted
