"""Convert the tree of a body into elements that feeds can show, and record what is lost."""

from collections.abc import Callable, Iterable, Mapping

from feeds.articles.addresses import resolve_address, resolve_link
from feeds.articles.anchors import Anchors
from feeds.articles.html_output import LINK_REL, HtmlOutput, write_attributes
from feeds.articles.losses import Loss, LossRecorder
from feeds.articles.media_converter import MediaConverter
from feeds.articles.node_texts import is_picture_input, read_drawing, read_formula, read_input
from feeds.articles.sanitize import ATTRIBUTES, TAGS, URL_ATTRIBUTES
from feeds.model.html_text import INLINE_TAGS
from feeds.model.html_tree import TEXT, Node, iter_children, read_text
from feeds.model.text import strip_controls

# Elements that readers treat as unknown, in words that they know.
_RENAMED = {
    "acronym": "abbr",
    "address": "div",
    "article": "div",
    "center": "div",
    "dialog": "div",
    "dir": "ul",
    "fieldset": "div",
    "form": "div",
    "hgroup": "div",
    "legend": "div",
    "listing": "pre",
    "main": "div",
    "menu": "ul",
    "nav": "div",
    "plaintext": "pre",
    "search": "div",
    "strike": "s",
    "tt": "code",
    "xmp": "pre",
}
# Browsers show nothing of these.
_INVISIBLE_NAMES = "area base datalist head link meta noembed noframes param style template title"
_INVISIBLE_TAGS = frozenset(_INVISIBLE_NAMES.split())
_VOID_TAGS = frozenset(("br", "col", "hr", "wbr"))
# Their words are next to other words without a blank in between.
_CONTROL_TAGS = frozenset(("button", "marquee", "optgroup", "option", "output", "select", "textarea"))
# Elements that readers treat as unknown, and whose content shows as it is.
_TRANSPARENT_NAMES = "basefont big blink canvas data font label map meter nobr progress rb rtc slot"
_TRANSPARENT_TAGS = frozenset(_TRANSPARENT_NAMES.split())
_ALIGNMENTS = frozenset(("center", "justify", "left", "right"))
# The Markdown renderer writes the cells of a row on one line; people and most other renderers write one cell a line.
_BREAK_AFTER_START = frozenset(("table", "thead", "tr"))
_BREAK_AFTER_END = frozenset(("tbody", "td", "th", "thead"))
_SHARED_ATTRIBUTES = frozenset(("dir", "lang", "title"))
_NO_ATTRIBUTES: frozenset[str] = frozenset()

# The classes that the Markdown renderer gives to the parts of footnotes.
_NOTE_REFERENCE = "footnote-reference"
_NOTE_DEFINITION = "footnote-definition"
_NOTE_LABEL = "footnote-definition-label"
_BACK_LINK_TEXT = "↩"


