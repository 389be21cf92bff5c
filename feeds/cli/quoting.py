"""Quote the line of a file that a problem is about, but never one that might hold what is secured."""

import re
from collections.abc import Sequence

from feeds.articles.files import read_file
from feeds.cli.terminal import blank_controls, clip, measure
from feeds.model.errors import ArticleError

_KEY = re.compile(r"[A-Za-z_]\w*:(?:\s|$)|---")
_ESCAPED_KEY = re.compile(r'"[^"\n]*\\[^"\n]*"\s*:')
_SECURED = re.compile(r"""^\W*secured|\bsecured["']?\s*(?:[:#]|$)""", re.IGNORECASE)
_SECURED_COMPLETE = re.compile(r"""secured:[ \t]+(?:"[^"\\]*"|'[^']*'|[\w+/=.~-]+)\s*""")


def read_quotable(path: str) -> list[str]:
    """Give the lines of a file, those that must not be shown, or cannot be, as empty ones.

    What follows `secured` is taken for a part of it up to the next key at the beginning of a line. Where its value is
    not complete on its line, it might end anywhere, and nothing of the file is shown.
    """
    try:
        text = read_file(path).decode(errors="replace")
    except ArticleError:
        return []
    if "\0" in text or _ESCAPED_KEY.search(text):  # in UTF-16, or spelled with escapes, the word would not be found
        return []
    return _hide_secured(text.split("\n"))


def _hide_secured(lines: Sequence[str]) -> list[str]:
    shown = []
    is_secured = False
    for line in lines:
        if _SECURED.search(line):
            if not _SECURED_COMPLETE.fullmatch(line):
                return []
            is_secured = True
        elif _KEY.match(line):
            is_secured = False
        shown.append("" if is_secured else line)
    return shown


def quote(lines: Sequence[str], line: int, column: int, *, columns: int) -> tuple[str, str] | None:
    """Give a line, and below it a caret under the character at `column`, both counted from 1; `columns` wide at most.

    None stands for a line that says nothing, such as the `---` before the front matter.
    """
    text = lines[line - 1].rstrip() if line <= len(lines) else ""
    if text.strip("\ufeff- \t") == "":
        return None
    gutter = f"    {line} | "
    part, before = _cut(blank_controls(text), column - 1, columns=columns - len(gutter))
    return gutter + part, f"{'| ':>{len(gutter)}}{'':{before}}^"


def _cut(text: str, index: int, *, columns: int) -> tuple[str, int]:
    """Give as much of a text around a character as there is room for, and how many columns stand before that one."""
    most_before = columns * 2 // 3
    start = max(0, index - most_before)
    while measure(text[start:index]) > most_before:
        start += 1
    ellipsis = "…" if start else ""
    part = clip(text[start : start + 2 * columns], columns - len(ellipsis))
    return ellipsis + part, len(ellipsis) + measure(text[start:index])
