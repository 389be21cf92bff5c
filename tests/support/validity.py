"""List the problems that a validator would report in a feed, OPML, a sitemap or a JSON Feed.

The problems are those of the W3C's validator about texts and addresses: https://validator.w3.org/feed/docs/.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from lxml import etree, html
from rfc3986_validator import validate_rfc3986

from feeds.model.text import clean_text

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
HISTORY = "{http://purl.org/syndication/history/1.0}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"

_URL_ATTRIBUTES = {"domain", "href", "htmlUrl", "scheme", "src", "url", "xmlUrl"}
_HTML_URL_ATTRIBUTES = {"cite", "href", "poster", "src"}
_URL_ELEMENTS = {"docs", "link", "url", f"{ATOM}icon", f"{ATOM}logo", f"{ATOM}uri", f"{SITEMAP}loc"}
_URL_KEYS = {"favicon", "feed_url", "home_page_url", "icon", "image", "next_url", "url", "via_url"}
_RFC822_ELEMENTS = {"dateCreated", "dateModified", "lastBuildDate", "pubDate"}
_RFC3339_ELEMENTS = {f"{ATOM}published", f"{ATOM}updated", f"{SITEMAP}lastmod"}
_PLAIN_ELEMENTS = {"category", "description", "source", "title", CREATOR}
"""The elements of RSS that readers parse as HTML, and that have no markup of ours."""

_MARKERS = {f"{HISTORY}archive"}
"""Elements that are empty by definition."""


def check_xml(document: bytes) -> list[str]:
    """List the problems of an Atom, RSS, OPML or sitemap document; a document that is not well-formed raises."""
    root = etree.fromstring(document)
    elements = [element for element in root.iter("*") if len(element) or element.text or element.attrib]
    problems = [f"{element.tag} is empty" for element in root.iter("*") if _is_empty(element)]
    for element in elements:
        problems += _check_attributes(element)
        problems += _check_text(element)
        if element.tag in {f"{ATOM}content", f"{CONTENT}encoded"}:
            problems += check_html(element.text or "")
    if root.tag == "opml":
        problems += _check_opml(root)
    return problems


def check_json(document: bytes) -> list[str]:
    """List the problems of a JSON Feed."""
    feed = json.loads(document)
    problems = list(_check_json_value(feed, "feed"))
    for item in feed["items"]:
        problems += check_html(item["content_html"])
    return problems


def check_html(content: str) -> list[str]:
    """List the addresses in HTML that are not URIs, nor links to another place in it."""
    root = html.fromstring(f"<div>{content}</div>")
    values = [str(value) for element in root.iter() for name, value in element.items() if name in _HTML_URL_ATTRIBUTES]
    return [f"{value!r} is not a URI" for value in values if not validate_rfc3986(_complete(value))]


def _complete(value: str) -> str:
    return f"https://news.example/{value}" if value.startswith("#") else value


def _is_empty(element: etree._Element) -> bool:
    is_blank = len(element) == 0 and not clean_text(element.text or "")
    return is_blank and not set(element.attrib) - {"type"} and element.tag not in _MARKERS


def _check_attributes(element: etree._Element) -> Iterator[str]:
    for name, value in ((str(name), str(value)) for name, value in element.items()):
        if not clean_text(value):
            yield f"{name} of {element.tag} is empty"
        if name in _URL_ATTRIBUTES and not validate_rfc3986(value):
            yield f"{name} of {element.tag} is not a URI"


def _check_text(element: etree._Element) -> Iterator[str]:
    text = element.text or ""
    if element.tag in _URL_ELEMENTS and not element.attrib and not len(element) and not validate_rfc3986(text):
        yield f"{element.tag} is not a URI"
    if element.tag in _PLAIN_ELEMENTS and "<" in text:
        yield f"{element.tag} contains markup"
    if element.get("isPermaLink") == "true" and not validate_rfc3986(text):
        yield "guid is not a permalink"
    if element.tag in _RFC822_ELEMENTS and not text.startswith(f"{parsedate_to_datetime(text):%a, %d %b }"):
        yield f"{element.tag} is not a date of RFC 822"
    if element.tag in _RFC3339_ELEMENTS and not datetime.fromisoformat(text).tzinfo:
        yield f"{element.tag} is not a date of RFC 3339"


def _check_opml(root: etree._Element) -> Iterator[str]:
    outlines = list(root.iter("outline"))
    if not outlines:
        yield "body has no outline"
    for outline in outlines:
        yield from (f"outline has no {name}" for name in ("type", "text", "title") if not outline.get(name))
        if "<" in (outline.get("text") or "") + (outline.get("description") or ""):
            yield "outline contains markup"
        if (outline.get("type") == "rss") != (outline.get("xmlUrl") is not None):
            yield "outline has the wrong type"


def _check_json_value(value: Any, name: str) -> Iterator[str]:  # noqa: ANN401 any JSON
    if value in ("", [], {}, None) and name != "items":
        yield f"{name} is empty"
    if isinstance(value, str):
        if not clean_text(re.sub("<[^>]*>", "x", value)):
            yield f"{name} is empty"
        if name in _URL_KEYS and not validate_rfc3986(value):
            yield f"{name} is not a URI"
    children = value.items() if isinstance(value, dict) else [(name, item) for item in value if isinstance(value, list)]
    for key, child in children:
        yield from _check_json_value(child, key)
