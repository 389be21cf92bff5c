"""Crawl a site, follow every link in every kind of document, and list the dead links."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from lxml import etree
from selectolax.lexbor import LexborHTMLParser

_LINK_ATTRIBUTES = ("href", "src", "action", "formaction", "poster", "data", "cite", "data-site")
_NAMES_ONLY = ("scheme", "domain")  # attributes of categories: the URLs in them are names
_MEDIA_TYPES = {
    ".atom": "application/atom+xml",
    ".css": "text/css",
    ".html": "text/html",
    ".json": "application/feed+json",
    ".opml": "text/x-opml",
    ".rss": "application/rss+xml",
    ".txt": "text/plain",
    ".xml": "application/xml",
}


@dataclass(frozen=True)
class Page:
    """A document at a URL: the bytes, and the media type without parameters."""

    media_type: str
    body: bytes


Fetch = Callable[[str], Page | None]
"""A function that fetches the document at an absolute URL; None if there is none."""


@dataclass
class Crawl:
    """The documents by URL, the number of checked links, and each dead link with the document that has the link."""

    documents: dict[str, Page] = field(default_factory=dict)
    links: int = 0
    dead: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{len(self.documents)} documents, {self.links} links, {len(self.dead)} dead"


def crawl(site_url: str, fetch: Fetch, *, starts: Iterable[str] = ("/",)) -> Crawl:
    """Fetch the documents at the paths in `starts` and all documents of the site that they lead to.

    A link to the site's host outside of the path of `site_url` is dead, like a fragment that names no element.
    """
    result, links = Crawl(), list[tuple[str, str]]()
    waiting = [f"{site_url}{path}" for path in starts]
    known = set(waiting)
    links += [("the start", url) for url in waiting]
    while waiting:
        url = waiting.pop()
        page = fetch(url) if f"{url}/".startswith(f"{site_url}/") else None
        if page is None:
            continue
        result.documents[url] = page
        for link in dict.fromkeys(find_links(url, page, site_url=site_url)):
            links.append((url, link))
            target = urldefrag(link).url
            if target not in known:
                known.add(target)
                waiting.append(target)
    anchors = {url: find_anchors(page) for url, page in result.documents.items()}
    result.links = len(links)
    for source, link in links:
        target, fragment = urldefrag(link)
        if target not in anchors:
            result.dead.append(f"{link} in {source}")
        # The fragments in feeds identify entries of digests, and name no element.
        elif fragment and is_html(result.documents.get(source)) and unquote(fragment) not in anchors[target]:
            result.dead.append(f"{link} in {source}: no such element")
    return result


def find_links(url: str, page: Page, *, site_url: str) -> Iterator[str]:
    """Yield the absolute URLs on the site's host in a document; in feeds and lists, the URLs below `site_url`."""
    if not is_html(page):
        yield from _find_in_text(page, site_url=site_url)
        return
    origin = urljoin(site_url, "/")
    for link in _find_in_html(page):
        absolute = urljoin(url, link.removeprefix("feed:") if link.startswith("feed:http") else link)
        if f"{absolute}/".startswith(origin):
            yield absolute


def _find_in_html(page: Page) -> Iterator[str]:
    for node in LexborHTMLParser(page.body.decode()).css("*"):
        attributes = node.attributes
        yield from (str(attributes[name]) for name in _LINK_ATTRIBUTES if attributes.get(name) is not None)
        yield from (part.split()[0] for part in (attributes.get("srcset") or "").split(",") if part.strip())
        if node.tag == "meta" and "://" in (attributes.get("content") or ""):
            yield str(attributes["content"])
        if node.tag == "code":
            yield node.text()


def _find_in_text(page: Page, *, site_url: str) -> Iterator[str]:
    pattern = re.compile(rf"{re.escape(site_url)}(?![^/\s\"'<>])[^\s\"'<>]*")
    for text in _list_texts(page):
        yield from pattern.findall(text)


def _list_texts(page: Page) -> Iterator[str]:
    if page.media_type == "text/css":
        assert b"url(" not in page.body, "no stylesheet loads anything"
    elif page.media_type.endswith("json"):
        yield from _list_strings(json.loads(page.body))
    elif page.media_type == "text/plain":
        yield page.body.decode()
    elif page.media_type.endswith(("xml", "opml")):
        root = etree.fromstring(page.body)
        for element in (*root.itersiblings(preceding=True), *root.iter()):
            yield element.text or ""
            yield from (str(value) for name, value in element.attrib.items() if name not in _NAMES_ONLY)


def _list_strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _list_strings(each)


def find_anchors(page: Page) -> set[str]:
    """Return the ids of all elements of a page."""
    if not is_html(page):
        return set()
    return {str(node.attributes["id"]) for node in LexborHTMLParser(page.body.decode()).css("[id]")}


def is_html(page: Page | None) -> bool:
    return page is not None and page.media_type == "text/html"


def reading_files(root: Path, site_url: str) -> Fetch:
    """Return a function that reads exported files as a static host does."""

    def fetch(url: str) -> Page | None:
        name = unquote(urlsplit(url).path.removeprefix(urlsplit(site_url).path)).removeprefix("/") or "index.html"
        for path in (root / name, root / f"{name}.html"):
            if path.is_file():
                return Page(_MEDIA_TYPES.get(path.suffix, "application/octet-stream"), path.read_bytes())
        return None

    return fetch
