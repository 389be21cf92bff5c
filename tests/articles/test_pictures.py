"""A `srcset` is read by the algorithm of the HTML standard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.articles.pictures import MAX_CANDIDATES, MAX_SRCSET_CHARACTERS, parse_srcset

BASE = "https://e.example/"


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("a.jpg", ["a.jpg"]),
        ("a.jpg, b.jpg 2x ,c.jpg 1.5x", ["a.jpg", "b.jpg 2x", "c.jpg 1.5x"]),
        ("a.jpg 100w,\n\tb.jpg 200w", ["a.jpg 100w", "b.jpg 200w"]),
        (" , ,a,1.jpg 2x,", ["a,1.jpg 2x"]),
        ("a.jpg,b.jpg", ["a.jpg,b.jpg"]),
        ("a.jpg, ,b.jpg 2x", ["a.jpg", "b.jpg 2x"]),
        ("big town.jpg 2x, b.jpg .5x", ["b.jpg .5x"]),
        ("a.jpg 2x 3x, b.jpg 2y, c.jpg -1x, d.jpg 100w 50h", []),
        ("a.jpg (1, 2), b.jpg 2x", ["b.jpg 2x"]),
        ("a.jpg (1, b.jpg 2x", []),
        ("javascript:x 1x, data:,x 2x, b.jpg 3x", ["b.jpg 3x"]),
        ("", []),
    ],
)
def test_invalid_candidates_are_left_out(text: str, candidates: list[str]) -> None:
    assert parse_srcset(text, BASE) == [f"{BASE}{candidate}" for candidate in candidates]


def test_a_very_long_list_is_cut() -> None:
    assert len(parse_srcset("a.jpg 1x, " * (MAX_CANDIDATES + 1), BASE)) == MAX_CANDIDATES
    assert parse_srcset(" " * MAX_SRCSET_CHARACTERS + "a.jpg", BASE) == []


@given(st.text("ab.jpg ,()\t2xw", max_size=40))
def test_a_list_reads_the_same_once_written(text: str) -> None:
    candidates = parse_srcset(text, BASE)
    assert parse_srcset(", ".join(candidates), "") == candidates
