"""Pairs of short words stand for their places in phrases."""

from feeds.catalog.search_index.attributes import SIGN
from feeds.catalog.search_index.word_pairs import list_pairs
from feeds.model.tokenize import GAP


def test_only_short_words_next_to_each_other_are_pairs() -> None:
    words = [SIGN, f"{SIGN}a", GAP, "state", "of", "the", "art", "of", "the", "sea", GAP, "1", "漢", GAP]
    pairs = ["of the", "the art", "art of", "the sea", "1 漢"]
    assert list(list_pairs(words)) == [f"{SIGN}w{pair.replace(' ', SIGN)}" for pair in pairs]


def test_a_single_word_has_no_pair() -> None:
    assert not list_pairs(["the"])