class BodyConverter:
    """Write a tree into an output."""

    def __init__(self, nodes: Iterable[Node], base_url: str, *, output: HtmlOutput, losses: LossRecorder) -> None:
        self._nodes = list(nodes)
        self._base_url = base_url
        self._output = output
        self._losses = losses
        self._anchors = Anchors(self._nodes, base_url)
        self._notes: list[Node] = []
        self._breaks_tables = False
        self._media = MediaConverter(
            self._nodes, base_url, output=output, losses=losses, convert_node=self._convert_node
        )
        self._converters: Mapping[str, Callable[[Node], None]] = {
            "a": self._convert_link,
            "div": self._convert_division,
            "input": self._convert_input,
            "math": self._convert_formula,
            "script": self._drop_script,
            "sup": self._convert_superscript,
            "svg": self._convert_drawing,
            "table": self._convert_table,
            **self._media.converters,
        }

    def convert(self) -> None:
        """Write all nodes, and the footnotes after them."""
        for node in self._nodes:
            self._convert_node(node)
        self._write_notes()

    def _convert_children(self, node: Node) -> None:
        for child in iter_children(node):
            self._convert_node(child)

    def _convert_node(self, node: Node) -> None:
        tag = node.tag or ""
        if tag == TEXT:
            self._output.add_text(strip_controls(read_text(node)))
            return
        attributes = node.attributes
        if "hidden" in attributes or tag in _INVISIBLE_TAGS:
            return
        if "background" in attributes or _has_background(attributes.get("style") or ""):
            self._losses.add(Loss.BACKGROUND, node)
        if converter := self._converters.get(tag):
            converter(node)
        else:
            self._convert_element(node, _RENAMED.get(tag, tag))

    def _convert_element(self, node: Node, tag: str) -> None:
        if tag in _VOID_TAGS:
            self._output.add_void(tag, self._write_attributes(node, tag))
        elif tag in TAGS:
            self._keep(node, tag, self._write_attributes(node, tag))
        elif tag in _CONTROL_TAGS:
            self._output.add_text(f" {node.attributes.get('label') or ''} ")
            self._convert_children(node)
            self._output.add_text(" ")
        else:
            if tag not in _TRANSPARENT_TAGS:
                self._losses.add(Loss.ELEMENT, node)
            self._convert_children(node)

    def _convert_table(self, node: Node) -> None:
        outer, self._breaks_tables = self._breaks_tables, _is_markdown_table(node)
        self._convert_element(node, "table")
        self._breaks_tables = outer

    def _keep(self, node: Node, tag: str, attributes: str) -> None:
        self._output.start(tag, attributes)
        if self._breaks_tables and tag in _BREAK_AFTER_START:
            self._output.add_text("\n")
        if tag == "pre" and node.first_child and read_text(node.first_child).startswith("\n"):
            self._output.add_text("\n\n")  # the sanitiser and the reader each drop a line break there
        self._convert_children(node)
        self._output.end(is_block=tag not in INLINE_TAGS)
        if self._breaks_tables and (tag in _BREAK_AFTER_END or (tag == "tr" and node.next is None)):
            self._output.add_text("\n")

    def _write_attributes(self, node: Node, tag: str) -> str:
        allowed = ATTRIBUTES.get(tag, _NO_ATTRIBUTES)
        kept: dict[str, str | None] = {"id": self._anchors.place(node) or None}
        for name, value in node.attributes.items():
            if name in allowed or name in _SHARED_ATTRIBUTES:
                kept[name] = self._read_attribute(name, value or "")
        if "align" in allowed:
            kept["align"] = _read_alignment(node)
        return write_attributes(kept)

    def _read_attribute(self, name: str, value: str) -> str | None:
        if name in URL_ATTRIBUTES:
            return resolve_address(value, self._base_url) or None
        return strip_controls(value)

    def _convert_link(self, node: Node) -> None:
        address = node.attributes.get("href")
        anchor = self._anchors.find(address or "")
        url = f"#{anchor}" if anchor else resolve_link(address or "", self._base_url)
        if address and not url:
            self._losses.add(Loss.LINK, node)
        attributes = self._write_attributes(node, "a")
        if url:
            self._keep(node, "a", write_attributes({"href": url}) + attributes + LINK_REL)
        elif attributes:
            self._keep(node, "span", attributes)
        else:
            self._convert_children(node)

    def _convert_superscript(self, node: Node) -> None:
        link = node.first_child if node.attributes.get("class") == _NOTE_REFERENCE else None
        anchor = self._anchors.find(link.attributes.get("href") or "") if link else ""
        if not link or not anchor:
            self._convert_element(node, "sup")
            return
        self._output.start("sup", write_attributes({"id": self._anchors.place_name(f"{anchor}r") or None}))
        self._output.add_link(f"#{anchor}", f"[{strip_controls(link.text())}]")
        self._output.end(is_block=False)

    def _convert_division(self, node: Node) -> None:
        if node.attributes.get("class") == _NOTE_DEFINITION:
            self._notes.append(node)
        else:
            self._convert_element(node, "div")

    def _write_notes(self) -> None:
        """Write the footnotes as a numbered list; a footnote may contain further footnotes."""
        if not self._notes:
            return
        self._output.add_void("hr")
        self._output.start("ol")
        for note in self._notes:
            self._write_note(note)
        self._output.end(is_block=True)

    def _write_note(self, note: Node) -> None:
        anchor = self._anchors.place(note)
        self._output.start("li", write_attributes({"id": anchor or None}))
        for child in iter_children(note):
            if child.attributes.get("class") != _NOTE_LABEL:
                self._convert_node(child)
        if self._anchors.is_placed(f"{anchor}r"):
            self._output.add_link(f"#{anchor}r", _BACK_LINK_TEXT)
        self._output.end(is_block=True)

    def _convert_input(self, node: Node) -> None:
        if is_picture_input(node):
            self._media.convert_picture(node)
        else:
            self._output.add_text(f" {strip_controls(read_input(node))} ")

    def _convert_formula(self, node: Node) -> None:
        self._losses.add(Loss.FORMULA, node)
        self._output.add_text(strip_controls(f" {read_formula(node)} "))

    def _convert_drawing(self, node: Node) -> None:
        self._losses.add(Loss.DRAWING, node)
        self._output.add_text(strip_controls(f" {read_drawing(node)} "))

    def _drop_script(self, node: Node) -> None:
        self._losses.add(Loss.SCRIPT, node)


def _is_markdown_table(table: Node) -> bool:
    head = table.first_child
    body = head.next if head and head.tag == "thead" else None
    start = body.first_child if body else None
    return start is not None and start.tag == TEXT and read_text(start) == "\n"


def _has_background(style: str) -> bool:
    declarations = style.lower()
    return "background" in declarations and "url(" in declarations


def _read_alignment(node: Node) -> str | None:
    """Return the alignment of text in an element, as given by an attribute or a style."""
    attributes = node.attributes
    found = "center" if node.tag == "center" else attributes.get("align") or ""
    for declaration in (attributes.get("style") or "").split(";"):
        name, _, value = declaration.partition(":")
        if name.strip().lower() == "text-align":
            found = value.replace("!important", "")
    alignment = found.strip().lower()
    return alignment if alignment in _ALIGNMENTS else None
