"""The query of the list of feeds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.errors import BadRequestError
from feeds.site.opml_query import EVERY_TOPIC, MAX_ACTIVE_DAYS, MAX_MIN_ENTRIES, OpmlQuery, parse_opml_query

listings = st.builds(
    OpmlQuery,
    with_providers=st.booleans(),
    min_entries=st.integers(0, MAX_MIN_ENTRIES),
    active_days=st.none() | st.integers(1, MAX_ACTIVE_DAYS),
)


@given(listings)
def test_the_canonical_query_is_read_back(listing: OpmlQuery) -> None:
    assert parse_opml_query(str(listing)) == listing


def test_a_query_has_one_canonical_spelling() -> None:
    for query_string in (
        "provider=1&min_entries=5&active_days=30",
        "active_days=030&min_entries=+5&provider=1&utm_source=x",
    ):
        assert str(parse_opml_query(query_string)) == "provider=1&min_entries=5&active_days=30"


@pytest.mark.parametrize("query_string", ["", "provider=0", "min_entries=0", "active_days=", "utm_source=x&limit=many"])
def test_an_empty_query_is_the_whole_list(query_string: str) -> None:
    assert parse_opml_query(query_string) == EVERY_TOPIC
    assert str(parse_opml_query(query_string)) == ""


@pytest.mark.parametrize(
    ("query_string", "sentence"),
    [
        ("provider=gazette.example", "“provider”: invalid value “gazette.example”; expected 1 or 0."),
        ("min_entries=-1", "“min_entries”: invalid value “-1”; expected a whole number from 0 to 1000000."),
        ("active_days=0", "“active_days”: invalid value “0”; expected a whole number from 1 to 36500."),
        ("active_days=a%00b", "“active_days” must not contain control characters."),
        ("provider=1&provider=0", "Duplicate parameter “provider”; keep one."),
        ("x=" + "x" * 2_000, "The query string after “?” exceeds 2000 characters."),
    ],
)
def test_a_bad_value_is_an_error(query_string: str, sentence: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        parse_opml_query(query_string)
    assert str(caught.value) == sentence
