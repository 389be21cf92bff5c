"""Render Markdown as HTML; only this module imports pyromark."""

from collections.abc import Mapping
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
_INDENTED_CODE = {"CodeBlock": "Indented"}
_BLOCKS = frozenset(
    ("BlockQuote", "CodeBlock", "DefinitionList", "FootnoteDefinition", "Heading", "List", "Paragraph", "Table")
)
_ESCAPES = str.maketrans({character: f"\\{character}" for character in punctuation})
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
