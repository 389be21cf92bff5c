"""Correct feedgen's output through its extension protocol, without importing feedgen.

feedgen builds an element, passes the element to an extension's `extend_atom` or `extend_rss`, and serialises the
returned element. feedgen's Atom elements have no namespace and carry `xmlns` as a plain attribute, so the elements
added here have no namespace either.
"""

from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from feeds.model.entry import Entry, Reference
from feeds.model.feed import Feed, Format, Link, entry_url
from feeds.renderers.dates import format_rfc822, format_rfc3339
from feeds.renderers.feed_comment import write_feed_comment
from feeds.renderers.media import MEDIA, add_media
from feeds.renderers.plain_text import escape_ambiguous

ATOM = "http://www.w3.org/2005/Atom"
HISTORY = "http://purl.org/syndication/history/1.0"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

# The elements that a person should see first in the document; the others follow in feedgen's order.
_ORDER = ("title", "subtitle", "link", "id", "published", "updated", "author", "category", "summary", "content")
_RANKS = {name: rank for rank, name in enumerate(_ORDER)}


class AtomFeedRepair:
    """Corrections to `atom:feed`, made before feedgen appends the entries."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    def extend_ns(self) -> dict[str, str]:
        """Declare the namespaces of all elements that the extensions add."""
        return {"media": MEDIA, **_history_namespace(self._feed)}

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


class AtomEntryRepair:
    """Corrections to an `atom:entry`."""

    def __init__(self, feed: Feed, entry: Entry) -> None:
        self._feed = feed
        self._entry = entry

    def extend_atom(self, element: etree._Element) -> etree._Element:
        """Add links with all their attributes, the picture and the language; correct title and dates."""
        url = entry_url(self._entry, self._feed.link_choice)
        etree.SubElement(element, "link", {"href": url, "rel": "alternate", "type": "text/html"})
        for attributes in _list_entry_links(self._entry, url):
            etree.SubElement(element, "link", attributes)
        scheme = self._feed.category_scheme
        for category in self._entry.categories:  # feedgen's own categories are measurably slow
            etree.SubElement(element, "category", {"term": category.term, "scheme": scheme, "label": category.label})
        if self._entry.image:
            add_media(element, self._entry.image)
        if _has_own_language(self._entry, self._feed):
            element.set(XML_LANG, self._entry.language)
        _declare_plain_text(element, "title")
        _write_date(element, "published", self._entry.published)
        _write_date(element, "updated", self._entry.updated)
        _sort_children(element)
        return element


class RssFeedRepair:
    """Corrections to `channel`, made before feedgen appends the items."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    def extend_ns(self) -> dict[str, str]:
        """Declare the namespaces of all elements that the extensions add; feedgen declares the Atom namespace."""
        return {"dc": DUBLIN_CORE, "media": MEDIA, **_history_namespace(self._feed)}

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


class RssItemRepair:
    """Corrections to an `item`."""

    def __init__(self, feed: Feed, entry: Entry) -> None:
        self._feed = feed
        self._entry = entry

    def extend_rss(self, item: etree._Element) -> etree._Element:
        """Add the date, author names, language, picture and links."""
        entry = self._entry
        etree.SubElement(item, "pubDate").text = format_rfc822(entry.published)
        for name in entry.authors or (entry.provider.name,):
            etree.SubElement(item, f"{{{DUBLIN_CORE}}}creator").text = escape_ambiguous(name)
        if _has_own_language(entry, self._feed):
            etree.SubElement(item, f"{{{DUBLIN_CORE}}}language").text = entry.language
        if entry.image:
            add_media(item, entry.image)
        for attributes in _list_entry_links(entry, entry_url(entry, self._feed.link_choice)):
            etree.SubElement(item, f"{{{ATOM}}}link", attributes)
        return item


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


def _list_entry_links(entry: Entry, url: str) -> Iterator[dict[str, str]]:
    for reference in (*entry.coverage, *entry.leads):
        yield _related_attributes(reference)
    if entry.via_url and entry.via_url != url:
        yield {"href": entry.via_url, "rel": "via", "title": entry.provider.name}


def _related_attributes(reference: Reference) -> dict[str, str]:
    return {"href": reference.url, "rel": "related", "title": reference.title}


def _has_own_language(entry: Entry, feed: Feed) -> bool:
    return entry.language not in ("", feed.site.language)


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
