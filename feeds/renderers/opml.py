"""Write a list of feeds as OPML 2.0 (http://opml.org/spec2.opml), which feed readers import in one step."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from lxml import etree

from feeds.model.text import strip_controls
from feeds.renderers.dates import format_rfc822
from feeds.renderers.plain_text import escape_ambiguous


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """A feed, or a group of feeds, which has no `xml_url`. A feed with children becomes the first feed of a group.

    `text` and `description` are plain text.
    """

    text: str
    xml_url: str = ""
    html_url: str = ""
    description: str = ""
    children: tuple["Outline", ...] = ()


def render_opml(
    title: str,
    outlines: Iterable[Outline],
    *,
    modified: datetime | None = None,
    comment: Sequence[str] = (),
) -> bytes:
    """Write `outlines` as a UTF-8 document in the given order. The date is aware, and comes from the data.

    OPML requires at least one outline. The lines of `comment` come before all elements, for people.
    """
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    _add_text(head, "title", title)
    _add_text(head, "dateModified", format_rfc822(modified) if modified else "")
    body = etree.SubElement(root, "body")
    for outline in outlines:
        _add_outline(body, outline)
    if comment:
        lines = "".join(f"\n  {strip_controls(line)}" for line in comment).replace("--", "-%2D")
        root.addprevious(etree.Comment(f"{lines}\n"))
    return etree.tostring(root.getroottree(), pretty_print=True, xml_declaration=True, encoding="UTF-8")


def _add_text(parent: etree._Element, name: str, text: str) -> None:
    if text:
        etree.SubElement(parent, name).text = escape_ambiguous(text)


def _add_outline(parent: etree._Element, outline: Outline) -> None:
    """Add a group, a feed, or both: readers treat an outline with `xmlUrl` as a feed and may ignore its children."""
    if outline.children:
        # Validators want a type for every outline; readers recognise a group by the missing `xmlUrl`.
        group = _add_element(parent, outline, type="folder")
        _add_feed(group, outline)
        for child in outline.children:
            _add_outline(group, child)
    else:
        _add_feed(parent, outline)


def _add_feed(parent: etree._Element, outline: Outline) -> None:
    if not outline.xml_url:
        return
    element = _add_element(parent, outline, type="rss")
    description = escape_ambiguous(outline.description)
    attributes = {"xmlUrl": outline.xml_url, "htmlUrl": outline.html_url, "description": description}
    for name, value in attributes.items():
        if value:
            element.set(name, value)


def _add_element(parent: etree._Element, outline: Outline, *, type: str) -> etree._Element:
    text = escape_ambiguous(outline.text)
    return etree.SubElement(parent, "outline", type=type, text=text, title=text)
