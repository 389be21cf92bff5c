"""Sort names from A to Z, put names under their first letters, and find names that contain a text."""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Generic, TypeVar

import msgspec

DIGITS, SIGNS, HAN = "0–9", "#", "漢"
"""The letters of names that begin with a digit, of names without letters and digits, and of Chinese characters."""

_MARKS = {"Mn", "Mc", "Me", "Cf"}  # accents, vowel signs, and invisible characters such as joiners
_TATWEEL = "\u0640"  # lengthens a line of Arabic script
_ARTICLE = "\u0627\u0644"  # the Arabic article, which is left out of alphabetical order
_HAN_NAMES = ("CJK UNIFIED IDEOGRAPH", "CJK COMPATIBILITY IDEOGRAPH")
_TO_HIRAGANA = {ord(katakana): ord(katakana) - 0x60 for katakana in map(chr, range(0x30A1, 0x30F7))}

T = TypeVar("T")


class LetterGroup(msgspec.Struct, Generic[T], frozen=True):
    """The items whose names begin with a letter, sorted from A to Z. An empty letter stands for a list without letters.

    `key` names the letter in URLs.
    """

    letter: str
    items: tuple[T, ...]

    @property
    def key(self) -> str:
        """The letter in fragments of URLs."""
        return {DIGITS: "0", SIGNS: "other"}.get(self.letter, self.letter.lower())


def fold_name(name: str) -> str:
    """Return a name in capitals, without accents and vowel signs. The script of the pages has the same rules."""
    if name.isascii():
        return name.upper()
    decomposed = unicodedata.normalize("NFKD", name.upper()).upper()  # `ª` has a capital only when decomposed
    return "".join(each for each in decomposed if unicodedata.category(each) not in _MARKS and each != _TATWEEL)


def sort_key(name: str) -> tuple[int, str, str]:
    """Return a key that sorts names from A to Z: digits first, then letters of all alphabets, and signs last."""
    letter, rest = _split(name)
    return {DIGITS: 0, SIGNS: 2}.get(letter, 1), rest, name


def group_by_letter(items: Iterable[T], name: Callable[[T], str]) -> tuple[LetterGroup[T], ...]:
    """Sort items by name, and put them under their first letters.

    Accents make no difference, so `Öl` is under O. Japanese names are under a letter of hiragana, Korean names under a
    consonant, and all Chinese characters under one letter.
    """
    groups: dict[str, list[T]] = {}
    for item in sorted(items, key=lambda item: sort_key(name(item))):
        groups.setdefault(_split(name(item))[0], []).append(item)
    return tuple(LetterGroup(letter, tuple(each)) for letter, each in groups.items())


def find_names(items: Sequence[T], text: str, name: Callable[[T], str]) -> list[T]:
    """Return the items whose names contain each word of a text: names equal to it first, then names that begin with it.

    Case and accents make no difference. Equal items keep their order.
    """
    words = fold_name(text).split()
    start = " ".join(words)

    def rank(folded: str) -> int:
        if folded.startswith(start):
            return 0 if folded == start else 1
        return 2 if f" {start}" in folded else 3

    names = ((fold_name(name(item)), item) for item in items)
    found = [(rank(folded), item) for folded, item in names if all(word in folded for word in words)]
    return [item for _rank, item in sorted(found, key=lambda each: each[0])]


def _split(name: str) -> tuple[str, str]:
    """Return the letter of a name, and the name without signs in front, folded."""
    if name.startswith(_ARTICLE) and len(name) > len(_ARTICLE) + 1:
        name = name.removeprefix(_ARTICLE)
    folded = fold_name(name)
    start = next((position for position, each in enumerate(folded) if each.isalnum()), None)
    if start is None:
        return SIGNS, folded
    return _name_letter(folded[start]), folded[start:]


@lru_cache(maxsize=4_096)
def _name_letter(character: str) -> str:
    if character.isnumeric() and not unicodedata.name(character, "").startswith(_HAN_NAMES):
        return DIGITS
    if unicodedata.name(character, "").startswith(_HAN_NAMES):
        return HAN
    if "\u1100" <= character <= "\u1112":  # the consonant that a syllable of Korean begins with
        return unicodedata.lookup(unicodedata.name(character).replace("CHOSEONG", "LETTER"))
    return character.translate(_TO_HIRAGANA)
