"""Read and write the query string of the lists of topics and publishers: a text to find in names."""

import unicodedata
from urllib.parse import parse_qsl, quote_plus

FIND = "find"
"""The parameter with the text."""

MAX_FIND_CHARACTERS = 100
"""The number of characters of a text that count."""


def read_find(query_string: str) -> str:
    """Read the text from a percent-encoded query string, with single spaces inside; empty without a text.

    Any query string is accepted: control characters and invisible characters are dropped, and of several texts the
    first counts.
    """
    texts = (_clean(text) for name, text in parse_qsl(query_string) if name == FIND)
    return next(filter(None, texts), "")


def write_find(text: str) -> str:
    """Write the canonical query string for a text, percent-encoded; empty without a text."""
    return f"{FIND}={quote_plus(text)}" if text else ""


def _clean(text: str) -> str:
    words = unicodedata.normalize("NFC", text).split()
    printable = "".join(each for each in " ".join(words) if each.isprintable())
    return " ".join(printable[:MAX_FIND_CHARACTERS].split())
