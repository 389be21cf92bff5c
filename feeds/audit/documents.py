"""Read the facts an audit needs from a document: its kind, its self URL, and the URLs of its feeds."""

import json
from enum import StrEnum
from html.parser import HTMLParser

import msgspec
from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"


class DocumentKind(StrEnum):
    """The kind of a document, spelled as in messages."""

    ATOM = "Atom"
    RSS = "RSS"
    JSON = "JSON Feed"
    OPML = "OPML"
    HTML = "HTML"


FEED_TYPES = {
    DocumentKind.ATOM: "application/atom+xml",
    DocumentKind.RSS: "application/rss+xml",
    DocumentKind.JSON: "application/feed+json",
}


class AuditedDocument(msgspec.Struct, frozen=True):
    """A document: its kind, its declared self URL (empty: none), and the feed URLs in a page or OPML document."""

    kind: DocumentKind
    self_url: str = ""
    feeds: tuple[str, ...] = ()


def read_document(body: bytes) -> AuditedDocument:
    """Detect the kind of a body, and read the facts.

    Raises:
        ValueError: the body is of no known kind, or not well-formed; the text is a finding's message.
    """
    start = body.lstrip()[:200].lower()
    if start.startswith(b"{"):
        return _read_json(body)
    if b"<html" in start or b"<!doctype html" in start:
        return _read_html(body)
    return _read_xml(body)


def _read_json(body: bytes) -> AuditedDocument:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"body is not well-formed JSON: {error}") from error
    if "jsonfeed.org/version" not in str(found.get("version", "")):
        raise ValueError("body is JSON, but not JSON Feed")
    return AuditedDocument(DocumentKind.JSON, self_url=str(found.get("feed_url", "")))


def _read_html(body: bytes) -> AuditedDocument:
    page = _FeedLinkParser()
    page.feed(body.decode(errors="replace"))
    return AuditedDocument(DocumentKind.HTML, feeds=tuple(page.feeds))


def _read_xml(body: bytes) -> AuditedDocument:
    # Other servers are not trusted: expand no entities and fetch nothing.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"body is not well-formed XML: {error}") from error
    if root.tag == f"{ATOM}feed":
        return AuditedDocument(DocumentKind.ATOM, self_url=_find_self(root))
    if root.tag == "rss":
        channel = root.find("channel")
        return AuditedDocument(DocumentKind.RSS, self_url="" if channel is None else _find_self(channel))
    if root.tag == "opml":
        urls = (outline.get("xmlUrl", "") for outline in root.iter("outline"))
        return AuditedDocument(DocumentKind.OPML, feeds=tuple(url for url in urls if url))
    raise ValueError(f"body is XML with the unknown root element {root.tag}")


def _find_self(parent: etree._Element) -> str:
    link = parent.find(f"{ATOM}link[@rel='self']")
    return "" if link is None else link.get("href", "")


class _FeedLinkParser(HTMLParser):
    """Collects the URLs of the feeds offered by a page for autodiscovery."""

    def __init__(self) -> None:
        super().__init__()
        self.feeds: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        is_feed = found.get("rel", "").lower() == "alternate" and found.get("type") in FEED_TYPES.values()
        if tag == "link" and is_feed and found.get("href"):
            self.feeds.append(found["href"])
