"""Split texts into searchable words, independent of the database and therefore equal on every engine."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from unicodedata import category, combining, normalize

GAP = "¶"
"""A separator among words, which no phrase may cross; no word has this spelling."""

MAX_WORD_CHARACTERS = 64
"""Only this many characters of a longer word count."""

MAX_WORDS = 10_000
"""Of this many words of an entry, each is searchable at its place. Each different word after them is searchable too."""

MAX_FURTHER_WORDS = 20_000
"""Maximum number of different searchable words after the first `MAX_WORDS`."""

MAX_WORD_BYTES = 500_000
"""Maximum size of all different words of an entry together; PostgreSQL stores up to 1 MiB, with places and marks."""

MAX_REPEATS = 255
"""Maximum number of times that a word of an entry is searchable: PostgreSQL stores no more positions of a word."""

_OTHER = re.compile("[^\x00-\x7f]+")
_ASCII = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
# Thai and Lao, Burmese, Khmer, kana, Han: scripts without spaces. Each character is a word, and words are phrases.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_SELECTORS = re.compile("[\u034f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_LETTERS = re.compile("(?:[0-9a-z]|[^\x00-\x7f])+")
# Vowel signs, and marks that make a different letter; marks of all other combining classes are accents.
_KEPT_MARKS = frozenset({0, 7, 8, 9})


def split_words(text: str) -> list[str]:
    """Split a text into words in order: runs of letters and digits, without case, accents and compatibility forms.

    A word has at most `MAX_WORD_CHARACTERS` characters. Splitting a word again does not change the word.
    """
    if text.isascii():
        words = text.translate(_ASCII).split()
    else:
        folded = _OTHER.sub(_fold, text)
        words = folded.translate(_ASCII).split() if folded.isascii() else _LETTERS.findall(folded.lower())
    if max(map(len, words), default=0) > MAX_WORD_CHARACTERS:
        return [word[:MAX_WORD_CHARACTERS] for word in words]
    return words


def split_texts(texts: Iterable[str]) -> list[str]:
    """Split texts into searchable words, with a gap after each text and in place of words that exceed a limit."""
    words: list[str] = []
    for text in texts:
        if found := split_words(text):
            words += found
            words.append(GAP)
    return words if len(words) <= MAX_REPEATS else _limit(words)


def join_words(words: Sequence[str]) -> str:
    """Join words into a text that splits into the same words; scripts without spaces are joined without spaces."""
    text = words[0]
    for before, word in pairwise(words):
        text += word if is_unspaced(before) and is_unspaced(word) else f" {word}"
    return text if split_words(text) == list(words) else " ".join(words)


def is_unspaced(word: str) -> bool:
    """Return whether a word is a character of a script without spaces."""
    return bool(_UNSPACED.fullmatch(word))


def _fold(run: re.Match[str]) -> str:
    # Dropping a character may bring together characters that NFC composes.
    return normalize("NFC", "".join(map(_fold_character, normalize("NFKC", run[0]).casefold())))


@lru_cache(maxsize=16_384)
def _fold_character(character: str) -> str:
    """Fold a character for searching into letters or digits, nothing, or a space."""
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


def condense_words(words: Sequence[str]) -> list[str]:
    """Return the first `MAX_WORDS`, and each different word after them once."""
    return [*words[:MAX_WORDS], *_list_further_words(words)]


def _limit(words: Sequence[str]) -> list[str]:
    """Put a gap in place of every word that exceeds a limit, and gaps around each of the further words."""
    seen: Counter[str] = Counter()
    bytes_left = MAX_WORD_BYTES
    limited = []
    for word in words[:MAX_WORDS]:
        seen[word] += 1
        bytes_left -= len(word.encode()) if seen[word] == 1 else 0
        limited.append(word if seen[word] <= MAX_REPEATS and bytes_left >= 0 else GAP)
    for word in _list_further_words(words):
        bytes_left -= len(word.encode())
        if bytes_left >= 0:
            limited += GAP, word
    return limited


def _list_further_words(words: Sequence[str]) -> list[str]:
    known = {GAP, *words[:MAX_WORDS]}
    return [word for word in dict.fromkeys(words[MAX_WORDS:]) if word not in known][:MAX_FURTHER_WORDS]
