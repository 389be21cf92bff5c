"""Previews of links name the language with a territory."""

import pytest

from feeds.model.translation.territories import find_locale


@pytest.mark.parametrize(
    ("language", "locale"),
    [
        ("en", "en_US"),
        ("en-GB", "en_GB"),
        ("de", "de_DE"),
        ("ar", "ar_EG"),
        ("zh-Hant-HK", "zh_HK"),
        ("pt-br", "pt_BR"),
        ("eo", ""),
        ("x-klingon", ""),
    ],
)
def test_a_language_without_a_territory_gets_the_likely_one(language: str, locale: str) -> None:
    assert find_locale(language) == locale
