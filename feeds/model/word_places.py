"""Find the places of searchable words in a text, to mark them for readers."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from unicodedata import normalize

import regex

from feeds.model.tokenize import MAX_WORD_CHARACTERS, split_words

# A run without ASCII characters that separate words.
_RUN = re.compile("(?:[0-9A-Za-z]|[^\x00-\x7f])+")
_GRAPHEME = regex.compile(r"\X")
_FRAME = "x"  # a letter that no sign after it changes


class WordPlace(NamedTuple):
    """A word as searches spell it, and the start and the end of its characters in the text."""

    word: str
    start: int
    end: int


def locate_words(text: str) -> list[WordPlace]:
    """Return the words of a text in order, the same as `split_words` returns, with their places."""
    places: list[WordPlace] = []
    for match in _RUN.finditer(text):
        run, start = match[0], match.start()
        if run.isascii():
            places.append(WordPlace(run.lower()[:MAX_WORD_CHARACTERS], start, match.end()))
        else:
            places += [WordPlace(word, start + first, start + end) for word, first, end in _locate_in_run(run)]
    return places


@lru_cache(maxsize=4_096)
def _locate_in_run(run: str) -> tuple[WordPlace, ...]:
    # A dropped sign may have kept apart what is one letter.
    return tuple(
        place._replace(word=normalize("NFC", place.word)[:MAX_WORD_CHARACTERS]) for place in _join_graphemes(run)
    )


def _join_graphemes(run: str) -> Iterator[WordPlace]:
    """Join the letters of graphemes, as readers see them, into words; several graphemes may share a word."""
    word, start, end = "", 0, 0
    for grapheme in _GRAPHEME.finditer(run):
        first, *others = _fold_grapheme(grapheme[0])
        if first:
            word, start, end = word + first, start if word else grapheme.start(), grapheme.end()
        for other in others:
            if word:
                yield WordPlace(word, start, end)
            word, start, end = other, grapheme.start(), grapheme.end()
    if word:
        yield WordPlace(word, start, end)


@lru_cache(maxsize=4_096)
def _fold_grapheme(grapheme: str) -> tuple[str, ...]:
    """Return the letters of a grapheme that continue a word, and the letters of each word that begins within it."""
    pieces = split_words(f"{_FRAME}{grapheme}{_FRAME}")
    pieces[0] = pieces[0].removeprefix(_FRAME)
    pieces[-1] = pieces[-1].removesuffix(_FRAME)
    return tuple(pieces)
