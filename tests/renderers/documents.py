"""Parse rendered documents strictly, with namespaces."""

import re
from typing import Any

from hypothesis import strategies as st
from lxml import etree

from feeds.model.feed import Feed, Format
from feeds.renderers.feed import render

NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "fh": "http://purl.org/syndication/history/1.0",
    "media": "http://search.yahoo.com/mrss/",
}

_UNCLEAN = re.compile("[^\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """Remove control characters and characters forbidden in XML, as entries never contain them."""
    return _UNCLEAN.sub("", text).strip()


def texts() -> st.SearchStrategy[str]:
    """Generate any text of an entry, often with markup."""
    pieces = st.sampled_from(["&", "<", ">", "&lt;", "&amp;", "&#38;", "&copy", "<b>", "]]>", "<title>", " ", ";"])
    return st.lists(st.text(max_size=20) | pieces, max_size=8).map("".join).map(clean).filter(bool)


def parse(feed: Feed, format: Format) -> etree._Element:
    """Render a feed and return the root of the document."""
    return etree.fromstring(render(feed, format), etree.XMLParser(resolve_entities=False, no_network=True))


def select(node: etree._Element, path: str) -> list[etree._Element]:
    """Return the elements at an XPath."""
    found: Any = node.xpath(path, namespaces=NAMESPACES)
    elements: list[etree._Element] = found
    return elements


def select_texts(node: etree._Element, path: str) -> list[str]:
    """Return the texts of the elements, or the values of the attributes, at an XPath."""
    return [str(getattr(found, "text", found) or "") for found in select(node, path)]
