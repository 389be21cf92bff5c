"""Read the words of elements that feeds cannot show: formulas, drawings and controls of forms."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from feeds.model.html_tree import TEXT, Node, iter_children, read_text

# The same formula in another notation.
_FORMULA_SOURCES = frozenset(("annotation", "annotation-xml"))
_UNDRAWN_TAGS = frozenset(("desc", "metadata", "script", "style", "title"))
_TYPED_INPUTS = frozenset(("button", "email", "number", "reset", "search", "submit", "tel", "text", "url"))


def read_formula(formula: Node) -> str:
    """Return the symbols of a MathML formula, with blanks in between."""
    return " ".join(_list_words(formula, without=_FORMULA_SOURCES)) or formula.attributes.get("alttext") or ""


def read_drawing(drawing: Node) -> str:
    """Return the words inside an SVG drawing."""
    return " ".join(_list_words(drawing, without=_UNDRAWN_TAGS))


def read_input(control: Node) -> str:
    """Return the words that an `<input>` shows; empty for a hidden one or a password."""
    attributes = control.attributes
    return (
        attributes.get("value") or attributes.get("placeholder") or "" if _read_type(control) in _TYPED_INPUTS else ""
    )


def is_picture_input(control: Node) -> bool:
    """Return whether an `<input>` is a picture."""
    return _read_type(control) == "image"


def _read_type(control: Node) -> str:
    return (control.attributes.get("type") or "text").lower()


def _list_words(element: Node, *, without: AbstractSet[str]) -> Iterator[str]:
    for child in iter_children(element):
        if child.tag == TEXT:
            yield from read_text(child).split()
        elif child.tag not in without:
            yield from _list_words(child, without=without)
