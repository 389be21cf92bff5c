"""Words are located where readers see them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.tokenize import split_words
from feeds.model.word_places import locate_words

SIGNS = st.sampled_from(list("aé½ßŒﬁ字か한ทกि©・-· \u0301\u00ad\u200b\u200d\ufe0f\u1100\u1161İΣ😀①E1"))


@given(st.lists(SIGNS, max_size=12).map("".join) | st.text(max_size=20))
def test_located_words_are_the_words_of_a_search(text: str) -> None:
    places = locate_words(text)
    assert [place.word for place in places] == split_words(text)
    assert all(place.start < place.end for place in places)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Two robots!", ["Two", "robots"]),
        ("Das Café – schön", ["Das", "Café", "schön"]),
        ("e\u0301te\u0301", ["e\u0301te\u0301"]),
        ("co\u00adop", ["co\u00adop"]),
        ("海の家", ["海", "の", "家"]),
        ("1½", ["1½", "½"]),
    ],
)
def test_places_include_accents_and_signs(text: str, found: list[str]) -> None:
    assert [text[place.start : place.end] for place in locate_words(text)] == found
