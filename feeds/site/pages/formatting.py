"""Write for people: dates, counts, excerpts, and which way a language runs."""

import re
from datetime import datetime
from textwrap import shorten

from markupsafe import Markup

from feeds.model.entry import Entry
from feeds.renderers.entry_html import extract_text

EXCERPT_CHARACTERS = 280

# The process's locale has its own names for months, and must not change a page's bytes.
_MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
# Of the languages with more than a few million readers; script subtags go before (BCP 47).
_LEFTWARD_LANGUAGES = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
_LEFTWARD_SCRIPTS = frozenset({"adlm", "arab", "hebr", "nkoo", "syrc", "thaa"})


def write_date(timestamp: datetime) -> str:
    """Write the day of an aware UTC moment as people do: 22 December 2020."""
    return f"{timestamp.day} {_MONTHS[timestamp.month - 1]} {timestamp.year}"


def write_count(count: int) -> str:
    """Write how many entries there are."""
    return f"{count:,} {'entry' if count == 1 else 'entries'}"


def write_excerpt(entry: Entry) -> str:
    """Give the plain text to show under a story's title; empty where there is none."""
    return shorten(entry.summary or extract_text(entry.body), EXCERPT_CHARACTERS, placeholder="…")


def allow_breaks(url: str) -> Markup:
    """Let an address be broken into lines behind its slashes; copied, it is the same."""
    return Markup("<wbr>").join(re.split("(?<=[^/]/)(?=[^/])", url))


def find_direction(language: str) -> str:
    """Give `rtl` for a BCP 47 tag of a language written from right to left, else `ltr`."""
    primary, *subtags = language.lower().split("-")
    scripts = [subtag for subtag in subtags if len(subtag) == 4 and subtag.isalpha()]  # noqa: PLR2004 as BCP 47 has it
    is_leftward = scripts[0] in _LEFTWARD_SCRIPTS if scripts else primary in _LEFTWARD_LANGUAGES
    return "rtl" if is_leftward else "ltr"
