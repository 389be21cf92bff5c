"""Find plain texts in files of JavaScript and TypeScript, of which nothing is executed."""

import re

_BLANKS = r"[^\S\n]*"  # within a line: a pattern that crosses lines needs quadratic time for many empty lines
_LINE_COMMENT = re.compile(rf"^{_BLANKS}//[^\n]*", re.MULTILINE)
_COMMENT = re.compile(rf"/\*(?:[^*]|\*(?!/))*+\*/|{_LINE_COMMENT.pattern}", re.MULTILINE)
_TEXT = r"(?:\"([^\"\n\\]*)\"|'([^'\n\\]*)'|`([^`\\$]*)`)"


def strip_comments(script: str) -> str:
    """Return a script without comments of whole lines and between `/*` and `*/`."""
    before, end, after = script.rpartition("*/")  # no `/*` after the last end has an end
    return _COMMENT.sub("", before + end) + _LINE_COMMENT.sub("", after)


def find_text(script: str, key: str) -> str:
    """Return the text of the first `key: "text"` in a script without comments; "" if its value is anything else.

    The text may be the last choice after a variable, as in `process.env.URL || "text"`.
    """
    choice = r"(?:[\w.]+\s*(?:\|\||\?\?)\s*)?"
    start = rf"(?:^|[{{,(;]){_BLANKS}[\"']?{re.escape(key)}[\"']?"
    match = re.search(rf"{start}\s*[:=]\s*{choice}{_TEXT}", script, re.MULTILINE)
    return next(filter(None, match.groups()), "") if match else ""


def find_arguments(script: str, function: str) -> list[str]:
    """Return the texts that a script passes to a function as first argument."""
    matches = re.finditer(rf"\b{re.escape(function)}\s*(?:<[^<>()\n]*>)?\(\s*{_TEXT}", script)
    return [next(filter(None, match.groups()), "") for match in matches]
