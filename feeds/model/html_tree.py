"""Parse HTML as browsers do (https://html.spec.whatwg.org/multipage/parsing.html); only this module imports selectolax.

Any parser that follows the standard can be slow: each unclosed `<b>` is repeated in every later paragraph, each end tag
is compared with every open element, and each attribute with all others of its element. So a long text is parsed as a
series of prefixes, each a little longer than the one before, and refused as soon as a prefix exceeds a limit.
"""

from collections.abc import Iterator
from typing import TypeAlias

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode

Node: TypeAlias = LexborNode
"""A node of the tree; only read nodes, never change them."""

TEXT = "-text"
"""The `tag` of a text node."""

MAX_ELEMENTS = 50_000
MAX_DEPTH = 100
MAX_ATTRIBUTES = 200
MAX_TEMPLATES = 100
MAX_TAGS = 120_000

# The `<br>` keeps a `<frameset>` from replacing the body.
_OPENING = "<!DOCTYPE html><body><br>"
_OUTER_ELEMENTS = 4  # html, head, body, br
# Ends a tag at any place inside it; the text after it makes the parser repeat all unclosed elements such as `<b>`.
_CLOSING = "'\">x"
# Shows where the next element would be; the text of these elements is visible.
_END, _END_SELECTOR, _TEXT_SELECTOR = "<wbr data-end>", "wbr[data-end]", "plaintext, textarea, xmp"
_TOO_DEEP = ">".join("*" * (MAX_DEPTH + 3))  # html and body, and one too many
_WITHOUT_EVENTS = LexborDocumentOptions.WO_EVENTS.value  # else <selectedcontent> repeats an <option>

# A smaller text cannot exceed a limit: a tag adds two levels at most, and may repeat each tag before it.
_SAFE_TAGS = 40
_SAFE_CHARACTERS = 400

_MIN_PREFIX_CHARACTERS = 32_768
_MAX_PREFIXES = 64  # by characters
_MIN_PREFIX_TAGS = 1_000
_MAX_PREFIX_REPEATS = 200_000
_MIN_PREFIX_DIVISOR = 20


class HtmlLimitError(ValueError):
    """HTML exceeds a limit; the text is a sentence that names it."""


def parse_html(html: str, *, tags_by_author: int) -> list[Node]:
    """Parse an HTML fragment of any origin, and return its top-level nodes.

    `tags_by_author` is the maximum number of tags that may be out of place; all other tags are known to match.

    Raises:
        HtmlLimitError: the fragment has too many elements, attributes or levels.
    """
    tags = html.count("<")
    if tags <= _SAFE_TAGS and len(html) <= _SAFE_CHARACTERS:
        return parse_clean_html(html)
    if tags > MAX_TAGS:
        raise HtmlLimitError(f"more than {MAX_TAGS:,} tags")
    # The depth of templates is not checked below, because their content is no part of the tree.
    if html.lower().count("<template") > MAX_TEMPLATES:
        raise HtmlLimitError(f"more than {MAX_TEMPLATES} <template> elements")
    for end in _list_prefixes(html, min(tags, tags_by_author)):
        _check(_parse(html[:end] + _CLOSING))
    tree = _parse(html)
    _check(tree)
    return _list_nodes(tree)


def parse_clean_html(html: str) -> list[Node]:
    """Parse a fragment that is already sanitised, and return its top-level nodes."""
    return _list_nodes(_parse(html))


def has_open_end(html: str) -> bool:
    """Return whether a fragment ends in a tag, a comment or a hidden element such as `<style>` that has no end.

    Only for a fragment within the limits of `parse_html`.
    """
    tree = _parse(html + _END)
    return not tree.css_first(_END_SELECTOR) and not any(
        node.text().endswith(_END) for node in tree.css(_TEXT_SELECTOR)
    )


def iter_children(node: Node) -> Iterator[Node]:
    """Return the child elements and texts of a node, without comments and instructions such as `<?php ?>`."""
    return (child for child in node.iter(include_text=True) if child.tag and not child.is_comment_node)


def read_text(node: Node) -> str:
    """Return the text of a text node."""
    return node.text_content or ""


def _parse(html: str) -> LexborHTMLParser:
    return LexborHTMLParser(_OPENING + html, options=_WITHOUT_EVENTS)


def _list_nodes(tree: LexborHTMLParser) -> list[Node]:
    nodes = list(iter_children(tree.body)) if tree.body else []
    return nodes[1:]


def _list_prefixes(html: str, tags_by_author: int) -> Iterator[int]:
    """Return the ends of prefixes, each some tags or characters after the one before, without the whole text."""
    # In a prefix, each new tag may repeat all unclosed elements.
    tags = max(_MIN_PREFIX_TAGS, _MAX_PREFIX_REPEATS // (tags_by_author + _MIN_PREFIX_DIVISOR))
    characters = max(_MIN_PREFIX_CHARACTERS, len(html) // _MAX_PREFIXES) if tags_by_author else len(html)
    start = 0
    while (end := _find_end(html, start, tags=tags, characters=characters)) < len(html):
        yield end
        start = end


def _find_end(html: str, start: int, *, tags: int, characters: int) -> int:
    end = min(start + characters, len(html))
    if html.count("<", start, end) <= tags:
        return end
    parts = html[start:end].split("<", tags)
    return end - len(parts[-1]) - 1


def _check(tree: LexborHTMLParser) -> None:
    elements = tree.css("*")
    if len(elements) > MAX_ELEMENTS + _OUTER_ELEMENTS:
        raise HtmlLimitError(f"more than {MAX_ELEMENTS:,} elements")
    if max(len(element.attrs) for element in elements) > MAX_ATTRIBUTES:
        raise HtmlLimitError(f"an element with more than {MAX_ATTRIBUTES} attributes")
    if tree.css_first(_TOO_DEEP):
        raise HtmlLimitError(f"elements nested more than {MAX_DEPTH} levels deep")
