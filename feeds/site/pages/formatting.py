"""Format dates, counts, excerpts and addresses for pages, and find the direction of a language."""

import re
from datetime import datetime

from markupsafe import Markup

from feeds.model.entry import Entry
from feeds.model.excerpt import shorten
from feeds.model.text import count_noun
from feeds.renderers.dates import format_day
from feeds.renderers.entry_html import excerpt_body

EXCERPT_CHARACTERS = 280

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
# Languages with more than a few million readers. A script subtag takes precedence (BCP 47).
_LEFTWARD_LANGUAGES = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
_LEFTWARD_SCRIPTS = frozenset({"adlm", "arab", "hebr", "nkoo", "syrc", "thaa"})


def write_time(timestamp: datetime) -> str:
    """Format an aware UTC timestamp for people, as `22 December 2020, 16:48 UTC`."""
    return f"{format_day(timestamp)}, {timestamp:%H:%M} UTC"


def write_duration(seconds: float) -> str:
    """Write about how long a time is, as `3 hours`."""
    name, unit_seconds = next((unit for unit in _UNITS if seconds >= unit[1]), _UNITS[-1])
    number = int(seconds // unit_seconds)
    return count_noun(number, name)


def write_count(count: int) -> str:
    """Write a number of entries, with the noun in singular or plural."""
    return count_noun(count, "entry")


def write_excerpt(entry: Entry) -> str:
    """Return the plain text to show under the title of a story; empty for a story without text."""
    return shorten(entry.summary, EXCERPT_CHARACTERS) or excerpt_body(entry, EXCERPT_CHARACTERS)


def allow_breaks(url: str) -> Markup:
    """Allow line breaks after the slashes of a URL. Copying the text gives the same URL."""
    return Markup("<wbr>").join(re.split("(?<=[^/]/)(?=[^/])", url))


def find_direction(language: str) -> str:
    """Return `rtl` for the BCP 47 tag of a language written from right to left, else `ltr`."""
    primary, *subtags = language.lower().split("-")
    scripts = [subtag for subtag in subtags if len(subtag) == 4 and subtag.isalpha()]  # noqa: PLR2004 as BCP 47 has it
    is_leftward = scripts[0] in _LEFTWARD_SCRIPTS if scripts else primary in _LEFTWARD_LANGUAGES
    return "rtl" if is_leftward else "ltr"
