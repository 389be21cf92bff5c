"""Find the texts of pages and feeds in a language: English as in the code, other languages from their translation.

Texts are marked by the functions of gettext, so `make translations` finds them. English needs neither a translation
nor Babel, which takes longer to import than most commands run.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from importlib import import_module
from pathlib import Path

from feeds.model.entry import fingerprint
from feeds.model.translation.directions import find_direction, find_script
from feeds.model.translation.english_dates import format_day, format_short_day

SOURCE_LANGUAGE = "en"
"""The language of the texts in the code."""

TRANSLATIONS = Path(__file__).parent / "locales"
"""The folder with a translation for each language, named after the language."""

_TRANSLATED_TEXTS = f"{__package__}.translated_texts"


class Texts:
    """The texts in English, and the base of all other languages.

    A message with values is filled with them, and numbers are written as the language writes them. Without values, a
    message comes back with its placeholders. `language` is the BCP 47 tag of the texts.
    """

    language = SOURCE_LANGUAGE

    @property
    def direction(self) -> str:
        """`rtl` for a language written from right to left, else `ltr`."""
        return find_direction(self.language)

    def gettext(self, message: str, **values: object) -> str:
        """Translate a message."""
        return self._fill(self.find(message), values)

    def pgettext(self, context: str, message: str, **values: object) -> str:
        """Translate a message that has another meaning elsewhere."""
        return self._fill(self.find(message, context=context), values)

    def ngettext(self, singular: str, plural: str, number: int, /, **values: object) -> str:
        """Translate a message with a number, which is the value of `%(number)s`."""
        return self._fill(self.find_plural(singular, plural, number=number), {"number": number, **values})

    def npgettext(self, context: str, singular: str, plural: str, number: int, /, **values: object) -> str:
        """Translate a message with a number that has another meaning elsewhere."""
        message = self.find_plural(singular, plural, number=number, context=context)
        return self._fill(message, {"number": number, **values})

    def find(self, message: str, *, context: str = "") -> str:  # noqa: ARG002 English needs no context
        """Return the translation of a message, with its placeholders."""
        return message

    def find_plural(self, singular: str, plural: str, *, number: int, context: str = "") -> str:  # noqa: ARG002 as above
        """Return the translation of a message in the form for a number, with its placeholders."""
        return singular if number == 1 else plural

    def day(self, timestamp: date) -> str:
        """Write a day, or the day of an aware UTC timestamp, as `22 December 2020`."""
        return format_day(timestamp)

    def short_day(self, timestamp: date) -> str:
        """Write a day without the year, with the month cut short, as `22 Dec`."""
        return format_short_day(timestamp)

    def date(self, timestamp: datetime) -> str:
        """Write the day of an aware UTC timestamp, as `2020-12-22`; other languages write days in one way only."""
        return timestamp.date().isoformat()

    def time(self, timestamp: datetime) -> str:
        """Write an aware UTC timestamp, as `22 December 2020, 16:48 UTC`."""
        return self.gettext("%(day)s, %(clock)s UTC", day=self.day(timestamp), clock=self._clock(timestamp))

    def number(self, number: float, *, places: int = 0) -> str:
        """Write a number with a fixed number of decimal places, as `1,234`."""
        return f"{number:,.{places}f}"

    def percent(self, share: float) -> str:
        """Write a share as a whole percentage, as `85%`."""
        return f"{share:.0%}"

    def join(self, items: Iterable[str]) -> str:
        """Write a list with commas."""
        return self.pgettext("separator of a list", ", ").join(items)

    def write_value(self, value: object) -> object:
        """Write a whole number as the language writes it; return any other value of a message as it is."""
        return self.number(value) if isinstance(value, int) else value

    def _clock(self, timestamp: datetime) -> str:
        return f"{timestamp:%H:%M}"

    def _fill(self, message: str, values: Mapping[str, object]) -> str:
        return message % {name: self.write_value(value) for name, value in values.items()} if values else message


_ENGLISH = Texts()


@lru_cache(maxsize=16)
def find_texts(language: str) -> Texts:
    """Return the texts for a site in a language, given as a BCP 47 tag: English if it has no translation."""
    path = _find_translation(language)
    if path is None:
        return _ENGLISH
    texts: Texts = import_module(_TRANSLATED_TEXTS).read_texts(path, language=language)
    return texts


@lru_cache(maxsize=16)
def fingerprint_texts(language: str) -> str:
    """Return a fingerprint of what the texts for a language depend on, apart from the program; empty for English.

    It changes with the translation, and when a language gets its first translation.
    """
    if is_same_language(language, SOURCE_LANGUAGE):
        return ""
    path = _find_translation(language)
    return fingerprint(path.read_bytes()) if path else SOURCE_LANGUAGE


def is_same_language(one: str, other: str) -> bool:
    """Return whether two BCP 47 tags are of one language, perhaps of several regions."""
    return one.lower().partition("-")[0] == other.lower().partition("-")[0]


def list_translations() -> list[str]:
    """Return the languages with a translation, as BCP 47 tags."""
    return sorted(path.stem for path in TRANSLATIONS.glob("*.po"))


def _find_translation(language: str) -> Path | None:
    """Return the translation for a language: the one for the longest part of the tag without another script."""
    if is_same_language(language, SOURCE_LANGUAGE):
        return None
    translations = _read_names()
    return next((translations[tag] for tag in _list_tags(language) if tag in translations), None)


def _list_tags(language: str) -> Iterator[str]:
    """Yield a tag in lower case and its shorter forms, as RFC 4647 section 3.4, but never without its script."""
    subtags = language.lower().split("-")
    for length in range(len(subtags), 0, -1):
        tag = "-".join(subtags[:length])
        if find_script(tag) == find_script(language):
            yield tag


def _read_names() -> dict[str, Path]:
    return {path.stem.lower(): path for path in TRANSLATIONS.glob("*.po")}
