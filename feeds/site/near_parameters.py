"""Find misspelled parameters in the query string of a page."""

from collections.abc import Collection
from urllib.parse import parse_qsl, urlencode

import msgspec

from feeds.model.parameter_codec import MAX_CHARACTERS
from feeds.model.query import PARAMETERS
from feeds.site.find_query import FIND
from feeds.site.similarity import find_similar
from feeds.site.urls import SORT

MIN_LETTERS = 5
"""The length of a parameter from which it may be misspelled: shorter ones resemble too many."""

KNOWN = (*PARAMETERS, SORT, FIND)
"""The parameters of pages."""

_MAX_LETTERS = 20
_TWO_ERRORS_FROM = 8


class NearParameter(msgspec.Struct, frozen=True):
    """An unknown parameter with its value, the known one that it resembles, and the query string with that instead."""

    given: str
    value: str
    meant: str
    query_string: str


def find_near_parameter(query_string: str, *, known: Collection[str] = KNOWN) -> NearParameter | None:
    """Return the first unknown parameter in an encoded query string that resembles a known one; None without any.

    One letter may be wrong, or two in a longer name. A known parameter that is given too was not meant.
    """
    if len(query_string) > MAX_CHARACTERS:
        return None
    pairs = parse_qsl(query_string)
    given = {name for name, _text in pairs}
    for name, value in pairs:
        meant = _find_meant(name, known) if name not in known else ""
        if meant and meant not in given:
            corrected = [(meant if each == name else each, text) for each, text in pairs]
            return NearParameter(name, value, meant, urlencode(corrected, safe=",+!*"))
    return None


def _find_meant(name: str, known: Collection[str]) -> str:
    if not MIN_LETTERS <= len(name) <= _MAX_LETTERS:
        return ""
    choices = list(known)
    allowed = 2 if len(name) >= _TWO_ERRORS_FROM else 1
    found = find_similar(name.lower(), choices, minimum=1 - (allowed + 0.5) / len(name), limit=1)
    return choices[found[0][0]] if found else ""
