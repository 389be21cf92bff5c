"""Render the body of an article as safe HTML that keeps every word and picture, and report what is lost."""

from feeds.articles.html_converter import BodyConverter
from feeds.articles.html_output import HtmlOutput
from feeds.articles.losses import Loss, LossRecorder, find_body_start
from feeds.articles.markdown import find_extra_cell, find_unused_definition, has_indented_html, render_markdown
from feeds.articles.parsed import Body
from feeds.articles.sanitize import sanitize_html
from feeds.articles.source import Source
from feeds.model.errors import Level, Problem
from feeds.model.html_text import extract_text
from feeds.model.html_tree import TEXT, HtmlLimitError, Node, has_open_end, parse_html, read_text
from feeds.model.text import strip_controls
from feeds.model.tokenize import condense_words, split_both

_CDATA = "<![CDATA["

MAX_BODY_BYTES = 65_536
"""Maximum size of a body in a feed, where HTML is text inside XML. Readers refuse feeds of several MiB."""

# https://spec.commonmark.org/0.31.2/#html-blocks lists them too, with some obsolete ones.
_BLOCK_NAMES = (
    "address article aside blockquote center details dialog dir div dl fieldset figure footer form h1 h2 h3 h4 h5 h6"
    " header hr main menu nav ol p pre search section table ul"
)
_BLOCK_TAGS = frozenset(_BLOCK_NAMES.split())
_UNSEEN_TAGS = frozenset(("base", "link", "meta", "script", "style", "title"))


def render_body(source: Source, base_url: str) -> tuple[Body, tuple[Problem, ...]]:
    """Render the Markdown or HTML body of a file, and report what is lost.

    Addresses become absolute against `base_url`. A body that is too complex is an error.
    """
    text = strip_controls(source.body)
    if not text.strip():
        return Body(), ()
    try:
        nodes, html = _parse(text)
    except HtmlLimitError as error:
        message = f"The body has {error}; shorten or simplify it."
        return Body(), (_report(source, Level.ERROR, "too-complex", message),)
    output, losses = HtmlOutput(max_bytes=MAX_BODY_BYTES), LossRecorder()
    BodyConverter(nodes, base_url, output=output, losses=losses).convert()
    if "<" in text and has_open_end(html):
        losses.add(Loss.END, None)
    if _CDATA in html:
        losses.add(Loss.CDATA, text.find(_CDATA))
    if html != text:
        _find_lost_markdown(text, html, losses=losses)
    body = _finish(output)
    return body, (*losses.describe(source), *_check(body, source, is_explained=losses.has_any))


def _parse(text: str) -> tuple[list[Node], str]:
    """Parse a body as HTML if all of it is HTML, else as Markdown with HTML inside; return the nodes and their HTML."""
    tags = text.count("<")
    if text.lstrip().startswith("<") and has_indented_html(text):
        try:
            nodes = parse_html(text, tags_by_author=tags)
        except HtmlLimitError:
            nodes = []  # Markdown may contain many tags in code
        if _is_all_html(nodes):
            return nodes, text
    html = render_markdown(text)
    return parse_html(html, tags_by_author=tags), html


def _find_lost_markdown(text: str, html: str, *, losses: LossRecorder) -> None:
    """Record what the Markdown renderer leaves out."""
    if "<table>" in html and (place := find_extra_cell(text)) is not None:
        losses.add(Loss.CELL, place)
    if "]:" in text and (place := find_unused_definition(text)) is not None:
        losses.add(Loss.DEFINITION, place)


def _is_all_html(nodes: list[Node]) -> bool:
    """Return whether a text starts with a block element, and has no text outside elements."""
    seen = [node for node in nodes if node.tag not in _UNSEEN_TAGS and not (node.tag == TEXT and _is_blank(node))]
    return bool(seen) and seen[0].tag in _BLOCK_TAGS and all(node.tag != TEXT for node in seen)


def _is_blank(node: Node) -> bool:
    return not read_text(node).strip()


def _finish(output: HtmlOutput) -> Body:
    if not output.has_content:
        return Body()
    parts = output.cut()
    rest_words = condense_words(split_both(extract_text(parts.rest))[1]) if parts.is_cut else ()
    return Body(sanitize_html(parts.html).strip(), is_cut=parts.is_cut, rest_words=" ".join(rest_words))


def _check(body: Body, source: Source, *, is_explained: bool) -> list[Problem]:
    if body.is_cut:
        message = f"The body is cut in feeds after {MAX_BODY_BYTES // 1024} KiB, and ends with a link to the article."
        return [_report(source, Level.WARNING, "cut-body", message)]
    if not body.html and not is_explained:
        message = "The body has nothing that feeds can show safely; write Markdown or plain HTML."
        return [_report(source, Level.WARNING, "bad-body", message)]
    return []


def _report(source: Source, level: Level, code: str, message: str) -> Problem:
    return Problem(source.path, *find_body_start(source), level, code, message)
