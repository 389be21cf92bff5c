"""Correct feedgen's output through its extension protocol, without importing feedgen.

feedgen builds an element, passes the element to an extension's `extend_atom` or `extend_rss`, and serialises the
returned element. feedgen's Atom elements have no namespace and carry `xmlns` as a plain attribute, so the elements
added here have no namespace either.
"""

from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from feeds.model.feed import Feed, Format, Link
from feeds.renderers.dates import format_rfc822, format_rfc3339
from feeds.renderers.feed_comment import write_feed_comment
from feeds.renderers.media import MEDIA
from feeds.renderers.tombstones import TOMBSTONES

ATOM = "http://www.w3.org/2005/Atom"
HISTORY = "http://purl.org/syndication/history/1.0"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
DUBLIN_CORE_TERMS = "http://purl.org/dc/terms/"

# The elements that a person should see first in the document; the others follow in feedgen's order.
_ORDER = ("title", "subtitle", "link", "id", "updated", "author")
_RANKS = {name: rank for rank, name in enumerate(_ORDER)}


class AtomFeedRepair:
    """Corrections to `atom:feed`, made before feedgen appends the entries."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    def extend_ns(self) -> dict[str, str]:
        """Declare the namespaces of all elements that the extensions add."""
        tombstones = {"at": TOMBSTONES} if self._feed.tombstones else {}
        return {"media": MEDIA, **tombstones, **_history_namespace(self._feed)}

    def extend_atom(self, root: etree._Element) -> etree._Element:
        """Add a comment and all links except the alternate link, which feedgen writes; correct title and date."""
        for link in _list_feed_links(self._feed, Format.ATOM):
            etree.SubElement(root, "link", _link_attributes(link))
        _mark_archive(root, self._feed)
        _declare_plain_text(root, "title", "subtitle")
        _write_date(root, "updated", self._feed.updated)
        _sort_children(root)
        _add_comment(root, self._feed, Format.ATOM)
        return root


class RssFeedRepair:
    """Corrections to `channel`, made before feedgen appends the items."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    def extend_ns(self) -> dict[str, str]:
        """Declare the namespaces of all elements that the extensions add; feedgen declares the Atom namespace."""
        has_corrections = any(entry.corrections for entry in self._feed.entries)
        terms = {"dcterms": DUBLIN_CORE_TERMS} if has_corrections else {}
        return {"dc": DUBLIN_CORE, "media": MEDIA, **terms, **_history_namespace(self._feed)}

    def extend_rss(self, root: etree._Element) -> etree._Element:
        """Add the date, a comment, and the links, which are elements from the Atom namespace.

        A feed without entries has no date: RSS does not require one.
        """
        channel = root[0]
        if self._feed.entries:
            etree.SubElement(channel, "lastBuildDate").text = format_rfc822(self._feed.updated)
        for link in _list_feed_links(self._feed, Format.RSS):
            etree.SubElement(channel, f"{{{ATOM}}}link", _link_attributes(link))
        _mark_archive(channel, self._feed)
        _add_comment(channel, self._feed, Format.RSS)
        return root


def _list_feed_links(feed: Feed, format: Format) -> Iterator[Link]:
    yield Link("self", feed.self_url(format), format.media_type)
    yield from feed.links_in(format)


def _history_namespace(feed: Feed) -> dict[str, str]:
    return {"fh": HISTORY} if feed.is_archive else {}


def _mark_archive(parent: etree._Element, feed: Feed) -> None:
    if feed.is_archive:
        etree.SubElement(parent, f"{{{HISTORY}}}archive")


def _add_comment(parent: etree._Element, feed: Feed, format: Format) -> None:
    """Add a comment as the first child of the element by which programs recognise a feed (XML 1.0, 2.5)."""
    margin = "\n" + "  " * (1 + sum(1 for _ in parent.iterancestors()))
    # A comment must not contain two hyphens in a row; a URL keeps its meaning when percent-encoded.
    lines = "".join(f"{margin}  {line}" for line in write_feed_comment(feed, format)).replace("--", "-%2D")
    parent.insert(0, etree.Comment(lines + margin))


def _link_attributes(link: Link) -> dict[str, str]:
    return {"href": link.href, "rel": link.rel} | ({"type": link.type} if link.type else {})


def _declare_plain_text(parent: etree._Element, *names: str) -> None:
    for name in names:
        for element in parent.iterchildren(name):
            element.set("type", "text")


def _write_date(parent: etree._Element, name: str, timestamp: datetime) -> None:
    for element in parent.iterchildren(name):
        element.text = format_rfc3339(timestamp)


def _sort_children(parent: etree._Element) -> None:
    parent[:] = sorted(parent, key=_rank)


def _rank(element: etree._Element) -> int:
    return _RANKS.get(element.tag, len(_RANKS))
