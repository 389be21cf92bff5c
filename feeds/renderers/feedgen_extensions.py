"""Put right what feedgen gets wrong, through its extension protocol and without knowing feedgen.

feedgen builds an element, hands it to the extension's `extend_atom` or `extend_rss`, and serialises what comes back.
Its Atom elements are in no namespace and carry `xmlns` as a plain attribute, so ours must be in none as well.
"""

from collections.abc import Iterator
from datetime import datetime
from html import unescape

from lxml import etree

from feeds.model.entry import Entry, Reference
from feeds.model.feed import Feed, Format, Link, entry_url
from feeds.renderers.dates import format_rfc822, format_rfc3339
from feeds.renderers.feed_comment import write_feed_comment
from feeds.renderers.media import MEDIA, add_media

ATOM = "http://www.w3.org/2005/Atom"
HISTORY = "http://purl.org/syndication/history/1.0"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

# What a person who opens the document should meet first; the rest follows in feedgen's order.
_ORDER = ("title", "subtitle", "link", "id", "published", "updated", "author", "category", "summary", "content")
_RANKS = {name: rank for rank, name in enumerate(_ORDER)}


class AtomFeedRepair:
    """Repair `atom:feed`, before feedgen appends the entries."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    def extend_ns(self) -> dict[str, str]:
        """Declare the namespaces of all elements that the repairs add."""
        return {"media": MEDIA, **_history_namespace(self._feed)}

    def extend_atom(self, root: etree._Element) -> etree._Element:
        """Add the links but the alternate one, which feedgen wrote, and a greeting; correct title and date."""
        for link in _feed_links(self._feed, Format.ATOM):
            etree.SubElement(root, "link", _link_attributes(link))
        _mark_archive(root, self._feed)
        _declare_plain_text(root, "title", "subtitle")
        _write_date(root, "updated", self._feed.updated)
        _sort_children(root)
        _add_comment(root, self._feed, Format.ATOM)
        return root


class AtomEntryRepair:
    """Repair one `atom:entry`."""

    def __init__(self, feed: Feed, entry: Entry) -> None:
        self._feed = feed
        self._entry = entry

    def extend_atom(self, element: etree._Element) -> etree._Element:
        """Add links with all their attributes, the picture and the language; correct title and dates."""
        url = entry_url(self._entry, self._feed.link_choice)
        etree.SubElement(element, "link", {"href": url, "rel": "alternate", "type": "text/html"})
        for attributes in _entry_links(self._entry, url):
            etree.SubElement(element, "link", attributes)
        scheme = self._feed.category_scheme
        for category in self._entry.categories:  # feedgen looks at each attribute so often that it shows
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
    """Repair `channel`, before feedgen appends the items."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    def extend_ns(self) -> dict[str, str]:
        """Declare the namespaces of all elements that the repairs add; feedgen declares Atom's."""
        return {"dc": DUBLIN_CORE, "media": MEDIA, **_history_namespace(self._feed)}

    def extend_rss(self, root: etree._Element) -> etree._Element:
        """Add the date, a greeting, and the links, which RSS borrows from Atom."""
        channel = root[0]
        etree.SubElement(channel, "lastBuildDate").text = format_rfc822(self._feed.updated)
        for link in _feed_links(self._feed, Format.RSS):
            etree.SubElement(channel, f"{{{ATOM}}}link", _link_attributes(link))
        _mark_archive(channel, self._feed)
        _add_comment(channel, self._feed, Format.RSS)
        return root


class RssItemRepair:
    """Repair one `item`."""

    def __init__(self, feed: Feed, entry: Entry) -> None:
        self._feed = feed
        self._entry = entry

    def extend_rss(self, item: etree._Element) -> etree._Element:
        """Add date, names, language, picture and links."""
        entry = self._entry
        etree.SubElement(item, "pubDate").text = format_rfc822(entry.published)
        for name in entry.authors or (entry.provider.name,):
            etree.SubElement(item, f"{{{DUBLIN_CORE}}}creator").text = name
        if _has_own_language(entry, self._feed):
            etree.SubElement(item, f"{{{DUBLIN_CORE}}}language").text = entry.language
        if entry.image:
            add_media(item, entry.image)
        for attributes in _entry_links(entry, entry_url(entry, self._feed.link_choice)):
            etree.SubElement(item, f"{{{ATOM}}}link", attributes)
        return item


def escape_ambiguous(text: str) -> str:
    """Write plain text so that it reads the same as plain text and as HTML, as far as that can be.

    Many readers take an RSS title for HTML, some do not, and no attribute tells them. Text without markup, such as
    `AT&T`, is the same in both and stays; text that HTML would read as something else is escaped.
    """
    if "<" not in text and unescape(text) == text:
        return text
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _feed_links(feed: Feed, format: Format) -> Iterator[Link]:
    yield Link("self", feed.self_url(format), format.media_type)
    yield from feed.links_in(format)


def _history_namespace(feed: Feed) -> dict[str, str]:
    return {"fh": HISTORY} if feed.is_archive else {}


def _mark_archive(parent: etree._Element, feed: Feed) -> None:
    if feed.is_archive:
        etree.SubElement(parent, f"{{{HISTORY}}}archive")


def _add_comment(parent: etree._Element, feed: Feed, format: Format) -> None:
    """Put a comment first, yet inside the element by which programs know a feed (XML 1.0, 2.5)."""
    margin = "\n" + "  " * (1 + sum(1 for _ in parent.iterancestors()))
    # A comment must not hold two hyphens in a row; percent-encoded, a URL means the same.
    lines = "".join(f"{margin}  {line}" for line in write_feed_comment(feed, format)).replace("--", "-%2D")
    parent.insert(0, etree.Comment(lines + margin))


def _link_attributes(link: Link) -> dict[str, str]:
    return {"href": link.href, "rel": link.rel} | ({"type": link.type} if link.type else {})


def _entry_links(entry: Entry, url: str) -> Iterator[dict[str, str]]:
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


def _write_date(parent: etree._Element, name: str, moment: datetime) -> None:
    for element in parent.iterchildren(name):
        element.text = format_rfc3339(moment)


def _sort_children(parent: etree._Element) -> None:
    parent[:] = sorted(parent, key=_rank)


def _rank(element: etree._Element) -> int:
    return _RANKS.get(element.tag, len(_RANKS))
