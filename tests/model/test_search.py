"""Searches: every input has one canonical spelling or is rejected with a message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.search import MAX_CHARACTERS, parse_search

TYPED = st.text(st.sampled_from("ab é*-'\"“ 漢か\u3099ﷺlsOR") | st.characters(), max_size=40)


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("computer", "computer"),
        (" Vision  COMPUTER vision ", "computer vision"),
        ('"Deep  Learning" ai', 'ai "deep learning"'),
        ("“deep learning”", '"deep learning"'),
        ('"deep learning', '"deep learning"'),
        ('"one" one', '"one" one'),
        ('"2020" "人"', "2020 人"),
        ("Café CAFE “möwe”", 'cafe café "mowe"'),
        ("-robots learn*", "learn* -robots"),
        ('--robots -"chat bots*" ai', 'ai -"chat bots*" -robots'),
        ('"deep learn*"', '"deep learn*"'),
        ('"deep learn"*', '"deep learn*"'),
        ("self-driving don't", '"don t" "self driving"'),
        ("robot's Robots\u2019 l'élection D\u2019ÉTAT", "élection état robot robots"),
        ("\"robot's\" -robot's it's 's o'neill", 'it "o neill" "robot s" s -"robot s"'),
        ("gazette.example", '"gazette example"'),
        ("C++", "c"),
        ("a*b", '"a b"'),
        ("AI or NOT NEAR(x)", 'ai "near x" not or'),
        ("fox OR dog", "dog OR fox"),
        ("the fox OR b a OR fox the", "a b OR fox the"),
        ('OR fox OR OR "or" OR …', 'fox OR "or"'),
        ("(fox OR dog -or)", "dog -or OR fox"),
        ("人工知能 \uff21\uff29", "ai 人工知能"),
        ("人工* “AI 研究", '"ai 研究" 人工'),
        ('- "" * … ai', "ai"),
        ("a-b -c", '"a b" -c'),
    ],
)
def test_each_search_has_one_spelling(typed: str, canonical: str) -> None:
    search = parse_search(typed)
    assert str(search) == canonical
    assert parse_search(canonical) == search


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", r'^expected a word, a "phrase" or a prefix\*$'),
        ("!! -", "^expected a word"),
        ('-ai -"deep learning"', "^expected a word to find besides -ai$"),
        ("OR OR", '^expected a word besides OR, or "or"$'),
        ("fox OR -dog OR cat", "^expected a word to find besides -dog$"),
        ("a b OR c d OR e f OR g h OR i", "expected at most 8 terms, not 9"),
        ("vision ab*", r"^expected at least 3 letters before \* in ab\*$"),
        ('"deep le*"', r'^expected at least 3 letters before \* in "deep le\*"$'),
        ("a b c d e f g h -i", "expected at most 8 terms, not 9"),
        ("x" * 201, "expected at most 200 characters, not 201"),
        ("ﷺ" * 12, "expected at most 200 characters, not 2.."),
    ],
)
def test_invalid_searches_are_rejected_with_a_message(typed: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_search(typed)


@given(TYPED)
def test_any_input_is_rejected_or_has_an_equivalent_canonical_spelling(typed: str) -> None:
    try:
        search = parse_search(typed)
    except ValueError:
        return
    assert len(str(search)) <= MAX_CHARACTERS
    assert parse_search(str(search)) == search
    assert str(parse_search(str(search))) == str(search)
