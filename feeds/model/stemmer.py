"""Stem words: other forms of a word have the same stem, in the language of the site.

The algorithms are those of Snowball (https://snowballstem.org). They want accents, which decide about endings in many
languages: “mangé” and “mange” have a stem in French, “mangee” has none. Stems themselves are without accents.
"""

from collections.abc import Collection
from functools import cache, lru_cache
from threading import Lock

from Stemmer import Stemmer as Algorithm
from Stemmer import version

from feeds.model.tokenize import fold_spelling, is_always_exact, split_words

_NORWEGIAN = {"nb": "no", "nn": "no"}
_CODE_LETTERS = (2, 3)


class Stemmer:
    """The stemmer of a language, for any thread; without an algorithm, each word is its own stem.

    `name` is different for every two stemmers that may find different stems, and empty without an algorithm.
    """

    def __init__(self, code: str = "") -> None:
        self.name = f"{code} {version()}" if code else ""
        self._algorithm = Algorithm(code, 0) if code else None
        self._lock = Lock()
        # Texts repeat their words, and a look-up costs a fraction of a stem.
        self.list_stems = lru_cache(maxsize=32_768)(self._list_stems)

    def stem(self, spelling: str) -> str:
        """Return the stem of a word, given in lower case with its accents; the stem has none.

        Words with digits, such as names of products, and words of scripts without spaces are their own stems.
        """
        if self._algorithm is None or is_always_exact(spelling):
            return fold_spelling(spelling)
        with self._lock:  # an algorithm is for one thread at a time
            stem = fold_spelling(self._algorithm.stemWord(spelling))
        return stem if split_words(stem) == [stem] else fold_spelling(spelling)

    def _list_stems(self, spelling: str) -> Collection[str]:
        """Return the stems by which texts with a word are found: those of the word with and without its accents."""
        return dict.fromkeys(self.stem(each) for each in dict.fromkeys((spelling, fold_spelling(spelling))))

    def list_other_stems(self, spelling: str) -> Collection[str]:
        """Return the stems by which texts with a word are found, but not the word itself if it is its own stem."""
        word = fold_spelling(spelling)
        stem = self.stem(word)
        stems = [stem] if word == spelling else dict.fromkeys((self.stem(spelling), stem))
        return [each for each in stems if each != word or word != stem]


NO_STEMMER = Stemmer()


@cache
def find_stemmer(language: str) -> Stemmer:
    """Return the stemmer of a language, given as a BCP 47 tag."""
    subtag = language.partition("-")[0].lower()
    code = _NORWEGIAN.get(subtag, subtag)
    if len(code) not in _CODE_LETTERS:
        return NO_STEMMER
    try:
        return Stemmer(code)
    except KeyError:
        return NO_STEMMER
