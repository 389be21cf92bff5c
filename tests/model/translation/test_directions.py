"""Languages have a direction, which a script in the tag may change."""

import pytest

from feeds.model.translation.directions import find_direction


@pytest.mark.parametrize(
    ("language", "direction"),
    [
        ("en", "ltr"),
        ("ar-EG", "rtl"),
        ("HE", "rtl"),
        ("pa-Arab-PK", "rtl"),
        ("ar-Latn", "ltr"),
        ("de-1996", "ltr"),
        ("ar-x-home", "rtl"),
    ],
)
def test_a_language_has_a_direction(language: str, direction: str) -> None:
    assert find_direction(language) == direction
