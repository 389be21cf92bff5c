"""Name the locale of a site as previews of links do: a language with its territory (the Open Graph protocol)."""

from functools import lru_cache
from importlib import import_module

from feeds.model.translation.texts import SOURCE_LANGUAGE

_SOURCE_LOCALE = "en_US"
_TERRITORY_LETTERS = 2


@lru_cache(maxsize=16)
def find_locale(language: str) -> str:
    """Return the locale of a BCP 47 tag such as `de_DE`, with the likely territory if the tag has none; else empty."""
    if language == SOURCE_LANGUAGE:
        return _SOURCE_LOCALE  # without Babel, which takes long to import
    primary, *subtags = language.split("-")
    likely = import_module("babel.core").get_global("likely_subtags").get(primary.lower(), "").split("_")[1:]
    territories = [each.upper() for each in (*subtags, *likely) if len(each) == _TERRITORY_LETTERS and each.isalpha()]
    return f"{primary.lower()}_{territories[0]}" if territories else ""
