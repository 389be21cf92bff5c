"""Read and write the query string of the lists of topics and publishers: a text to find in names."""

import re
import unicodedata
from urllib.parse import quote_plus

from feeds.model.parameter_codec import Parameter, read_query

FIND = "find"
"""The parameter with the text."""

MAX_FIND_CHARACTERS = 100

# Keyboards of Persian and Indic scripts have joiners, which are no control characters. Names are compared without.
_JOINER = re.compile("%E2%80%8[CD]", re.IGNORECASE)


def read_find(query_string: str) -> str:
    """Read the text from a percent-encoded query string, with single spaces inside; empty without a text.

    Raises:
        BadRequestError: the text is too long or given twice, or contains control characters.
    """
    return str(read_query(_JOINER.sub("", query_string), _PARAMETERS).get(FIND, ""))


def write_find(text: str) -> str:
    """Write the canonical query string for a text, percent-encoded; empty without a text."""
    return f"{FIND}={quote_plus(text)}" if text else ""


def _read_text(text: str) -> str:
    text = " ".join(unicodedata.normalize("NFC", text).split())
    if len(text) > MAX_FIND_CHARACTERS:
        raise ValueError(f"expected at most {MAX_FIND_CHARACTERS} characters")
    return text


_PARAMETERS = {FIND: Parameter(FIND, FIND, _read_text)}
