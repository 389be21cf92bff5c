"""Write a list of pages for search engines (https://www.sitemaps.org/protocol.html)."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from lxml import etree

from feeds.renderers.dates import format_rfc3339

MAX_PAGES = 50_000
"""The maximum number of pages in a sitemap."""

_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


class ListedPage(msgspec.Struct, frozen=True):
    """The absolute URL of a page, and the time of its last change, if known."""

    url: str
    changed: datetime | None


def render_sitemap(pages: Iterable[ListedPage]) -> bytes:
    """Write up to 50,000 `pages` as a UTF-8 document in the given order."""
    root = etree.Element("urlset", xmlns=_NAMESPACE)
    for page in pages:
        element = etree.SubElement(root, "url")
        etree.SubElement(element, "loc").text = page.url
        if page.changed:
            etree.SubElement(element, "lastmod").text = format_rfc3339(page.changed)
    return etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8")
