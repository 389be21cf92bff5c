"""Find the words of a search in a text: the words as typed, and other forms of plain words."""

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from feeds.model.search import SearchTerm
from feeds.model.stemmer import Stemmer
from feeds.model.tokenize import fold_spelling, split_both
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
        # Texts repeat their words. To ask for all words of a text at once takes a fraction of the time.
        self._forms: dict[str, _Form] = {}
        self._known: set[str] = set()
        for number, term in enumerate(self.terms):
            if len(term.words) > 1 or term.is_prefix:
                self._others.append((number, term))
                continue
            self._words[term.words[0]] = number
            if term.spelling:
                self._stems[stemmer.stem(term.spelling)] = number

    def find_terms(self, text: str) -> dict[int, bool]:
        """Return the terms in a text, by number, and whether the text has the exact words, or only other forms."""
        words, spellings = split_both(text)
        found = dict.fromkeys((number for number, _, _ in self._find_others(words)), True)
        for spelling in self._find_forms(spellings):
            form = self._forms[spelling]
            found[form.term] = form.is_exact or found.get(form.term, False)
        return found

    def find(self, text: str) -> list[TextMatch]:
        """Return all matches in a text, in order of their starts; they may overlap."""
        if not self.find_terms(text):
            return []
        places = locate_words(text)
        spellings = [_spell(place.word, text[place.start : place.end]) for place in places]
        matches = self.match([place.word for place in places], spellings)
        return [TextMatch(each.term, places[each.first].start, places[each.last].end) for each in matches]

    def match(self, words: Sequence[str], spellings: Sequence[str]) -> list[WordMatch]:
        """Return all matches in a text, given by its words without and with accents, in order of their first words."""
        forms = self._find_forms(spellings)
        places = ((place, self._forms[each]) for place, each in enumerate(spellings) if each in forms)
        matches = [WordMatch(form.term, place, place, form.is_exact) for place, form in places]
        others = [WordMatch(number, first, last, is_exact=True) for number, first, last in self._find_others(words)]
        return sorted([*matches, *others], key=lambda match: match.first)

    def _find_forms(self, spellings: Sequence[str]) -> Collection[str]:
        """Return the spellings of words that are forms of a term."""
        distinct = set(spellings)
        for spelling in distinct - self._known:
            if form := self._find_form(spelling):
                self._forms[spelling] = form
        self._known |= distinct
        return self._forms.keys() & distinct

    def _find_form(self, spelling: str) -> _Form | None:
        word = fold_spelling(spelling)
        if word in self._words:
            return _Form(self._words[word], is_exact=True)
        stems = self._stemmer.list_stems(spelling) if self._stems else ()
        term = min((self._stems[stem] for stem in stems if stem in self._stems), default=None)
        return None if term is None else _Form(term, is_exact=False)

    def _find_others(self, words: Sequence[str]) -> Iterator[tuple[int, int, int]]:
        """Yield the number, and the places of the first and the last word, of each phrase and prefix."""
        for number, term in self._others:
            *leading, last = term.words
            for place, word in enumerate(words[len(leading) :], start=len(leading)):
                is_last = word.startswith(last) if term.is_prefix else word == last
                if is_last and list(words[place - len(leading) : place]) == leading:
                    yield number, place - len(leading), place


def _spell(word: str, text: str) -> str:
    """Return the spelling of a word at its place in a text."""
    return word if text.isascii() else _spell_text(word, text)


@lru_cache(maxsize=4_096)
def _spell_text(word: str, text: str) -> str:
    words, spellings = split_both(text)
    return spellings[words.index(word)] if word in words else word
