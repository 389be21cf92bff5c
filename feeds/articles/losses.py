"""Record what the body of an article loses on its way into a feed, and find the place in the file."""

from collections.abc import Iterator
from enum import Enum

from feeds.articles.source import Source
from feeds.model.errors import Level, Problem
from feeds.model.html_tree import Node

_ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_AFTER_NAME = frozenset(" \t\n\r\f/>")


class Loss(Enum):
    """A kind of loss: the code and the message of its problem."""

    PICTURE = ("lost-picture", "A picture without a usable http(s) address is left out; give its file an address.")
    BACKGROUND = (
        "lost-background",
        "A background picture is left out; use <img> if it matters.",
    )
    LINK = ("lost-link", "A link loses its address, and only its text stays; use http(s), mailto, tel or sms.")
    PLAYER = ("lost-player", "A player without an http(s) address is left out; give it an address, or remove it.")
    LINKED_PLAYER = ("linked-player", "A player becomes a link, because feeds can show no player of this site.")
    FRAME = ("lost-frame", "A frame whose content is an attribute is left out; write the content into the body.")
    SCRIPT = ("lost-script", "A script is left out, because feeds run none; write what it shows as text or pictures.")
    DRAWING = ("lost-drawing", "A drawing is left out, and only its text stays; use a picture file instead.")
    ELEMENT = ("unknown-tag", "An unknown tag is left out, and only its content stays; write &lt; if it is no tag.")
    END = ("open-end", "The end of the body is hidden by a tag, comment or element without an end; close it.")
    CDATA = ("lost-cdata", "The text between `<![CDATA[` and the next `>` is hidden, as in browsers; remove the mark.")
    CELL = ("lost-cell", "A table has a row with more cells than its head; add a column, or write \\| for a bar.")
    DEFINITION = (
        "unused-link",
        "A definition of a link is left out, because no link uses it; use or remove it.",
    )
    FORMULA = ("plain-formula", "A formula is shown as plain text; use a picture if its layout matters.")


class LossRecorder:
    """Collect the losses of one body."""

    def __init__(self) -> None:
        self._places: dict[Loss, list[Node | int | None]] = {}

    @property
    def has_any(self) -> bool:
        """Whether there is any loss."""
        return bool(self._places)

    def add(self, loss: Loss, place: Node | int | None) -> None:
        """Record a loss at an element, at a character of the body, or at an unknown place."""
        self._places.setdefault(loss, []).append(place)

    def describe(self, source: Source) -> Iterator[Problem]:
        """Write one problem for each kind of loss, at the first place."""
        for loss, places in self._places.items():
            code, message = loss.value
            more = f" ({len(places):,} in all)" if len(places) > 1 else ""
            position = source.position_in_body(_find_start(source.body, places[0]))
            yield Problem(source.path, *position, Level.WARNING, code, f"{message[:-1]}{more}.")


def find_body_start(source: Source) -> tuple[int, int]:
    """Return the line and column of the first character of the body that is not blank."""
    return source.position_in_body(_skip_blanks(source.body))


def _skip_blanks(body: str) -> int:
    return len(body) - len(body.lstrip())


def _find_start(body: str, node: Node | int | None) -> int:
    """Return where an element starts in the body; the start of the body if the element is not spelled out there."""
    if node is None or isinstance(node, int):
        return _skip_blanks(body) if node is None else node
    tag = node.tag or ""
    places = list(_find_tags(body.translate(_ASCII_LOWER), f"<{tag}"))
    # A selector such as `o:p` would be invalid.
    nodes = [other for other in node.parser.css("*") if other.tag == tag]
    # The places are not parsed, so code and comments may contain more of them, and Markdown writes tags of its own.
    if len(places) != len(nodes):
        return _skip_blanks(body)
    return next(place for place, other in zip(places, nodes, strict=True) if other.mem_id == node.mem_id)


def _find_tags(text: str, start: str) -> Iterator[int]:
    place = text.find(start)
    while place >= 0:
        end = place + len(start)
        if text[end : end + 1] in _AFTER_NAME:
            yield place
        place = text.find(start, end)
