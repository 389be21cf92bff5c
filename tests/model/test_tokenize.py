"""Texts are split into words for searching, whatever their case, accents or script."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feeds.model.tokenize import (
    GAP,
    MAX_FURTHER_WORDS,
    MAX_REPEATS,
    MAX_WORD_BYTES,
    MAX_WORD_CHARACTERS,
    MAX_WORDS,
    condense_words,
    fold_spelling,
    join_words,
    split_both,
    split_texts,
    split_words,
)

# Separators, joiners, reordered and invisible characters.
TRICKY = (
    "aAßİΣ\u0301\u0338\u0345\u064b\u093c\u094d\u0928\u3099か\u200b\u200c\u00ad\ufe0f\u1100\u1161가ﬁ½ไ\u0e48漢 -¶\x00"
)
TEXTS = st.text(st.sampled_from(TRICKY) | st.characters())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Quick-Brown fox, 2nd edition.", "the quick brown fox 2nd edition"),
        ("don't don\u2019t", "don t don t"),
        ("www.gazette.example/a_b", "www gazette example a b"),
        ("C++ & C#", "c c"),
        ("Café cafe\u0301 CAFÉ", "cafe cafe cafe"),
        ("Straße STRASSE", "strasse strasse"),
        ("\uff21\uff29 ﬁnds ½", "ai finds 1 2"),
        ("co\u00adoperate zero\u200bwidth", "cooperate zero width"),
        ("ИИ и ёлки", "ии и елки"),
        ("עִבְרִית مَرْحَبًا", "עברית مرحبا"),
        ("हिन्दी", "हिन्दी"),
        ("AI研究、ガ行。", "ai 研 究 ガ 行"),
        ("ไทย", "ไ ท ย"),
        ("한국어 검색", "한국어 검색"),
        ("1️⃣ ❤️ 🚀 … — ¶", "1"),
        ("\ud800 \x00", ""),
    ],
)
def test_a_text_is_split_into_words(text: str, words: str) -> None:
    assert split_words(text) == words.split()


@pytest.mark.parametrize(
    ("text", "spellings"),
    [
        ("Don't “go”", "don t go"),
        ("Café cafe\u0301 CAFÉ", "café café café"),
        ("Straße Ёлки новый", "strasse ёлки новый"),
        ("مَرْحَبًا", "مَرْحَبًا"),
        ("\u0301 a<\u0338b", "a \u0338b"),
        ("ガ行", "ガ 行"),
    ],
)
def test_spellings_keep_accents(text: str, spellings: str) -> None:
    assert split_both(text) == (split_words(text), spellings.split())


@given(TEXTS)
def test_spellings_fold_into_words(text: str) -> None:
    words, spellings = split_both(text)
    assert list(map(fold_spelling, spellings)) == words
    assert split_both(" ".join(spellings)) == (words, spellings)


@given(TEXTS)
def test_words_are_letters_that_no_engine_splits_further(text: str) -> None:
    words = split_words(text)
    assert split_words(" ".join(words)) == words
    assert not set("".join(words)) & set(f"{GAP}\0 '\"\\:*&|!<>()-")
    assert all(ord(character) < 0x100000 or character.isalpha() for character in "".join(words))


@given(TEXTS.filter(split_words))
@example("か\u200d\u3099")
def test_joined_words_are_split_again(text: str) -> None:
    words = split_words(text)
    assert split_words(join_words(words)) == words


def test_scripts_without_spaces_are_joined_without_spaces() -> None:
    assert join_words(["ai", "研", "究", "of", "2020"]) == "ai 研究 of 2020"


def test_only_the_start_of_a_long_word_counts() -> None:
    assert split_words("x" * 99 + " é" + "y" * 99) == ["x" * MAX_WORD_CHARACTERS, "e" + "y" * (MAX_WORD_CHARACTERS - 1)]


def test_texts_are_split_with_gaps_between() -> None:
    words, spellings = split_texts(["One two", "", "…", "thrée"])
    assert words == ["one", "two", GAP, "three", GAP]
    assert spellings == ["one", "two", GAP, "thrée", GAP]


def test_a_word_repeated_too_often_leaves_gaps() -> None:
    words, _ = split_texts(["word and " * 300 + "end"])
    assert words[-2:] == ["end", GAP]
    assert words.count("word") == words.count("and") == MAX_REPEATS
    assert len(words) == 602


def test_words_after_the_maximum_are_searchable_once_each_without_their_order() -> None:
    first = [f"w{number}" for number in range(MAX_WORDS)]
    words, _ = split_texts([" ".join([*first, "w1", "new", "new", "last"])])
    assert words == [*first, GAP, "new", GAP, "last"]
    further = [f"f{number}" for number in range(MAX_FURTHER_WORDS + 1)]
    assert split_texts([" ".join([*first, *further])])[0][-1] == f"f{MAX_FURTHER_WORDS - 1}"


def test_words_fit_into_the_database() -> None:
    words, _ = split_texts([" ".join(f"{number:064}" for number in range(MAX_WORDS * 2))])
    assert sum(len(word) for word in words if word != GAP) == MAX_WORD_BYTES // 64 * 64
    assert words.count(GAP) == MAX_WORDS - MAX_WORD_BYTES // 64


def test_condensed_words_split_like_all_words() -> None:
    words = [f"w{number % 15_000}" for number in range(40_000)]
    condensed = condense_words(words)
    assert condensed == [f"w{number}" for number in range(15_000)]
    assert split_texts([" ".join(condensed)]) == split_texts([" ".join(words)])
