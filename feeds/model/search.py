"""Parse searches: words, "phrases", prefixes* and -exclusions, written in one canonical spelling.

The text is only ever split into words. The search engines receive only the words, so text never becomes their syntax.
"""

import re
from collections.abc import Iterator, Sequence

import msgspec

from feeds.model.tokenize import is_unspaced, join_words, split_words

MAX_CHARACTERS = 200
MAX_TERMS = 8
MIN_PREFIX_LETTERS = 3
"""The minimum number of letters before `*`: a shorter prefix would match nearly everything, slowly."""

# A quote without a closing quote extends to the end: the intention is clear.
_PART = re.compile(r'(?P<not>-*)(?:"(?P<phrase>[^"]*)"?(?P<star>\*?)|(?P<bare>[^\s"]+))')
# Keyboards and word processors replace " with these.
_QUOTES = dict.fromkeys(map(ord, "“”„‟«»\N{FULLWIDTH QUOTATION MARK}"), '"')


class SearchTerm(msgspec.Struct, frozen=True, order=True):
    """A word, or several consecutive words, to find or to exclude; with `is_prefix`, the last word is only a prefix."""

    is_negated: bool
    words: tuple[str, ...]
    is_prefix: bool = False

    def __str__(self) -> str:
        text = join_words(self.words) + "*" * self.is_prefix
        return "-" * self.is_negated + (f'"{text}"' if " " in text else text)

    def matches(self, words: Sequence[str]) -> bool:
        """Return whether the term alone matches a text, given by the words of the text."""
        *leading, last = self.words
        for start in range(len(words) - len(leading)):
            end = start + len(leading)
            is_last = words[end].startswith(last) if self.is_prefix else words[end] == last
            if is_last and list(words[start:end]) == leading:
                return not self.is_negated
        return self.is_negated


class Search(msgspec.Struct, frozen=True):
    """A search for the texts that match all `terms`; at least one term is not negated.

    The terms are sorted and distinct, so equal searches have equal spellings.
    """

    terms: tuple[SearchTerm, ...]

    def __str__(self) -> str:
        return " ".join(map(str, self.terms))

    def matches(self, words: Sequence[str]) -> bool:
        """Return whether the search matches a text, given by its words from `feeds.model.tokenize`."""
        return all(term.matches(words) for term in self.terms)


def parse_search(text: str) -> Search:
    """Parse a search as typed; parts without a letter or digit are ignored.

    A text must match all terms, in any order. `str` of the result is the canonical spelling, with the same meaning.

    Raises:
        ValueError: the search is too long, has too many terms or too short a prefix, or has no word to find; the text
            is the expected value, for use after the search.
    """
    _check_length(text)
    terms = sorted(set(_parse_terms(text)))
    if not terms:
        raise ValueError('expected a word, a "phrase" or a prefix*')
    if all(term.is_negated for term in terms):
        raise ValueError(f"expected a word to find besides {terms[0]}")
    if len(terms) > MAX_TERMS:
        raise ValueError(f"expected at most {MAX_TERMS} terms, not {len(terms)}")
    search = Search(tuple(terms))
    _check_length(str(search))  # a character can expand to several words
    return search


def _parse_terms(text: str) -> Iterator[SearchTerm]:
    for part in _PART.finditer(text.translate(_QUOTES)):
        typed = part["bare"] or part["phrase"]
        words = split_words(typed)
        if words:
            has_star = bool(part["star"]) or typed.rstrip().endswith("*")
            # A character of a script without spaces is a whole word, never a prefix.
            is_prefix = has_star and not is_unspaced(words[-1])
            if is_prefix and len(words[-1]) < MIN_PREFIX_LETTERS:
                raise ValueError(f"expected at least {MIN_PREFIX_LETTERS} letters before * in {part[0]}")
            yield SearchTerm(bool(part["not"]), tuple(words), is_prefix)


def _check_length(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"expected at most {MAX_CHARACTERS} characters, not {len(text)}")
