"""Write an entry as an element of Atom (RFC 4287 section 4.1.2) or RSS 2.0.

Feeds share entries, and most entries stay as they are while their feeds change, so written elements are kept. They are
written as text: building elements with feedgen and lxml takes three times as long.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TypeAlias

import msgspec

from feeds.model.entry import Entry
from feeds.model.feed import Feed, Format, LinkChoice, entry_url
from feeds.model.html_text import is_same_text
from feeds.model.links import write_provider_url
from feeds.renderers.dates import format_rfc822, format_rfc3339
from feeds.renderers.entry_html import make_excerpt, make_summary, write_content
from feeds.renderers.media import write_media
from feeds.renderers.plain_text import escape_ambiguous
from feeds.renderers.xml_text import (
    escape_attribute,
    escape_text,
    write_ambiguous_numerically,
    write_element,
    write_numerically,
)

_KEPT_ENTRIES = 1_024
_MAX_KEPT_CHARACTERS = 8_192


class EntryStyle(msgspec.Struct, frozen=True):
    """What an entry's element takes from the feed: the link, the escaped scheme of categories, and the language."""

    link_choice: LinkChoice
    category_scheme: str
    language: str


def write_atom_entries(feed: Feed) -> bytes:
    """Write the entries of a feed as lines in `atom:feed`."""
    return _write_entries(feed, write=_write_atom_entry, write_kept=_write_kept_atom_entry)


def write_rss_items(feed: Feed) -> bytes:
    """Write the entries of a feed as lines in `channel`."""
    return _write_entries(feed, write=_write_rss_item, write_kept=_write_kept_rss_item)


_Write: TypeAlias = Callable[[Entry, EntryStyle], bytes]


def _write_entries(feed: Feed, *, write: _Write, write_kept: _Write) -> bytes:
    style = EntryStyle(feed.link_choice, escape_attribute(feed.category_scheme), feed.site.language)
    return b"".join(
        (write_kept if len(entry.body) <= _MAX_KEPT_CHARACTERS else write)(entry, style) for entry in feed.entries
    )


def _write_atom_entry(entry: Entry, style: EntryStyle) -> bytes:
    language = f' xml:lang="{escape_attribute(entry.language)}"' if _has_own_language(entry, style) else ""
    elements = "\n    ".join(_write_atom_elements(entry, style))
    return f"  <entry{language}>\n    {elements}\n  </entry>\n".encode()


def _write_rss_item(entry: Entry, style: EntryStyle) -> bytes:
    elements = "\n      ".join(_write_rss_elements(entry, style))
    return f"    <item>\n      {elements}\n    </item>\n".encode()


_write_kept_atom_entry = lru_cache(_KEPT_ENTRIES)(_write_atom_entry)
_write_kept_rss_item = lru_cache(_KEPT_ENTRIES)(_write_rss_item)


def _write_atom_elements(entry: Entry, style: EntryStyle) -> Iterator[str]:
    """Write the elements that a person should see first in the document first."""
    url, scheme = entry_url(entry, style.link_choice), style.category_scheme
    yield f'<title type="text">{escape_text(entry.title)}</title>'
    yield f'<link href="{escape_attribute(url)}" rel="alternate" type="text/html"/>'
    yield from _write_links("link", entry, url)
    yield write_element("id", entry.find_id(Format.ATOM))
    yield write_element("published", format_rfc3339(entry.published))
    yield write_element("updated", format_rfc3339(entry.updated))
    for name in entry.authors or (entry.provider.name,):
        yield f"<author>\n      {write_element('name', name)}\n    </author>"
    for category in entry.categories:
        term, label = escape_attribute(category.term), escape_attribute(category.label)
        yield f'<category term="{term}" scheme="{scheme}" label="{label}"/>'
    if entry.summary and not is_same_text(entry.body, entry.summary):
        yield f'<summary type="text">{escape_text(make_summary(entry, language=style.language))}</summary>'
    content = write_content(entry, style.link_choice, language=style.language)
    yield f'<content type="html">{escape_text(content)}</content>'
    if entry.image:
        yield from write_media(entry.image)


def _write_rss_elements(entry: Entry, style: EntryStyle) -> Iterator[str]:
    url, scheme = entry_url(entry, style.link_choice), style.category_scheme
    yield f"<title>{write_numerically(escape_text(escape_ambiguous(entry.title)))}</title>"
    yield write_element("link", url)
    yield write_element("description", escape_ambiguous(make_excerpt(entry, language=style.language)))
    yield write_element("content:encoded", write_content(entry, style.link_choice, language=style.language))
    yield _write_guid(entry, url)
    for category in entry.categories:
        yield f'<category domain="{scheme}">{_escape_name(category.label or category.term)}</category>'
    if provider_url := write_provider_url(entry.provider):
        yield f'<source url="{escape_attribute(provider_url)}">{_escape_name(entry.provider.name)}</source>'
    yield write_element("pubDate", format_rfc822(entry.published))
    if entry.corrections:
        # RSS has no date of its own for changes; feed readers know either of these.
        yield write_element("atom:updated", format_rfc3339(entry.updated))
        yield write_element("dcterms:modified", format_rfc3339(entry.updated))
    for name in entry.authors or (entry.provider.name,):
        yield f"<dc:creator>{_escape_name(name)}</dc:creator>"
    if _has_own_language(entry, style):
        yield write_element("dc:language", entry.language)
    if entry.image:
        yield from write_media(entry.image)
    yield from _write_links("atom:link", entry, url)


def _write_guid(entry: Entry, url: str) -> str:
    id = entry.find_id(Format.RSS)
    given = entry.adopted.is_permalink if entry.adopted else None
    is_permalink = id == url if given is None else given
    return f'<guid isPermaLink="{"true" if is_permalink else "false"}">{escape_text(id)}</guid>'


def _write_links(element: str, entry: Entry, url: str) -> Iterator[str]:
    links = [("related", reference.url, reference.title) for reference in (*entry.coverage, *entry.leads)]
    if entry.via_url and entry.via_url != url:
        links.append(("via", entry.via_url, entry.provider.name))
    for rel, href, title in links:
        yield f'<{element} href="{escape_attribute(href)}" rel="{rel}" title="{escape_attribute(title)}"/>'


def _has_own_language(entry: Entry, style: EntryStyle) -> bool:
    return entry.language not in ("", style.language)


def _escape_name(name: str) -> str:
    return write_ambiguous_numerically(escape_text(escape_ambiguous(name)))
