"""Parse searches: words, "phrases", prefixes* and -exclusions, with OR between, written in one canonical spelling.

The text is only ever split into words. The search engines receive only the words, so text never becomes their syntax.
"""

import re
from collections.abc import Collection, Iterator
from itertools import groupby

import msgspec

from feeds.model.tokenize import is_always_exact, is_unspaced, join_words, split_both

MAX_CHARACTERS = 200
MAX_TERMS = 8
MIN_PREFIX_LETTERS = 3
"""The minimum number of letters before `*`: a shorter prefix would match nearly everything, slowly."""

OR = "OR"
"""The sign between alternatives; in lower case and in phrases, it is a word."""

# A quote without a closing quote extends to the end: the intention is clear.
_PART = re.compile(r'(?P<not>-*)(?:"(?P<phrase>[^"]*)"?(?P<star>\*?)|(?P<bare>[^\s"]+))')
# A genitive or an article beside a word: robot's, l'élection, d'état.
_ELISION = re.compile(r"^\W*[cdjlmnst]['\u2019](?=\w{3})|(?<=\w)['\u2019]s(?=\W*$)", re.IGNORECASE)
# Keyboards and word processors replace " with these.
_QUOTES = dict.fromkeys(map(ord, "“”„‟«»\N{FULLWIDTH QUOTATION MARK}"), '"')


class SearchTerm(msgspec.Struct, frozen=True, order=True):
    """A word, or several consecutive words, to find or to exclude; with `is_prefix`, the last word is only a prefix.

    A plain word has a `spelling`, the word with its accents, and finds all words with the same stem. All other terms
    find exactly their words, and have no spelling.
    """

    is_negated: bool
    words: tuple[str, ...]
    is_prefix: bool = False
    spelling: str = ""

    def __str__(self) -> str:
        if self.spelling:
            return self.spelling
        text = join_words(self.words) + "*" * self.is_prefix
        is_bare = len(self.words) == 1 and (self.is_negated or self.is_prefix or is_always_exact(self.words[0]))
        is_joined = len(self.words) > 1 and " " not in text
        return "-" * self.is_negated + (text if is_bare or is_joined else f'"{text}"')


class Search(msgspec.Struct, frozen=True):
    """A search for the texts that match all terms of one of the `alternatives`; some of the terms are not negated.

    Alternatives, and terms within them, are sorted and distinct, so equal searches have equal spellings.
    """

    alternatives: tuple[tuple[SearchTerm, ...], ...]

    def __str__(self) -> str:
        return f" {OR} ".join(" ".join(map(str, terms)) for terms in self.alternatives)

    @property
    def terms(self) -> Collection[SearchTerm]:
        """The terms of all alternatives, each once."""
        return dict.fromkeys(term for terms in self.alternatives for term in terms)


def parse_search(text: str) -> Search:
    """Parse a search as typed; parts without a letter or digit are ignored, and so is `OR` without terms on both sides.

    A text must match all terms of an alternative, in any order. `str` of the result is the canonical spelling, with the
    same meaning.

    Raises:
        ValueError: the search is too long, has too many terms or too short a prefix, or an alternative has no word to
            find; the text is the expected value, for use after the search.
    """
    _check_length(text)
    parts = list(_parse_parts(text))
    groups = groupby(parts, key=lambda part: part is None)
    alternatives = sorted({tuple(sorted({term for term in terms if term})) for is_or, terms in groups if not is_or})
    if not alternatives:
        raise ValueError(
            f'expected a word besides {OR}, or "or"' if parts else 'expected a word, a "phrase" or a prefix*'
        )
    for terms in alternatives:
        if all(term.is_negated for term in terms):
            raise ValueError(f"expected a word to find besides {terms[0]}")
    count = sum(map(len, alternatives))
    if count > MAX_TERMS:
        raise ValueError(f"expected at most {MAX_TERMS} terms, not {count}")
    search = Search(tuple(alternatives))
    _check_length(str(search))  # a character can expand to several words
    return search


def _parse_parts(text: str) -> Iterator[SearchTerm | None]:
    """Yield the terms, and None for each `OR`."""
    for part in _PART.finditer(text.translate(_QUOTES)):
        if part[0] == OR:
            yield None
            continue
        typed = part["phrase"] or (part["bare"] if part["not"] else _ELISION.sub("", part["bare"] or ""))
        words, spellings = split_both(typed)
        if words:
            has_star = bool(part["star"]) or typed.rstrip().endswith("*")
            # A character of a script without spaces is a whole word, never a prefix.
            is_prefix = has_star and not is_unspaced(words[-1])
            if is_prefix and len(words[-1]) < MIN_PREFIX_LETTERS:
                raise ValueError(f"expected at least {MIN_PREFIX_LETTERS} letters before * in {part[0]}")
            is_plain = bool(part["bare"]) and len(words) == 1 and not (part["not"] or is_prefix)
            spelling = spellings[0] if is_plain and not is_always_exact(words[0]) else ""
            yield SearchTerm(bool(part["not"]), tuple(words), is_prefix, spelling)


def _check_length(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"expected at most {MAX_CHARACTERS} characters, not {len(text)}")
