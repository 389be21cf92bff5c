"""Split texts into the words that a search goes by: our own way, so that they are the same on every engine."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from unicodedata import category, combining, normalize

GAP = "¶"
"""Stands among words where no phrase may reach across; no word is spelled so."""

LONGEST_WORD = 64
"""In characters; of a longer word only the beginning counts."""

MOST_WORDS = 10_000
MOST_REPEATS = 255
"""How many words of an entry are searched, and how often one of them: PostgreSQL keeps no more positions of a word."""

_OTHER = re.compile("[^\x00-\x7f]+")
_ASCII = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
# Thai and Lao, Burmese, Khmer, kana, Han: written without blanks, so each character is a word, and words are phrases.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_SELECTORS = re.compile("[\u034f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_LETTERS = re.compile("(?:[0-9a-z]|[^\x00-\x7f])+")
# Vowel signs, and what makes another letter of a letter; marks of all other combining classes are accents.
_KEPT_MARKS = frozenset({0, 7, 8, 9})


def split_words(text: str) -> list[str]:
    """Give the words of a text in order: runs of letters and digits, without case, accents and compatibility forms.

    Each is at most `LONGEST_WORD` characters long. Words that are split again stay as they are.
    """
    if text.isascii():
        words = text.translate(_ASCII).split()
    else:
        folded = _OTHER.sub(_fold, text)
        words = folded.translate(_ASCII).split() if folded.isascii() else _LETTERS.findall(folded.lower())
    if max(map(len, words), default=0) > LONGEST_WORD:
        return [word[:LONGEST_WORD] for word in words]
    return words


def join_texts(texts: Iterable[str]) -> list[str]:
    """Give the words to be searched of some texts, with a gap after each, and in place of a word too often repeated."""
    words: list[str] = []
    for text in texts:
        if found := split_words(text):
            words += found
            words.append(GAP)
    return words if len(words) <= MOST_REPEATS else _limit(words[:MOST_WORDS])


def join_words(words: Sequence[str]) -> str:
    """Write words so that splitting gives them again, those of scripts without blanks as these are written."""
    text = words[0]
    for before, word in pairwise(words):
        text += word if is_unspaced(before) and is_unspaced(word) else f" {word}"
    return text if split_words(text) == list(words) else " ".join(words)


def is_unspaced(word: str) -> bool:
    """Say whether a word is one character of a script that is written without blanks."""
    return bool(_UNSPACED.fullmatch(word))


def _fold(run: re.Match[str]) -> str:
    # What is dropped may have kept apart what belongs together.
    return normalize("NFC", "".join(map(_fold_character, normalize("NFKC", run[0]).casefold())))


@lru_cache(maxsize=16_384)
def _fold_character(character: str) -> str:
    """Give what a character is to a search: a letter or digit, nothing, or a blank."""
    kind = category(character)
    if kind[0] in "LNM" and is_unspaced(character):
        return f" {character} "
    if kind[0] in "LN":
        return normalize("NFC", "".join(filter(_is_kept, normalize("NFD", character))))
    if kind in {"Mn", "Mc"}:
        return character if _is_kept(character) and not _SELECTORS.match(character) else ""
    return "" if kind in {"Me", "Cf"} and character != "\N{ZERO WIDTH SPACE}" else " "  # keycaps, soft hyphens, joiners


def _is_kept(character: str) -> bool:
    return combining(character) in _KEPT_MARKS


def _limit(words: list[str]) -> list[str]:
    """Put a gap in place of every word that has been there `MOST_REPEATS` times."""
    counts = Counter(words)
    frequent = {word for word, count in counts.items() if count > MOST_REPEATS}
    seen: Counter[str] = Counter()
    limited = []
    for word in words:
        seen[word] += word in frequent
        limited.append(GAP if seen[word] > MOST_REPEATS else word)
    return limited
