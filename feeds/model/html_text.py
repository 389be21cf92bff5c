"""Read the text of sanitised HTML."""

import re
from collections.abc import Iterable, Iterator
from html import unescape

from feeds.model.html_tree import TEXT, Node, iter_children, parse_clean_html, read_text
from feeds.model.text import clean_text

_INLINE_NAMES = (
    "a abbr b bdi bdo cite code del dfn em i ins kbd mark q rp rt ruby s samp small span strong sub sup time u var wbr"
)
INLINE_TAGS = frozenset(_INLINE_NAMES.split())
"""The elements of sanitised HTML within a word or a line; all other elements separate words."""

# Their text shows only where the player does not.
_PLAYER_TAGS = frozenset(("audio", "iframe", "video"))

_NOT_SHOWN = re.compile("<(!|audio|iframe|video)")
_TAG = re.compile('<(?:[^">]|"[^"]*")*>')  # sanitised HTML has only double quotation marks around values

_MIN_LONG_HTML = 2_048
_TAG_CHARACTERS = 1_024  # enough for a link around a picture


def extract_text(html: str, *, characters: int | None = None) -> str:
    """Return the text on one line, with a blank between blocks; with `characters`, only a start of at least this many.

    The text has no characters that XML 1.0 (section 2.2) forbids.
    """
    pieces: list[str] = []
    length = 0
    for piece in _iter_pieces(parse_clean_html(html)):
        pieces.append(piece)
        length += len("".join(clean_text(piece).split()))
        if characters is not None and length > characters:
            break
    return clean_text("".join(pieces))


def is_same_text(html: str, text: str) -> bool:
    """Return whether `text` is the whole text of sanitised HTML."""
    if len(html) < len(text):
        return False
    # Most bodies begin with another text, and parsing takes ten times as long as a look at the start.
    end = html.rfind("<", 0, _TAG_CHARACTERS + 2 * len(text)) if len(html) > _MIN_LONG_HTML else 0
    return _can_begin(html[: max(end, 0)], text) and extract_text(html, characters=len(text)) == text


def _can_begin(html: str, text: str) -> bool:
    """Return False if no sanitised HTML that begins with `html`, up to a tag, has this text; otherwise mostly True."""
    if _NOT_SHOWN.search(html):
        return True
    return _join_letters(text).startswith(_join_letters(unescape(_TAG.sub("", html))))


def _join_letters(text: str) -> str:
    return "".join(clean_text(text).split())


def _iter_pieces(nodes: Iterable[Node]) -> Iterator[str]:
    for node in nodes:
        if node.tag == TEXT:
            yield read_text(node)
            continue
        is_inline = node.tag in INLINE_TAGS
        if not is_inline:
            yield " "
        if node.tag not in _PLAYER_TAGS:
            yield from _iter_pieces(iter_children(node))
        if not is_inline:
            yield " "
