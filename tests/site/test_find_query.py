"""The text to find in the lists of topics and publishers."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.errors import BadRequestError
from feeds.site.find_query import MAX_FIND_CHARACTERS, read_find, write_find


@pytest.mark.parametrize(
    ("query_string", "canonical"),
    [
        ("", ""),
        ("find=", ""),
        ("find=++&x=1", ""),
        ("utm_source=x&find=+deep++sea+", "find=deep+sea"),
        ("find=a%CC%88", "find=%C3%A4"),
        ("find=a%e2%80%8cb", "find=ab"),
        ("find=%E2%80%8C", ""),
        ("find=c%2B%2B+%26+x", "find=c%2B%2B+%26+x"),
    ],
)
def test_a_text_has_one_canonical_spelling(query_string: str, canonical: str) -> None:
    assert write_find(read_find(query_string)) == canonical


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=MAX_FIND_CHARACTERS // 4))
def test_the_canonical_query_is_read_back(text: str) -> None:
    found = read_find(write_find(text))
    assert found == unicodedata.normalize("NFC", text)
    assert read_find(write_find(found)) == found


@pytest.mark.parametrize(
    ("query_string", "sentence"),
    [
        ("find=a&find=b", "Duplicate parameter “find”; keep one."),
        ("find=a%00b", "“find” must not contain control characters."),
        (f"find={'a' * 101}", f"“find”: invalid value “{'a' * 40}…”; expected at most 100 characters."),
    ],
)
def test_a_bad_text_is_an_error(query_string: str, sentence: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        read_find(query_string)
    assert str(caught.value) == sentence
