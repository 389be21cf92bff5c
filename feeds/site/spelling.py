"""Suggest another spelling for a search that finds nothing, or nearly nothing."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice, product
from threading import Lock

import msgspec

from feeds.catalog.reader import CatalogReader
from feeds.model.query import Query
from feeds.model.search import OR, Search, SearchTerm, parse_search
from feeds.model.tokenize import split_both
from feeds.settings import Settings
from feeds.site.listed_names import NAMES
from feeds.site.similarity import find_similar

MAX_RARE = 2
"""The maximum number of results of a search that gets a suggestion; one that has any suggests only many more."""

_MIN_RESULTS = 10
"""The minimum number of results of a suggestion in place of a search with results."""

_MAX_TITLES = 2_000
_MAX_NAMES = 1_000
_MIN_SIMILARITY = 0.75
_MAX_COMPARED = 12
_MAX_SIMILAR = 3
_MAX_TRIES = 4
_MIN_PART = 3
_MIN_LETTERS = 4
"""The minimum length of a word that may be misspelled."""

_WORD = re.compile(r"[^\W\d_]{3,30}")
"""The words that are suggested."""


class Vocabulary:
    """Words by the number of texts that have them: titles, and names of topics and publishers."""

    def __init__(self, texts: Iterator[str]) -> None:
        spelled = Counter(pair for text in texts for pair in set(zip(*split_both(text), strict=True)))
        self._counts: Counter[str] = Counter()
        self._spellings: dict[str, str] = {}
        for (word, spelling), count in sorted(spelled.items(), key=lambda item: (item[1], item[0])):
            if _WORD.fullmatch(spelling):
                self._counts[word] += count
                self._spellings[word] = spelling  # the most common comes last
        self._words = sorted(self._counts)

    def __contains__(self, word: str) -> bool:
        return word in self._counts

    def find_similar(self, word: str) -> list[str]:
        """Return a few texts that somebody may mean who typed a word, the most similar first, then the most common.

        Each is a similar word with its accents; without any, the word itself, cut into two words.
        """
        if len(word) < _MIN_LETTERS or not _WORD.fullmatch(word):
            return []
        found = find_similar(word, self._words, minimum=_MIN_SIMILARITY, limit=_MAX_COMPARED)
        similar = {self._words[position]: similarity for position, similarity in found}
        similar.pop(word, None)
        best = sorted(similar, key=lambda each: (-round(similar[each], 2), -self._counts[each], each))
        return [self._spellings[each] for each in best[:_MAX_SIMILAR]] or list(self._cut(word))

    def _cut(self, word: str) -> Iterator[str]:
        parts = ((word[:place], word[place:]) for place in range(_MIN_PART, len(word) - _MIN_PART + 1))
        return (f"{first} {last}" for first, last in parts if first in self._counts and last in self._counts)


class VocabularyKeeper:
    """Keeps the vocabulary of the last catalog that was read, until its content changes."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._key: tuple[str, int, str] | None = None
        self._first = self._due = datetime(1, 1, 1, tzinfo=UTC)
        self._vocabulary = Vocabulary(iter(()))

    def read(self, reader: CatalogReader, *, now: datetime) -> Vocabulary:
        """Return the words of what the site shows at `now`: nothing that is not released or no longer published."""
        state = reader.read_state()
        key = state.generation, state.version, state.commit
        with self._lock:
            if key != self._key or not self._first <= now < self._due:
                self._vocabulary = Vocabulary(_list_texts(reader, now=now))
                due = reader.find_next_scheduled_change(after=now)
                self._key, self._first, self._due = key, now, due or datetime.max.replace(tzinfo=UTC)
            return self._vocabulary


_KEEPER = VocabularyKeeper()


def suggest_query(
    query: Query, reader: CatalogReader, *, settings: Settings, count: int, now: datetime
) -> Query | None:
    """Return a resolved query with other words that finds entries; None without any, or if `count` are enough.

    `count` is the number of entries that the query itself finds.
    """
    if query.search is None or count > MAX_RARE:
        return None

    def has_results(search: Search, minimum: int) -> bool:
        other = msgspec.structs.replace(query, search=search).with_defaults(settings.defaults)
        return reader.results.count(other, maximum=minimum, now=now) >= minimum

    vocabulary = _KEEPER.read(reader, now=now)
    plain = [term for term in query.search.terms if term.spelling]
    unknown = [term for term in plain if not has_results(Search(((term,),)), MAX_RARE + 1)]
    # A misspelled word may share its stem with known words.
    unread = [term for term in plain if term.words[0] not in vocabulary]
    for terms in (unknown, unread):
        similar = {term: found for term in terms if (found := vocabulary.find_similar(term.words[0]))}
        for search in islice(_list_searches(query.search, similar), _MAX_TRIES):
            if has_results(search, _MIN_RESULTS if count else 1):
                return msgspec.structs.replace(query, search=search)
    return None


def _list_searches(search: Search, similar: Mapping[SearchTerm, Sequence[str]]) -> Iterator[Search]:
    """Yield searches with similar texts in place of some terms, the most similar first."""
    for texts in product(*similar.values()) if similar else ():
        replaced = dict(zip(similar, texts, strict=True))
        parts = (" ".join(replaced.get(term) or str(term) for term in terms) for terms in search.alternatives)
        with suppress(ValueError):  # too long
            yield parse_search(f" {OR} ".join(parts))


def _list_texts(reader: CatalogReader, *, now: datetime) -> Iterator[str]:
    yield from reader.results.read_newest_titles(limit=_MAX_TITLES, now=now)
    names = NAMES.read(reader, now=now)
    for index in (names.topics, names.providers):
        yield from (name.name for name in index.list_largest(_MAX_NAMES))
