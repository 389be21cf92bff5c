"""Spell the attributes of entries as words of the full-text index.

Every such word begins with a sign that no word of a text contains. Quality and heat are compared with a minimum digit
by digit, in base 4. For each digit of a figure there is a word for the digit, and one for each lower digit from 1 on,
together with all higher digits. A figure is above another one if and only if it has, at any digit of the other one, the
word for the next higher digit.
"""

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from feeds.catalog.rows import Record
from feeds.model.entry import Kind, fingerprint

SIGN = "§"
"""The first character of every attribute."""

EVERY = SIGN
"""The attribute of every entry and former version."""

ARTICLE = f"{SIGN}a"
"""The attribute of published articles."""

FIGURES_ONLY = f"{SIGN}f"
"""The attribute of former versions that were replaced only because type, quality or heat changed."""

FIGURES = {"quality": "q", "peak_heat": "h"}
"""The columns with figures, and the letter of each in words."""

PAIR = f"{SIGN}w"
"""The start of the words for pairs of words."""

STEM = f"{SIGN}s"
"""The start of the words for stems."""

AFTER = "z"
"""The letter before the letter of a figure or type after such a change."""

_DIGIT_BITS = 2
_MAX_DIGIT = 2**_DIGIT_BITS - 1
_SHIFTS = range(0, 10, _DIGIT_BITS)
_MAX_FIGURE = 2**_SHIFTS.stop - 1
"""Higher figures are indexed as this figure; the minimum of a query is never as high."""

_FINGERPRINT_DIGITS = 16

_MAX_LETTERS = 3


def list_attributes(row: Record) -> list[str]:
    """Return all attributes of an entry or former version, given as a row of the catalog."""
    return list(_list_attributes(row))


def _list_attributes(row: Record) -> Iterator[str]:
    yield EVERY
    if row["kind"] == Kind.ARTICLE:
        yield ARTICLE
    yield spell_type(row["type"])
    yield spell_provider(row["provider"])
    yield from map(spell_topic, map(int, row["topics"].split()))
    for name, letter in FIGURES.items():
        yield from _spell_figure(row[name], letter)
    if row.get("figures_only"):
        yield FIGURES_ONLY
        yield spell_type(row["type_after"], AFTER)
        for name, letter in FIGURES.items():
            yield from _spell_figure(row[f"{name}_after"], AFTER + letter)


def is_attribute(word: str) -> bool:
    """Return whether a word of the index is an attribute of an entry, not made from the words of its text."""
    return word.startswith(SIGN) and not word.startswith((PAIR, STEM))


def spell_topic(number: int) -> str:
    """Return the attribute of the entries of a topic."""
    return f"{SIGN}t{number}"


def spell_provider(domain: str) -> str:
    """Return the attribute of the entries of a provider."""
    return f"{SIGN}p{_hash(domain)}"


def spell_type(type: str, prefix: str = "") -> str:
    """Return the attribute of the entries of a type; the prefix may be `AFTER`."""
    return f"{SIGN}{prefix}y{_hash(type.casefold())}"


def list_pairs(words: Sequence[str]) -> Collection[str]:
    """Return the attributes of a text for all pairs of short words next to each other, each once.

    The most common words are short in most languages. Without pairs, a search for a phrase of such words would read the
    places of words in most of the entries.
    """
    # In one expression, because the first collect spells millions of pairs. Signs and gaps are no letters.
    return {
        f"{PAIR}{first}{SIGN}{second}": None
        for first, second in pairwise(words)
        if len(first) <= _MAX_LETTERS and len(second) <= _MAX_LETTERS and first.isalnum() and second.isalnum()
    }


def spell_minimum(minimum: int, letter: str) -> list[str]:
    """Return the attributes that figures of at least `minimum` have at least one of, and lower figures none."""
    if minimum <= 0:
        return [f"{SIGN}{letter}"]
    below = minimum - 1
    return [
        _spell_digit(shift, (below >> shift) + 1, letter)
        for shift in _SHIFTS
        if below >> shift & _MAX_DIGIT < _MAX_DIGIT
    ]


@lru_cache(maxsize=4_096)
def _spell_figure(value: int | None, letter: str) -> Sequence[str]:
    if value is None or value < 0:
        return ()
    digits = ((shift, min(value, _MAX_FIGURE) >> shift) for shift in _SHIFTS)
    lower = (_spell_digit(shift, each - less, letter) for shift, each in digits for less in range(each & _MAX_DIGIT))
    return (f"{SIGN}{letter}", *lower)


def _spell_digit(shift: int, digits: int, letter: str) -> str:
    return f"{SIGN}{letter}{shift}x{digits}"


@lru_cache(maxsize=4_096)
def _hash(text: str) -> str:
    # Words have no spaces or signs, and a limited length.
    return fingerprint(text.encode())[:_FINGERPRINT_DIGITS]
