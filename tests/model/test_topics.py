"""Slugs are readable and unique."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    ],
)
def test_slugs_read_like_their_labels(label: str, slug: str) -> None:
    assert slugify(label) == slug


def test_labels_that_differ_in_case_and_blanks_are_one_topic() -> None:
    assert topic_key("Machine  Learning ") == topic_key("machine learning")


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
def test_a_slug_holds_no_operator_and_no_blank(label: str) -> None:
    slug = slugify(label)
    assert slug
    assert not set(slug) & set("+,!/.?# ")


def test_the_most_used_spelling_is_the_name() -> None:
    assert choose_label({"AI": 3, "Ai": 3, "ai": 1}) == "AI"
