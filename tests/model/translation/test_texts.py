"""Texts come in the language of the site, or in English."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from feeds.model.translation.texts import find_texts, fingerprint_texts

TIME = datetime(2026, 11, 24, 6, 5, tzinfo=UTC)


def test_english_is_as_in_the_code() -> None:
    texts = find_texts("en-GB")
    assert (texts.language, texts.direction) == ("en", "ltr")
    assert texts.gettext("Copied") == "Copied"
    assert [texts.ngettext("%(number)s gull", "%(number)s gulls", number) for number in (0, 1, 1_200)] == [
        *("0 gulls", "1 gull", "1,200 gulls"),
    ]
    assert texts.gettext("%(day)s: %(share)s", day=texts.day(TIME), share=texts.percent(0.5)) == "24 November 2026: 50%"
    assert (texts.time(TIME), texts.date(TIME)) == ("24 November 2026, 06:05 UTC", "2026-11-24")
    assert texts.number(1_234.5, places=3) == "1,234.500"


def test_a_text_without_values_keeps_its_placeholders() -> None:
    assert find_texts("en").gettext("100% of %(publisher)s") == "100% of %(publisher)s"


@pytest.mark.parametrize("language", ["ja", "zh-Hant", "pt-BR", "i-klingon", "x-private", "xx", "de-Latn-x-"])
def test_a_language_without_a_translation_has_english_texts(language: str) -> None:
    assert find_texts(language).language == "en"


def test_a_translation_has_dates_and_numbers_of_the_locale() -> None:
    german, austrian, arabic = (find_texts(language) for language in ("de", "de-AT", "ar"))
    assert (german.language, austrian.language, arabic.direction) == ("de", "de", "rtl")
    assert [texts.day(datetime(2026, 1, 24, tzinfo=UTC)) for texts in (german, austrian, arabic)] == [
        *("24. Januar 2026", "24. Jänner 2026", "24 يناير 2026"),
    ]
    assert (german.number(1_234), german.number(0.5, places=3), german.percent(0.5)) == ("1.234", "0,500", "50\xa0%")
    assert german.time(TIME) == "24. November 2026, 06:05 UTC"


def test_digits_are_those_of_the_locale() -> None:
    """CLDR gives European digits for Arabic in general, and Arabic digits for Egypt."""
    egyptian = find_texts("ar-EG")
    assert (find_texts("ar").number(1_234), egyptian.number(1_234)) == ("1,234", "١٬٢٣٤")  # noqa: RUF001 Arabic digits
    assert egyptian.day(TIME) == "٢٤ نوفمبر ٢٠٢٦"


def test_every_plural_form_is_used() -> None:
    arabic = find_texts("ar")
    written = [arabic.ngettext("%(number)s entry", "%(number)s entries", number) for number in (0, 1, 2, 3, 11, 100)]
    assert written == ["لا مواد", "مادة واحدة", "مادتان", "3 مواد", "11 مادة", "100 مادة"]


@pytest.mark.program
def test_english_needs_no_babel() -> None:
    code = (
        "import sys, feeds.cli.collect; from feeds.model.translation.texts import find_texts; find_texts('en'); "
        "sys.exit('babel' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_fingerprint_changes_with_the_texts() -> None:
    assert fingerprint_texts("en") == fingerprint_texts("en-US") == ""
    assert fingerprint_texts("ja") == "en"
    assert fingerprint_texts("de") == fingerprint_texts("de-AT") != fingerprint_texts("ar")
