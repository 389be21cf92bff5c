"""Read the first heading of a body, and the excerpt that ends at a marker."""

import re

from feeds.articles.markdown import render_markdown
from feeds.articles.sanitize import sanitize_html
from feeds.model.excerpt import shorten
from feeds.model.html_text import extract_text

_MARKER = re.compile(r"<!--[ \t]*more[ \t]*-->", re.IGNORECASE)
# A regular expression without limits would take quadratic time for a long line of blanks or number signs.
_HEADING = re.compile(
    r"\s*+(?:#{1,3}[ \t]{1,9}([^\n]{1,300}?)[ \t]{0,9}#{0,9}[ \t]{0,9}"
    r"|([^\n]{1,300})\n[ \t]{0,3}={1,300}[ \t]{0,9})(?:\n|\Z)"
)
_MAX_EXCERPT_CHARACTERS = 1_000
_MAX_MARKED_CHARACTERS = 20_000


def find_first_heading(body: str) -> str:
    """Return the text of the heading with which a Markdown body starts; empty if it starts with anything else."""
    heading = _HEADING.match(body)
    return _read_words(heading[1] or heading[2]) if heading else ""


def find_marked_excerpt(body: str) -> str:
    """Return the text before the marker `<!--more-->`, shortened; empty without a marker."""
    marker = _MARKER.search(body)
    if marker is None or marker.start() > _MAX_MARKED_CHARACTERS:
        return ""
    return shorten(_read_words(body[: marker.start()]), _MAX_EXCERPT_CHARACTERS)


def _read_words(markdown: str) -> str:
    return extract_text(sanitize_html(render_markdown(markdown)))
