"""Match the entries of an earlier feed to stories: by address, or by title and date."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from enum import StrEnum
from html import unescape

import msgspec

from feeds.migrate.addresses import normalize_address
from feeds.migrate.old_feed import OldEntry
from feeds.migrate.stories import Candidate

MAX_DIFFERENCE = timedelta(days=1)
"""The greatest difference between the dates of one story: many dates have no time, or another time zone."""

_TAG = re.compile(r"<[^<>]*>")
_MIN_TITLE_CHARACTERS = 4


class Basis(StrEnum):
    """What an entry and a story have in common."""

    ADDRESS = "address"
    TITLE = "title"
    NOTHING = "nothing"
    SEVERAL = "several"


class Match(msgspec.Struct, frozen=True):
    """An entry with its story; without a single story, `basis` is `NOTHING` or `SEVERAL`."""

    entry: OldEntry
    basis: Basis
    story: Candidate | None = None


class Matcher:
    """Matches entries to stories; a story by title and date must be the only one, for the only entry."""

    def __init__(self, stories: Iterable[Candidate]) -> None:
        self._exact: dict[str, Candidate] = {}
        self._by_address: dict[str, list[Candidate]] = {}
        self._by_title: dict[str, list[Candidate]] = {}
        for story in stories:
            self._exact.setdefault(story.url, story)
            if address := normalize_address(story.url):
                self._by_address.setdefault(address, []).append(story)
            if title := normalize_title(story.title):
                self._by_title.setdefault(title, []).append(story)

    def match(self, entries: Sequence[OldEntry]) -> list[Match]:
        """Match the entries of a feed, in the same order; each story matches one entry by title at most."""
        matches = [self._match_address(entry) for entry in entries]
        taken = {match.story.url for match in matches if match.story}
        guesses = [
            self._match_title(match.entry, taken=taken) if match.basis is Basis.NOTHING else match for match in matches
        ]
        named = Counter(guess.story.url for guess in guesses if guess.basis is Basis.TITLE and guess.story)
        return [
            Match(guess.entry, Basis.SEVERAL)
            if guess.basis is Basis.TITLE and guess.story and named[guess.story.url] > 1
            else guess
            for guess in guesses
        ]

    def _match_address(self, entry: OldEntry) -> Match:
        for link in entry.links:
            if story := self._exact.get(link):
                return Match(entry, Basis.ADDRESS, story)
        for address in filter(None, map(normalize_address, entry.links)):
            match self._by_address.get(address, []):
                case [story]:
                    return Match(entry, Basis.ADDRESS, story)
                case [_, *_]:
                    return Match(entry, Basis.SEVERAL)
        return Match(entry, Basis.NOTHING)

    def _match_title(self, entry: OldEntry, *, taken: set[str]) -> Match:
        found = [story for story in self._find_by_title(entry) if story.url not in taken]
        match found:
            case []:
                return Match(entry, Basis.NOTHING)
            case [story]:
                return Match(entry, Basis.TITLE, story)
            case _:
                return Match(entry, Basis.SEVERAL)

    def _find_by_title(self, entry: OldEntry) -> Iterator[Candidate]:
        for story in self._by_title.get(normalize_title(entry.title), ()):
            if entry.published and story.published and abs(entry.published - story.published) <= MAX_DIFFERENCE:
                yield story


def normalize_title(title: str) -> str:
    """Return the letters and digits of a title, without markup and case; empty if there are hardly any."""
    text = unicodedata.normalize("NFKC", unescape(_TAG.sub("", unescape(title)))).casefold()
    letters = "".join(character for character in text if character.isalnum())
    return letters if len(letters) >= _MIN_TITLE_CHARACTERS or not letters.isascii() else ""
