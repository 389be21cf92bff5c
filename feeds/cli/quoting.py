"""Quote the line of a file with a problem, but never a line with a possible `secured` value."""

import re
from collections.abc import Sequence

from feeds.articles.files import read_file
from feeds.cli.terminal import clip, measure, replace_controls
from feeds.model.errors import ArticleError

_KEY = re.compile(r"[A-Za-z_]\w*:(?:\s|$)|---")
_ESCAPED_KEY = re.compile(r'"[^"\n]*\\[^"\n]*"\s*:')
_SECURED = re.compile(r"""^\W*secured|\bsecured["']?\s*(?:[:#]|$)""", re.IGNORECASE)
_SECURED_COMPLETE = re.compile(r"""secured:[ \t]+(?:"[^"\\]*"|'[^']*'|[\w+/=.~-]+)\s*""")


def read_quotable_lines(path: str) -> list[str]:
    """Return the lines of a file, with an empty line for each line to hide; return no lines for an unreadable file.

    Text after `secured` counts as part of the secret up to the next key at the beginning of a line. If the value of
    `secured` is incomplete on its line, the end of the secret is unknown, and no line of the file is shown.
    """
    try:
        text = read_file(path).decode(errors="replace")
    except ArticleError:
        return []
    if "\0" in text or _ESCAPED_KEY.search(text):  # UTF-16 or escapes could hide the key
        return []
    return _hide_secured(text.split("\n"))


def _hide_secured(lines: Sequence[str]) -> list[str]:
    visible = []
    is_secured = False
    for line in lines:
        if _SECURED.search(line):
            if not _SECURED_COMPLETE.fullmatch(line):
                return []
            is_secured = True
        elif _KEY.match(line):
            is_secured = False
        visible.append("" if is_secured else line)
    return visible


def quote_line(lines: Sequence[str], line: int, *, column: int, max_columns: int) -> tuple[str, str] | None:
    """Return a line and a caret for the line below, under the character at `column`.

    `line` and `column` count from 1; each returned text has at most `max_columns` columns. Return None for a line
    without content, such as the `---` before the front matter.
    """
    text = lines[line - 1].rstrip() if line <= len(lines) else ""
    if text.strip("\ufeff- \t") == "":
        return None
    gutter = f"    {line} | "
    part, caret_columns = _cut_around(replace_controls(text), column - 1, max_columns=max_columns - len(gutter))
    return gutter + part, f"{'| ':>{len(gutter)}}{'':{caret_columns}}^"


def _cut_around(text: str, index: int, *, max_columns: int) -> tuple[str, int]:
    """Return the part of a text around a character, cut to `max_columns`, and the columns before the character."""
    max_before = max_columns * 2 // 3
    start = max(0, index - max_before)
    while measure(text[start:index]) > max_before:
        start += 1
    ellipsis = "…" if start else ""
    part = clip(text[start : start + 2 * max_columns], max_columns - len(ellipsis))
    return ellipsis + part, len(ellipsis) + measure(text[start:index])
