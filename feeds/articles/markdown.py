"""Render Markdown as HTML; only this module imports pyromark."""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from string import punctuation

from pyromark import Markdown, Options

_SYNTAX = (
    Options.ENABLE_TABLES | Options.ENABLE_FOOTNOTES | Options.ENABLE_STRIKETHROUGH | Options.ENABLE_DEFINITION_LIST
)
_markdown = Markdown(options=_SYNTAX)
_markdown_with_formulas = Markdown(options=_SYNTAX | Options.ENABLE_MATH)

_FORMULA_MARK = "$$"
_AUTOLINKS = frozenset(("Autolink", "Email"))
_LINKS = ("Link", "Image")
_INDENTED_CODE = {"CodeBlock": "Indented"}
_BLOCKS = frozenset(
    ("BlockQuote", "CodeBlock", "DefinitionList", "FootnoteDefinition", "Heading", "List", "Paragraph", "Table")
)
_ESCAPES = str.maketrans({character: f"\\{character}" for character in punctuation})
_CELL_END, _ROW_END = {"End": "TableCell"}, {"End": "TableRow"}
# A definition of `#` or `<>` is a way to write a comment.
_DEFINITION = re.compile(rb"^ {0,3}\[((?:[^\[\]\\]|\\.)+)\]:(?!\s*(?:#|<>))", re.MULTILINE | re.DOTALL)
_SPELLED_MARK = _FORMULA_MARK.translate(_ESCAPES)


def render_markdown(text: str) -> str:
    """Render CommonMark with tables, footnotes, ~~deletions~~ and definition lists as HTML of any safety.

    A formula between `$$` stays as typed.
    """
    return _markdown.html(_protect_formulas(text) if _FORMULA_MARK in text else text)


def _protect_formulas(text: str) -> str:
    # A formula between single dollar signs is not distinguished from prices.
    data = text.encode()
    parts: list[str] = []
    end = 0
    for event, place in _markdown_with_formulas.events_with_range(text):
        formula = event.get("DisplayMath") if isinstance(event, dict) else None
        if isinstance(formula, str):
            spelled = " ".join(formula.split()).translate(_ESCAPES)
            parts += data[end : place["start"]].decode(), _SPELLED_MARK, spelled, _SPELLED_MARK
            end = place["end"]
    return "".join([*parts, data[end:].decode()])


def has_indented_html(text: str) -> bool:
    """Return whether a text whose words are all inside HTML elements would show its tags as code, being indented.

    If the text has paragraphs or other blocks of Markdown as well, only tags in the indented parts count. HTML has no
    links like `<https://example.org>`.
    """
    has_code = has_tags = has_other_blocks = False
    for event, content in pairwise(_markdown.events(text)):
        block = event.get("Start") if isinstance(event, dict) else None
        name = next(iter(block)) if isinstance(block, dict) else block
        if block == _INDENTED_CODE:
            has_code = True
            has_tags = has_tags or "<" in str(content)
        elif isinstance(block, dict) and _is_autolink(block):
            return False
        elif name in _BLOCKS and "InlineHtml" not in content:
            has_other_blocks = True
    return has_tags or (has_code and not has_other_blocks)


def _is_autolink(block: Mapping[str, object]) -> bool:
    link = block.get("Link")
    return isinstance(link, dict) and link["link_type"] in _AUTOLINKS


def find_code(text: str) -> list[tuple[int, int]]:
    """Return the start and end of each span and block of code, in order."""
    data = text.encode()
    result = []
    index = read = 0
    for start, end in _list_code(text):
        index += len(data[read:start].decode())
        length = len(data[start:end].decode())
        result.append((index, index + length))
        index, read = index + length, end
    return result


def _list_code(text: str) -> Iterator[tuple[int, int]]:
    for event, place in _markdown.events_with_range(text):
        start = event.get("Start") if isinstance(event, dict) else None
        if (isinstance(start, dict) and "CodeBlock" in start) or (isinstance(event, dict) and "Code" in event):
            yield place["start"], place["end"]


def find_extra_cell(text: str) -> int | None:
    """Return where the first cell is that has words but no column, because Markdown leaves it out."""
    data = text.encode()
    cell_end = 0
    for event, place in _markdown.events_with_range(text):
        if event == _CELL_END:
            cell_end = place["end"]
        elif event == _ROW_END and (rest := data[cell_end : place["end"]].strip(b"| \t\r\n")):
            return len(data[: data.index(rest, cell_end)].decode())
    return None


def find_unused_definition(text: str) -> int | None:
    """Return where the first definition of a link is that no link uses, because Markdown shows nothing of it.

    Definitions inside lists and quotes are not searched.
    """
    data = text.encode()
    if not _DEFINITION.search(data):
        return None
    gaps, used = _read_gaps(text)
    for start, end in gaps:
        for definition in _DEFINITION.finditer(data, start, end):
            if _fold(definition[1].decode()) not in used:
                return len(data[: definition.start(1) - 1].decode())
    return None


def _read_gaps(text: str) -> tuple[list[tuple[int, int]], set[str]]:
    """Return the start and end of the text between blocks, in bytes, and the labels of all links."""
    gaps, used = [], set[str]()
    end = depth = 0
    for event, place in _markdown.events_with_range(text):
        if not isinstance(event, dict):
            continue
        if "Start" in event:
            if depth == 0 and place["start"] > end:
                gaps.append((end, place["start"]))
            depth += 1
            used.update(map(_fold, _list_labels(event["Start"])))
        elif "End" in event:
            depth -= 1
            end = place["end"]
    return [*gaps, (end, len(text.encode()))], used


def _list_labels(block: object) -> Iterator[str]:
    if isinstance(block, dict):
        yield from (link["id"] for name in _LINKS if (link := block.get(name)))


def _fold(label: str) -> str:
    return " ".join(label.casefold().split())
