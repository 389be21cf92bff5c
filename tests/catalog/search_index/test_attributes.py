"""Figures are compared with minimums by words, and pairs of short words are words too."""

from hypothesis import example, given
from hypothesis import strategies as st

from feeds.catalog.search_index.attributes import (
    SIGN,
    list_attributes,
    list_pairs,
    spell_minimum,
    spell_provider,
    spell_type,
)
from feeds.model.query import MAX_RANK
from feeds.model.tokenize import GAP, split_words
from tests.support.environment import SOAK
from tests.support.index_rows import make_row

figures = st.none() | st.integers(-2, 5) | st.integers(0, MAX_RANK) | st.sampled_from((511, 512, 1_023, 1_024, 5_000))


@example(figure=None, minimum=0)
@example(figure=-1, minimum=0)
@example(figure=0, minimum=0)
@example(figure=5_000, minimum=MAX_RANK)
@given(figure=figures, minimum=st.integers(0, MAX_RANK))
def test_a_figure_has_a_word_of_each_minimum_up_to_the_figure(figure: int | None, minimum: int) -> None:
    attributes = set(list_attributes(make_row(quality=figure)))
    assert bool(attributes.intersection(spell_minimum(minimum, "q"))) == (figure is not None and figure >= minimum)


def test_every_minimum_separates_every_figure() -> None:
    step = 1 if SOAK else 37
    for figure in range(0, MAX_RANK + 1, step):
        attributes = set(list_attributes(make_row(heat=figure)))
        for minimum in range(0, MAX_RANK + 1, step):
            assert bool(attributes.intersection(spell_minimum(minimum, "h"))) == (figure >= minimum)


@given(st.text())
def test_no_attribute_is_a_word_of_a_text(name: str) -> None:
    for attribute in (*list_attributes(make_row(provider=name, type=name)), spell_provider(name), spell_type(name)):
        assert attribute.startswith(SIGN)
        assert all(letter.isascii() and letter.isalnum() and not letter.isupper() for letter in attribute[1:])
    assert not any(SIGN in word for word in split_words(f"{SIGN}{name} {SIGN}"))


def test_only_short_words_next_to_each_other_are_pairs() -> None:
    words = [SIGN, f"{SIGN}a", GAP, "state", "of", "the", "art", "of", "the", "sea", GAP, "1", "漢", GAP]
    pairs = ["of the", "the art", "art of", "the sea", "1 漢"]
    assert list(list_pairs(words)) == [f"{SIGN}w{pair.replace(' ', SIGN)}" for pair in pairs]
    assert not list_pairs(["the"])
