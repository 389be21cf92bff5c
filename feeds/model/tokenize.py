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
    return split_both(text)[0]


def split_both(text: str) -> tuple[list[str], list[str]]:
    """Return the words of a text, and the spelling of each: the word with its accents, as stemmers need it.

    A text without accents has a single list. A spelling of more than `MAX_WORD_CHARACTERS` characters has no accents.
    """
    spelled = text if text.isascii() else _OTHER.sub(_spell, text)
    if spelled.isascii():
        words = spellings = spelled.translate(_ASCII).split()
    else:
        # Composed after the split: `<` and an accent compose to a letter.
        found = [normalize("NFC", spelling) for spelling in _LETTERS.findall(spelled.lower())]
        spellings = [spelling for spelling in found if fold_spelling(spelling)]
        words = list(map(fold_spelling, spellings))
    longest = max(map(len, spellings), default=0)
    if longest > MAX_WORD_CHARACTERS:
        words = [word[:MAX_WORD_CHARACTERS] for word in words]
        spellings = [
            word if len(spelling) > MAX_WORD_CHARACTERS else spelling
            for word, spelling in zip(words, spellings, strict=True)
        ]
    return words, spellings


@lru_cache(maxsize=16_384)
def fold_spelling(spelling: str) -> str:
    """Return the word of a spelling; empty if the spelling has only accents."""
    return spelling if spelling.isascii() else normalize("NFC", "".join(map(_fold_character, spelling)))


def split_texts(texts: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the searchable words of texts and the spelling of each, as `split_both` does.

    There is a gap after each text, and in place of words that exceed a limit.
    """
    words: list[str] = []
    spellings: list[str] = []
    for text in texts:
        found = split_both(text)
        if found[0]:
            words += found[0]
            words.append(GAP)
            spellings += found[1]
            spellings.append(GAP)
    if len(words) <= MAX_REPEATS:
        return words, spellings
    places = _limit(words)
    return [_pick(words, place) for place in places], [_pick(spellings, place) for place in places]


def join_words(words: Sequence[str]) -> str:
    """Join words into a text that splits into the same words; scripts without spaces are joined without spaces."""
    text = words[0]
    for before, word in pairwise(words):
        text += word if is_unspaced(before) and is_unspaced(word) else f" {word}"
    return text if split_words(text) == list(words) else " ".join(words)


def is_unspaced(word: str) -> bool:
    """Return whether a word is a character of a script without spaces."""
    return bool(_UNSPACED.fullmatch(word))


def is_always_exact(word: str) -> bool:
    """Return whether a word has no other forms in any language: names with digits, and words of unspaced scripts."""
    return is_unspaced(word) or any(map(str.isdigit, word))


def _spell(run: re.Match[str]) -> str:
    return "".join(map(_spell_character, normalize("NFKC", run[0]).casefold()))


@lru_cache(maxsize=16_384)
def _spell_character(character: str) -> str:
    """Return the character in spellings: itself, nothing, or a space; characters of unspaced scripts are words."""
    kind = category(character)
    if kind[0] in "LNM" and is_unspaced(character):
        return f" {character} "
    if kind[0] in "LN" or (kind in {"Mn", "Mc"} and not _SELECTORS.match(character)):
        return character
    # Keycaps, soft hyphens and joiners leave no space.
    return "" if kind[0] == "M" or (kind == "Cf" and character != "\N{ZERO WIDTH SPACE}") else " "


@lru_cache(maxsize=16_384)
def _fold_character(character: str) -> str:
    """Fold a character of a spelling into letters or digits without accents; an accent is folded into nothing."""
    if is_unspaced(character):
        return character
    if category(character)[0] == "M":
        return character if _is_kept(character) else ""
    return normalize("NFC", "".join(filter(_is_kept, normalize("NFD", character))))


def _is_kept(character: str) -> bool:
    return combining(character) in _KEPT_MARKS


def condense_words(words: Sequence[str]) -> list[str]:
    """Return the first `MAX_WORDS`, and each different word after them once."""
    return [words[place] for place in (*range(len(words[:MAX_WORDS])), *_find_further_words(words))]


def _pick(words: Sequence[str], place: int | None) -> str:
    return GAP if place is None else words[place]


def _limit(words: Sequence[str]) -> list[int | None]:
    """Return the places of words, with None for a gap: in place of words that exceed a limit, and around further words.

    Further words are those after the first `MAX_WORDS`.
    """
    seen: Counter[str] = Counter()
    bytes_left = MAX_WORD_BYTES
    limited: list[int | None] = []
    for place, word in enumerate(words[:MAX_WORDS]):
        seen[word] += 1
        bytes_left -= len(word.encode()) if seen[word] == 1 else 0
        limited.append(place if seen[word] <= MAX_REPEATS and bytes_left >= 0 else None)
    for place in _find_further_words(words):
        bytes_left -= len(words[place].encode())
        if bytes_left >= 0:
            limited += None, place
    return limited


def _find_further_words(words: Sequence[str]) -> list[int]:
    """Return the place of each different word after the first `MAX_WORDS`, which is none of them."""
    known = {GAP, *words[:MAX_WORDS]}
    places: dict[str, int] = {}
    for place, word in enumerate(words[MAX_WORDS:], start=MAX_WORDS):
        if word not in known:
            places.setdefault(word, place)
    return list(places.values())[:MAX_FURTHER_WORDS]
