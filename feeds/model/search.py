"""Understand what a reader searches for: words, "phrases", beginnings* and -exclusions, all in one canonical spelling.

What is typed is only ever split into words. Engines are asked for these, so nothing in it can be their syntax.
"""

import re
from collections.abc import Iterator, Sequence

import msgspec

from feeds.model.errors import BadRequestError
from feeds.model.tokenize import is_unspaced, join_words, split_words

MOST_CHARACTERS = 200
MOST_TERMS = 8
SHORTEST_PREFIX = 3
"""How many letters stand before a `*` at least: fewer would find nearly everything, slowly."""

# A quote that is never closed reaches to the end: what is meant is plain.
_PART = re.compile(r'(?P<not>-*)(?:"(?P<phrase>[^"]*)"?(?P<star>\*?)|(?P<bare>[^\s"]+))')
_QUOTES = dict.fromkeys(
    map(ord, "“”„‟«»\N{FULLWIDTH QUOTATION MARK}"), '"'
)  # what keyboards and word processors make of "


class SearchTerm(msgspec.Struct, frozen=True, order=True):
    """One thing to find, or not to find: a word, or several in a row; of the last, with `is_prefix`, the beginning."""

    is_negated: bool
    words: tuple[str, ...]
    is_prefix: bool = False

    def __str__(self) -> str:
        text = join_words(self.words) + "*" * self.is_prefix
        return "-" * self.is_negated + (f'"{text}"' if " " in text else text)

    def matches(self, words: Sequence[str]) -> bool:
        """Say whether a text of these words is found by this term alone."""
        *firsts, last = self.words
        for start in range(len(words) - len(firsts)):
            end = start + len(firsts)
            is_last = words[end].startswith(last) if self.is_prefix else words[end] == last
            if is_last and list(words[start:end]) == firsts:
                return not self.is_negated
        return self.is_negated


class Search(msgspec.Struct, frozen=True):
    """What is searched for: texts that all `terms` match, at least one of which is not negated.

    The terms are in order and different from each other, so that searches which are equal are spelled alike.
    """

    terms: tuple[SearchTerm, ...]

    def __str__(self) -> str:
        return " ".join(map(str, self.terms))

    def matches(self, words: Sequence[str]) -> bool:
        """Say whether a text of these words, as `feeds.model.tokenize` gives them, is found."""
        return all(term.matches(words) for term in self.terms)


def parse_search(text: str) -> Search:
    """Understand what a reader has typed; what holds neither letter nor digit is ignored.

    All terms have to be found, in any order. `str` of the result is the canonical spelling, and means the same.

    Raises:
        BadRequestError: it is too long, has too many terms or too short a beginning, or there is nothing to find.
    """
    _check_length(text)
    terms = sorted(set(_parse_terms(text)))
    if not terms:
        raise BadRequestError(f'there is no word to search for in "{text}"; write one, or a "phrase", or a beginning*')
    if all(term.is_negated for term in terms):
        raise BadRequestError(f"{terms[0]} only says what not to find; write before it what to find")
    if len(terms) > MOST_TERMS:
        raise BadRequestError(
            f"a search has at most {MOST_TERMS} terms; this one has {len(terms)}, {terms[-1]} among them"
        )
    search = Search(tuple(terms))
    _check_length(str(search))  # one character may stand for several words
    return search


def _parse_terms(text: str) -> Iterator[SearchTerm]:
    for part in _PART.finditer(text.translate(_QUOTES)):
        typed = part["bare"] or part["phrase"]
        words = split_words(typed)
        if words:
            has_star = bool(part["star"]) or typed.rstrip().endswith("*")
            # A character that is a word by itself begins no other.
            is_prefix = has_star and not is_unspaced(words[-1])
            if is_prefix and len(words[-1]) < SHORTEST_PREFIX:
                raise BadRequestError(
                    f"{part[0]} finds too much; write at least {SHORTEST_PREFIX} letters before the *"
                )
            yield SearchTerm(bool(part["not"]), tuple(words), is_prefix)


def _check_length(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise BadRequestError(f"a search is at most {MOST_CHARACTERS} characters long, and this one has {len(text)}")
