"""Find the words of a search in a text: the words as typed, and other forms of plain words."""

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from feeds.model.search import SearchTerm
from feeds.model.stemmer import Stemmer
from feeds.model.tokenize import split_both
from feeds.model.word_places import locate_words


class WordMatch(NamedTuple):
    """A term, by its number, and the first and the last of its words in a text, by theirs; both are counted from 0."""

    term: int
    first: int
    last: int
    is_exact: bool


class TextMatch(NamedTuple):
    """A term, by its number, and the start and the end of its characters in a text."""

    term: int
    start: int
    end: int


class _Form(NamedTuple):
    """A word of a text as a term has it, or in another form."""

    term: int
    is_exact: bool


class TermMatcher:
    """Finds the terms of a search in the texts of one page: `terms`, those that are not excluded."""

    def __init__(self, terms: Collection[SearchTerm], stemmer: Stemmer) -> None:
        self.terms = [term for term in terms if not term.is_negated]
        self._stemmer = stemmer
        self._words: dict[str, int] = {}
        self._stems: dict[str, int] = {}
        self._others: list[tuple[int, SearchTerm]] = []
        self._forms: dict[str, _Form | None] = {}  # by spelling, because texts repeat their words
        for number, term in enumerate(self.terms):
            if len(term.words) > 1 or term.is_prefix:
                self._others.append((number, term))
                continue
            self._words[term.words[0]] = number
            if term.spelling:
                self._stems[stemmer.stem(term.spelling)] = number

    def match(self, words: Sequence[str], spellings: Sequence[str]) -> Iterator[WordMatch]:
        """Yield all matches in a text, given by its words without and with accents, in order of their first words."""
        forms = self._forms
        for place, spelling in enumerate(spellings):
            if spelling not in forms:
                forms[spelling] = self._find_form(words[place], spelling)
            if form := forms[spelling]:
                yield WordMatch(form.term, place, place, form.is_exact)
            for number, term in self._others:
                last = place + len(term.words) - 1
                if _is_at_start(term, words[place : last + 1]):
                    yield WordMatch(number, place, last, is_exact=True)

    def find(self, text: str) -> list[TextMatch]:
        """Return all matches in a text, in order of their starts; they may overlap."""
        places = locate_words(text)
        spellings = [_spell(place.word, text[place.start : place.end]) for place in places]
        matches = self.match([place.word for place in places], spellings)
        return [TextMatch(each.term, places[each.first].start, places[each.last].end) for each in matches]

    def _find_form(self, word: str, spelling: str) -> _Form | None:
        if word in self._words:
            return _Form(self._words[word], is_exact=True)
        stems = self._stemmer.list_stems(spelling) if self._stems else ()
        term = min((self._stems[stem] for stem in stems if stem in self._stems), default=None)
        return None if term is None else _Form(term, is_exact=False)


def _is_at_start(term: SearchTerm, words: Sequence[str]) -> bool:
    *leading, last = term.words
    if len(words) < len(term.words) or list(words[:-1]) != leading:
        return False
    return words[-1].startswith(last) if term.is_prefix else words[-1] == last


def _spell(word: str, text: str) -> str:
    """Return the spelling of a word at its place in a text."""
    return word if text.isascii() else _spell_text(word, text)


@lru_cache(maxsize=4_096)
def _spell_text(word: str, text: str) -> str:
    words, spellings = split_both(text)
    return spellings[words.index(word)] if word in words else word
