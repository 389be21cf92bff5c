"""Read the translation of a language; no other module imports Babel.

A translation is a file of gettext, read once by the processes of a site in its language, so there is nothing to build.
"""

from datetime import date, datetime
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from feeds.model.translation.texts import SOURCE_LANGUAGE, Texts

# The zero of the numbering systems that CLDR gives as the default of a language; Babel writes European digits.
_ZEROS = {
    "arab": 0x660,
    "arabext": 0x6F0,
    "beng": 0x9E6,
    "cakm": 0x11136,
    "deva": 0x966,
    "mymr": 0x1040,
    "nkoo": 0x7C0,
    "olck": 0x1C50,
}


class TranslatedTexts(Texts):
    """The texts of a translation, with dates and numbers of the locale of the site."""

    def __init__(self, language: str, translations: GNUTranslations, locale: Locale) -> None:
        self.language = language
        self._translations = translations
        self._locale = locale
        zero = _ZEROS.get(locale.default_numbering_system)
        self._digits = {ord("0") + digit: chr(zero + digit) for digit in range(10)} if zero else {}

    def find(self, message: str, *, context: str = "") -> str:
        """Return the translation of a message, with its placeholders."""
        return self._translations.pgettext(context, message) if context else self._translations.gettext(message)

    def find_plural(self, singular: str, plural: str, *, number: int, context: str = "") -> str:
        """Return the translation of a message in the form for a number, with its placeholders."""
        if context:
            return self._translations.npgettext(context, singular, plural, number)
        return self._translations.ngettext(singular, plural, number)

    def day(self, timestamp: date) -> str:
        """Write a day, or the day of an aware UTC timestamp, in the long format of the locale."""
        return format_date(timestamp, "long", locale=self._locale).translate(self._digits)

    def short_day(self, timestamp: date) -> str:
        """Write a day without the year, with the month cut short."""
        return format_skeleton("MMMd", timestamp, locale=self._locale).translate(self._digits)

    def date(self, timestamp: datetime) -> str:
        """Write the day of an aware UTC timestamp in the long format of the locale."""
        return self.day(timestamp)

    def number(self, number: float, *, places: int = 0) -> str:
        """Write a number with a fixed number of decimal places as the locale does."""
        pattern = f"#,##0.{'0' * places}" if places else "#,##0"
        written = format_decimal(number, pattern, locale=self._locale, numbering_system="default")
        return written.translate(self._digits)

    def percent(self, share: float) -> str:
        """Write a share as a whole percentage as the locale does."""
        return format_percent(share, locale=self._locale, numbering_system="default").translate(self._digits)

    def _clock(self, timestamp: datetime) -> str:
        return super()._clock(timestamp).translate(self._digits)


def read_texts(path: Path, *, language: str) -> TranslatedTexts:
    """Read the translation in a file for a site in a language, which may be more specific: `de-AT` for `de`."""
    with path.open("rb") as file:
        catalog = read_po(file, locale=None)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return TranslatedTexts(path.stem, GNUTranslations(compiled), _find_locale(language, path.stem))


def _find_locale(*languages: str) -> Locale:
    """Return the locale of the first language that CLDR knows; that of the texts in the code if it knows none."""
    for language in languages:
        try:
            return Locale.parse(language, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse(SOURCE_LANGUAGE)
