"""Find other forms of words by their stems: an entry has its stems as words of their own kind.

The language of the catalog decides, whatever the language of a server, so that texts and searches have the same stems.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain

from sqlalchemy import Connection

from feeds.catalog.facts import read_fact, save_facts
from feeds.catalog.search_index.attributes import STEM
from feeds.catalog.search_index.conditions import AnyOf, Condition, Phrase
from feeds.model.search import SearchTerm
from feeds.model.stemmer import Stemmer, find_stemmer
from feeds.model.tokenize import MAX_REPEATS

MAX_STEM_BYTES = 100_000
"""Maximum size of the stems of an entry; PostgreSQL stores up to 1 MiB with the words of the entry."""

_STEMMER = "stemmer"
_OVERHEAD_BYTES = 8  # of a stem in PostgreSQL's `tsvector`


def read_stemmer(connection: Connection) -> Stemmer:
    """Return the stemmer with whose stems the catalog is indexed, in the version of this program."""
    language, _, _ = (read_stemmer_name(connection) or "").partition(" ")
    return find_stemmer(language)


def read_stemmer_name(connection: Connection) -> str | None:
    """Return the name of the stemmer with whose stems the catalog is indexed; None if nothing is indexed yet."""
    return read_fact(connection, _STEMMER)


def save_stemmer_name(connection: Connection, name: str) -> None:
    """Store the name of the stemmer with whose stems the catalog is indexed."""
    save_facts(connection, {_STEMMER: name})


def list_stems(spellings: Sequence[str], stemmer: Stemmer) -> list[str]:
    """Return the stems of a text as words of the index, each once, given the spellings of the words.

    A word that is its own stem needs no other word in the index.
    """
    if not stemmer.name:
        return []
    known = _open_known_stems(stemmer)
    stems = list(dict.fromkeys(chain.from_iterable(map(known.__getitem__, spellings))))
    return stems if len(spellings) <= MAX_REPEATS else list(_limit(stems))


def find_forms(term: SearchTerm, stemmer: Stemmer) -> Condition:
    """Return the condition of texts with a word of the same stem as a plain word, or with exactly the words of a term.

    The word itself always counts, whatever the accents of a text.
    """
    words = Phrase(term.words, term.is_prefix)
    if not term.spelling or not stemmer.name:
        return words
    (word,), stem = term.words, stemmer.stem(term.spelling)
    conditions = [Phrase((f"{STEM}{stem}",))]
    if stemmer.stem(stem) == stem:
        conditions.append(Phrase((stem,)))
    if stemmer.stem(word) != stem:
        conditions.append(words)
    return AnyOf(conditions)


class _KnownStems(dict[str, tuple[str, ...]]):
    """The stems of words as words of the index, because texts repeat their words."""

    _MAX_WORDS = 50_000

    def __init__(self, stemmer: Stemmer) -> None:
        super().__init__()
        self._stemmer = stemmer

    def __missing__(self, spelling: str) -> tuple[str, ...]:
        if len(self) >= self._MAX_WORDS:
            self.clear()
        self[spelling] = stems = tuple(f"{STEM}{stem}" for stem in self._stemmer.list_other_stems(spelling))
        return stems


_open_known_stems = cache(_KnownStems)


def _limit(stems: Sequence[str]) -> Iterator[str]:
    bytes_left = MAX_STEM_BYTES
    for stem in stems:
        bytes_left -= len(stem.encode()) + _OVERHEAD_BYTES
        if bytes_left < 0:
            return
        yield stem
