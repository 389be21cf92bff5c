"""Slugs are readable and unique."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.text import clean_text, strip_invisible
from feeds.model.topics import assign_slugs, choose_label, slugify, topic_key


@pytest.mark.parametrize(
    ("label", "slug"),
    [
        ("Computer Vision", "computer-vision"),
        ("AI", "ai"),
        ("C", "c"),
        ("C++", "c-plus-plus"),
        ("C#", "c-sharp"),
        ("R&D", "r-and-d"),
        ("What\u2019s New?", "whats-new"),
        ("Café", "cafe"),
        ("人工知能", "人工知能"),
        ("ИИ и право", "ии-и-право"),
        ("🚀", "u1f680"),
        ("AI 🚀", "ai-u1f680"),
        ("???", "u3f-u3f-u3f"),
        ("हिन्दी", "हिन्दी"),
        ("\u2764\ufe0f", "u2764"),
        ("AI\u200b\xad", "ai"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc-\u062e\u0648\u0627\u0647\u0645"),
    ],
)
def test_slugs_read_like_their_labels(label: str, slug: str) -> None:
    assert slugify(label) == slug


def test_labels_that_differ_in_case_and_whitespace_are_one_topic() -> None:
    assert topic_key("Machine  Learning ") == topic_key("machine learning")


@pytest.mark.parametrize(
    "label",
    [
        "\ufeffMöwe",
        "Mö\xadwe",
        "Mö\u200bwe",
        "Mö\u200cwe",
        "Mö\u200dwe",
        "\u200eMöwe\u200f",
        "\u202eMöwe\u202c",
        "Mö\u2060we",
        "Möwe\ufe0e",
        "Möwe\U000e0100",
        "Mo\u034f\u0308we",
        "\u3164Möwe",
    ],
)
def test_invisible_characters_make_no_second_topic(label: str) -> None:
    assert topic_key(label) == topic_key("möwe")
    assert slugify(label) == "mowe"


@pytest.mark.parametrize("label", ["\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "క్\u200cష", "ශ්\u200dරී"])
def test_joiners_stay_where_they_change_the_writing(label: str) -> None:
    assert topic_key(label) == label


def test_a_joiner_next_to_an_unassigned_character_is_dropped() -> None:
    assert topic_key("\u0378\u200cab") == "\u0378ab"


@given(st.text())
def test_a_key_has_no_invisible_characters_to_drop(label: str) -> None:
    assert topic_key(topic_key(label)) == topic_key(label)
    assert strip_invisible(topic_key(label)) == topic_key(label)


@pytest.mark.slow
@pytest.mark.no_cover
def test_a_label_with_a_visible_character_has_a_key() -> None:
    make_key = topic_key.__wrapped__  # no cache holds a million keys
    characters = map(chr, range(sys.maxunicode + 1))
    assert [character for character in characters if not make_key(character) and clean_text(character)] == []


def test_labels_with_equal_slugs_get_unique_slugs() -> None:
    slugs = assign_slugs(["café", "cafe", "ai-ethics", "ai ethics"])
    assert slugs["cafe"] == "cafe"
    assert slugs["ai ethics"] == "ai-ethics"
    assert slugs["café"].startswith("cafe-")
    assert len(set(slugs.values())) == 4


@given(st.lists(st.text(min_size=1).map(topic_key).filter(bool), unique=True), st.randoms())
def test_slugs_are_unique_and_do_not_depend_on_order(keys: list[str], random: "object") -> None:
    shuffled = list(keys)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    slugs = assign_slugs(keys)
    assert slugs == assign_slugs(shuffled)
    assert len(set(slugs.values())) == len(keys)


@given(st.text(min_size=1))
def test_a_slug_has_no_operator_and_no_space(label: str) -> None:
    slug = slugify(label)
    assert slug
    assert not set(slug) & set("+,!/.?# ")


def test_the_most_used_spelling_is_the_name() -> None:
    assert choose_label({"AI": 3, "Ai": 3, "ai": 1}) == "AI"
