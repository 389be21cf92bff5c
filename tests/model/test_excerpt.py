"""Texts are shortened where a reader sees a word or a character end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.excerpt import shorten


@pytest.mark.parametrize(
    ("text", "shortened"),
    [
        ("High tide", "High tide"),
        ("  High \n tide at noon ", "High tide…"),
        ("High tides, and low", "High…"),
        ("The mid-ocean tide", "The mid-…"),
        ("A very-very-longish", "A very-…"),
        ("汐の満ち引きについて語る", "汐の満ち引きについ…"),
        ("記事 汐の満ち引きについて", "記事 汐の満ち引き…"),
        ("น้ำขึ้นน้ำลงที่", "น้ำขึ้น…"),
        ("x" * 20, "xxxxxxxxx…"),
        ("a" + "e\u0301" * 9, "a" + "e\u0301" * 4 + "…"),
        ("🇫🇷🇩🇪🇬🇧🇮🇹🇪🇸🇵🇹", "🇫🇷🇩🇪🇬🇧🇮🇹…"),
        ("👩\u200d🚀👩\u200d🚀👩\u200d🚀👩\u200d🚀", "👩\u200d🚀👩\u200d🚀👩\u200d🚀…"),
    ],
)
def test_a_text_is_cut_between_words_or_characters(text: str, shortened: str) -> None:
    assert shorten(text, 10) == shortened


@given(st.text(st.sampled_from("ab 汐น้🇫e\u0301👩\u200d🚀-,\n") | st.characters(), max_size=40), st.integers(1, 30))
def test_a_short_text_fits(text: str, characters: int) -> None:
    shortened = shorten(text, characters)
    assert len(shortened) <= characters
    whole = " ".join(text.split())
    assert shortened == whole or (shortened.endswith("…") and whole.startswith(shortened[:-1]))
    assert len(shortened) > characters // 2 - 2 or shortened == whole or not whole[:characters].isascii()


def test_a_run_of_flags_takes_no_time() -> None:
    assert len(shorten("\U0001f1eb" * 1_000_000, 10_000)) <= 10_000
