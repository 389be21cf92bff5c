"""Find the topics and publishers whose names are nearest to what somebody typed."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from heapq import nlargest
from itertools import islice

import msgspec

from feeds.model.query import Query
from feeds.model.topics import slugify
from feeds.site.similarity import find_similar

MAX_CHARACTERS = 80
"""The number of characters of a text or name that are compared."""

_PLAIN = re.compile("[a-z0-9 ._/-]*")
_SEPARATORS = dict.fromkeys(map(ord, "._/-"), " ")
_MIN_SIMILARITY = 0.6
_SHORT, _MIN_SHORT_SIMILARITY = 3, 0.5  # the letters of `ia` and `ai` are half right
_MIN_WORD_SIMILARITY = 0.75
_MIN_PREFIX = 3
_MAX_WORDS = 6
_MAX_PER_WORD = 50
_INITIALS_SCORE = 0.75
_PART_SCORE, _PART_WEIGHT = 0.6, 0.3


class Name(msgspec.Struct, frozen=True):
    """The name of a topic or publisher for people, the query of its feed, and its number of entries.

    `spellings` are texts that mean it, such as slugs; the words of `parts`, some of them, count by themselves too.
    """

    name: str
    query: Query
    entries: int
    spellings: tuple[str, ...]
    parts: tuple[str, ...]


class NearName(msgspec.Struct, frozen=True):
    """A name near to a text; `score` is 1 if the text is the name in another spelling, and less the more differs."""

    name: Name
    score: float


class NameIndex:
    """Names by their spellings and words; case, accents, spaces and signs make no difference."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._names = sorted(names, key=lambda name: (-name.entries, name.name))
        self._spellings: dict[str, list[int]] = {}
        self._words: dict[str, list[int]] = {}
        self._initials: dict[str, list[int]] = {}
        self._sizes: list[int] = []
        for position, name in enumerate(self._names):
            words = {spelling: _fold(spelling).split() for spelling in name.spellings}
            keys = {_join(each) for each in words.values()}
            _add(self._spellings, keys, position)
            _add(self._words, {word for part in name.parts for word in words[part]}, position)
            _add(self._initials, {_join(word[0] for word in words[part]) for part in name.parts}, position)
            self._sizes.append(min(map(len, keys)))
        self._joined = list(self._spellings)
        self._sorted_words = sorted(self._words)

    def __len__(self) -> int:
        return len(self._names)

    def list_largest(self, limit: int) -> Sequence[Name]:
        """Return the names with the most entries."""
        return self._names[:limit]

    def find(self, text: str, *, limit: int) -> list[NearName]:
        """Return up to `limit` names near to a text in any spelling, the nearest first; among equals, the largest."""
        words = _fold(text).split()
        if not words:
            return []
        scores: dict[int, float] = {}
        joined = _join(words)
        if limit == 1 and joined in self._spellings:
            return [NearName(self._names[self._spellings[joined][0]], 1)]
        for position in self._initials.get(joined, ())[:_MAX_PER_WORD] if len(joined) > 1 else ():
            scores[position] = _INITIALS_SCORE
        for position, score in (*self._compare(joined), *self._find_parts(words[:_MAX_WORDS])):
            scores[position] = max(score, scores.get(position, 0))
        best = nlargest(limit, scores, key=lambda position: (scores[position], -position))
        return [NearName(self._names[position], scores[position]) for position in best]

    def _compare(self, joined: str) -> Iterator[tuple[int, float]]:
        """Compare a whole text with whole spellings, without spaces."""
        minimum = _MIN_SHORT_SIMILARITY if len(joined) <= _SHORT else _MIN_SIMILARITY
        for found, similarity in find_similar(joined, self._joined, minimum=minimum, limit=_MAX_PER_WORD):
            for position in self._spellings[self._joined[found]][:_MAX_PER_WORD]:
                yield position, similarity

    def _find_parts(self, words: Sequence[str]) -> Iterator[tuple[int, float]]:
        """Find names that share words with a text; a score grows with the share of equal letters."""
        shared: dict[int, int] = {}
        for word in words:
            for known in self._find_words(word):
                for position in self._words[known][:_MAX_PER_WORD]:
                    shared[position] = shared.get(position, 0) + min(len(word), len(known))
        size = sum(map(len, words))
        for position, letters in shared.items():
            share = min(letters / max(size, self._sizes[position]), 1)
            yield position, _PART_SCORE + _PART_WEIGHT * share

    def _find_words(self, word: str) -> list[str]:
        """Return the known words equal to a word; else, the words that begin with it; else, similar words."""
        if word in self._words:
            return [word]
        if len(word) < _MIN_PREFIX:
            return []
        start = bisect_left(self._sorted_words, word)
        longer = [each for each in islice(self._sorted_words, start, start + _MAX_WORDS) if each.startswith(word)]
        if longer:
            return longer
        similar = find_similar(word, self._sorted_words, minimum=_MIN_WORD_SIMILARITY, limit=_MAX_WORDS)
        return [self._sorted_words[position] for position, _similarity in similar]


class Names(msgspec.Struct, frozen=True):
    """The names of all listed topics and publishers."""

    topics: NameIndex
    providers: NameIndex


def _fold(text: str) -> str:
    """Return the words of a text in lower case, without accents and signs, with spaces in between."""
    lower = text[:MAX_CHARACTERS].lower()
    if _PLAIN.fullmatch(lower):  # as below, in a tenth of the time
        return lower.translate(_SEPARATORS)
    slug = slugify(lower)
    if not slug.isascii():
        slug = "".join(each for each in unicodedata.normalize("NFKD", slug) if unicodedata.category(each) != "Mn")
    return slug.translate(_SEPARATORS)


def _add(positions: dict[str, list[int]], keys: Iterable[str], position: int) -> None:
    for key in keys:
        positions.setdefault(key, []).append(position)


def _join(words: Iterable[str]) -> str:
    return "".join(words)[:MAX_CHARACTERS]
