"""Collect the HTML of a body, and find the place to cut it."""

from bisect import bisect_right
from collections.abc import Mapping
from html import escape, unescape

import msgspec

from feeds.model.excerpt import find_cut

_NBSP = "\xa0"
_BLANKS = str.maketrans("\t\n\r", "   ")

LINK_REL = ' rel="noopener noreferrer"'
"""The attribute of every link."""


class CutHtml(msgspec.Struct, frozen=True):
    """HTML that ends within a limit, and the HTML after that end, which lacks the start tags of open elements."""

    html: str
    rest: str = ""
    is_cut: bool = False


class _Place(msgspec.Struct, frozen=True):
    """A place between two pieces, the elements open there, and the bytes that are left."""

    pieces: int
    open_tags: tuple[str, ...]
    bytes_left: int


class HtmlOutput:
    """Pieces of HTML in order, and the last place to cut them so that a feed needs at most `max_bytes` for the start.

    A feed has HTML as text inside XML, so each `<` counts as `&lt;`.
    """

    def __init__(self, *, max_bytes: int) -> None:
        self.has_content = False
        self._pieces: list[str] = []
        self._open_tags: list[str] = []
        self._max_bytes = max_bytes
        self._bytes = 0  # closing tags of open elements included
        self._last_block: _Place | None = None
        self._end: _Place | None = None

    def add_text(self, text: str) -> None:
        """Add plain text."""
        if text:
            self.has_content = self.has_content or not text.isspace()
            self._add(_escape(text))

    def add_element(self, html: str) -> None:
        """Add a complete element such as a picture."""
        self.has_content = True
        self._add(html)

    def add_link(self, url: str, text: str) -> None:
        """Add a link to an absolute URL or to a place in the body."""
        self.start("a", write_attributes({"href": url}) + LINK_REL)
        self.add_text(text)
        self.end(is_block=False)

    def add_void(self, tag: str, attributes: str = "") -> None:
        """Add an element that has no content and shows nothing by itself."""
        self._add(f"<{tag}{attributes}>")

    def start(self, tag: str, attributes: str = "") -> None:
        """Add a start tag."""
        self._add(f"<{tag}{attributes}>", closing=_measure(f"</{tag}>"))
        self._open_tags.append(tag)

    def end(self, *, is_block: bool) -> None:
        """Add the end tag of the element that was started last."""
        tag = self._open_tags.pop()
        if tag == "p" and self._pieces[-1] == "<p>" and self._end is None:
            self._pieces.pop()  # what is left of a dropped element
        else:
            self._pieces.append(f"</{tag}>")
        if is_block and self._end is None:
            self._last_block = self._locate()

    def cut(self) -> CutHtml:
        """Return all HTML, cut if it is too large.

        The cut is at the end of a block, unless this would drop more than half: then between two words.
        """
        if self._end is None:
            return CutHtml("".join(self._pieces))
        block = self._last_block
        if block and block.bytes_left < self._max_bytes // 2:
            return self._cut_at(block, "", self._pieces[block.pieces :])
        first, *rest = self._pieces[self._end.pieces :]
        head, tail = ("", first) if first.startswith("<") else _split_text(first, self._end.bytes_left)
        return self._cut_at(self._end, head, [tail, *rest])

    def _add(self, piece: str, *, closing: int = 0) -> None:
        if self._end is None:
            size = self._bytes + _measure(piece) + closing
            if size > self._max_bytes:
                self._end = self._locate()
            self._bytes = size
        self._pieces.append(piece)

    def _locate(self) -> _Place:
        return _Place(len(self._pieces), tuple(self._open_tags), self._max_bytes - self._bytes)

    def _cut_at(self, place: _Place, last: str, rest: list[str]) -> CutHtml:
        closing = [f"</{tag}>" for tag in reversed(place.open_tags)]
        return CutHtml("".join([*self._pieces[: place.pieces], last, *closing]), "".join(rest), is_cut=True)


def write_attributes(attributes: Mapping[str, str | None]) -> str:
    """Write the attributes that are not None, each after a blank."""
    return "".join(f' {name}="{escape(value)}"' for name, value in attributes.items() if value is not None)


def _split_text(piece: str, max_bytes: int) -> tuple[str, str]:
    """Split escaped text between words, so that the start has at most this many bytes."""
    text = unescape(piece)
    fitting = bisect_right(range(len(text)), max_bytes, key=lambda size: _measure(_escape(text[:size]))) - 1
    end = find_cut(text.translate(_BLANKS), fitting)
    return _escape(text[:end]), _escape(text[end:])


def _escape(text: str) -> str:
    return escape(text, quote=False).replace(_NBSP, "&nbsp;")


def _measure(html: str) -> int:
    """Return the bytes that a feed needs, which has `&lt;` for `<`, `&gt;` for `>` and `&amp;` for `&`."""
    size = len(html) if html.isascii() else len(html.encode())
    return size + 3 * (html.count("<") + html.count(">")) + 4 * html.count("&")
