"""Clean the plain texts of an article for every feed format."""

import re
from html import unescape

# The characters that XML 1.0 (section 2.2) forbids even escaped, and DEL and the C1 controls, which XML discourages.
# U+0085 is a C1 control too, but counts as white space.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_TAG = re.compile('<(?:"[^"]*"|[^">])*>')


def strip_controls(text: str) -> str:
    """Drop the characters that XML 1.0 forbids or discourages; keep blanks, tabs and line ends."""
    return text if text.isprintable() else _FORBIDDEN.sub("", text)


def clean_text(text: str) -> str:
    """Make one line of plain text, without control characters, with single blanks inside. Markup stays as typed."""
    # Most texts are clean, and a check is faster than cleaning. In printable text, the blank is the only white space.
    if text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(strip_controls(text).split())


def strip_tags(html: str) -> str:
    """Replace the tags of sanitised HTML by blanks. Every attribute in sanitised HTML has quotes."""
    return unescape(_TAG.sub(" ", html))
