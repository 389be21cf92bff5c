"""Clean the plain texts of an article so that every format can carry them."""

import re
from html import unescape

# What XML 1.0 (section 2.2) cannot carry even escaped, and DEL and the C1 controls, which it discourages. U+0085 is a
# C1 control too, but counts as white space.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_TAG = re.compile('<(?:"[^"]*"|[^">])*>')


def strip_controls(text: str) -> str:
    """Drop the characters that XML 1.0 forbids or discourages; blanks, tabs and line ends stay."""
    return text if text.isprintable() else _FORBIDDEN.sub("", text)


def clean_text(text: str) -> str:
    """Make one line of plain text: no control characters, single blanks, none at the ends. Markup stays as typed."""
    # Most texts are clean; in printable ones the blank is the only white space, and asking is quicker than mending.
    if text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(strip_controls(text).split())


def strip_tags(html: str) -> str:
    """Give the text in sanitised HTML, in which every attribute is quoted, with blanks in place of the tags."""
    return unescape(_TAG.sub(" ", html))
