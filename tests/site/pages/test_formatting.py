"""Dates, counts, directions, addresses and excerpts on pages."""

import pytest

from feeds.site.pages.formatting import allow_breaks, find_direction, write_count, write_excerpt
from tests.support.sample_feeds import make_entry


def test_dates_and_counts_are_written_for_people() -> None:
    assert [write_count(number) for number in (0, 1, 1_234)] == ["0 entries", "1 entry", "1,234 entries"]


@pytest.mark.parametrize(
    ("language", "direction"),
    [("en", "ltr"), ("ar-EG", "rtl"), ("HE", "rtl"), ("pa-Arab-PK", "rtl"), ("ar-Latn", "ltr"), ("de-1996", "ltr")],
)
def test_a_language_has_a_direction(language: str, direction: str) -> None:
    assert find_direction(language) == direction


def test_an_address_may_break_after_slashes() -> None:
    broken = "https://news.example/<wbr>topics/<wbr>a&amp;b.atom"
    assert allow_breaks("https://news.example/topics/a&b.atom") == broken


def test_an_excerpt_is_short_and_plain() -> None:
    assert write_excerpt(make_entry(summary="", body="<p>One <b>gull</b>.</p>")) == "One gull."
    assert len(write_excerpt(make_entry(summary="gull " * 1_000))) <= 280
    assert write_excerpt(make_entry(summary="")) == ""
