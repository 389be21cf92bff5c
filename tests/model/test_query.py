"""Each query has one canonical spelling; invalid queries get a message with the expected value."""

import pytest

from feeds.model.errors import BadRequestError
from feeds.model.parameter_codec import MAX_CHARACTERS
from feeds.model.query import EVERYTHING, Query, parse_query


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("", ""),
        ("utm_source=x&fbclid=y&Q=1", ""),
        ("limit=7&related=Links", "related=links&limit=7"),
        (
            "min_heat=5&min_quality=070&provider=b.example,a.example",
            "provider=a.example,b.example&min_quality=70&min_heat=5",
        ),
        ("provider=!a.example", "provider=!a.example"),
        ("provider=%21a.example%2Bb.example", "provider=b.example+!a.example"),
        ("type=Video+!Article", "type=video+!article"),
        ("provider=m%C3%B6we.example", "provider=m%C3%B6we.example"),
        ("type=&min_quality=&provider=+&limit=3", "limit=3"),
        ("limit=&limit=3", "limit=3"),
        ("q=Robots+rob*+-crypto&limit=3&min_heat=1", "min_heat=1&q=rob*+robots+-crypto&limit=3"),
        ("q=%22Machine%20%20LEARNING%22", "q=%22machine+learning%22"),
        ("q=m%C3%B6we", "q=m%C3%B6we"),
        ("min_quality=0", "min_quality=0"),
        ("&&=&limit=3&", "limit=3"),
    ],
)
def test_every_query_has_one_spelling(query: str, canonical: str) -> None:
    assert parse_query(query).query_string == canonical
    assert parse_query(canonical) == parse_query(query)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("limit=0", "“limit”: invalid value “0”; expected a whole number from 1 to 200."),
        ("limit=201", "“limit”: invalid value “201”; expected a whole number from 1 to 200."),
        ("limit=ten", "“limit”: invalid value “ten”; expected a whole number from 1 to 200."),
        ("min_quality=-1", "“min_quality”: invalid value “-1”; expected a whole number from 0 to 1000."),
        ("min_quality=1001", "“min_quality”: invalid value “1001”; expected a whole number from 0 to 1000."),
        ("min_heat=%D9%A1", "“min_heat”: invalid value “\u0661”; expected a whole number from 0 to 1000."),
        ("related=all", "“related”: invalid value “all”; expected entries or links."),
        ("related=" + "x" * 50, f"“related”: invalid value “{'x' * 40}…”; expected entries or links."),
        (
            "provider=a,,b",
            "“provider”: Invalid expression “a,,b”: missing name between two signs or at an end; write a, b+c or a+!b.",
        ),
        ("type=!!a", "“type”: Invalid name “!!a”: use “!” only once, at the start."),
        ("q=-crypto", "“q”: invalid value “-crypto”; expected a word to find besides -crypto."),
        ("q=%26", '“q”: invalid value “&”; expected a word, a "phrase" or a prefix*.'),
        ("limit=3&limit=3", "Duplicate parameter “limit”; keep one."),
        ("type=a%00b", "“type” must not contain control characters."),
        ("x" * (MAX_CHARACTERS + 1), "The query string after “?” exceeds 2000 characters."),
    ],
)
def test_a_bad_value_is_named_with_what_is_right(query: str, sentence: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        parse_query(query)
    assert str(caught.value) == sentence


def test_what_the_site_says_anyway_is_left_out() -> None:
    defaults = Query(with_related=True, limit=50)
    assert parse_query("limit=50&related=entries").without_defaults(defaults) == EVERYTHING
    assert parse_query("limit=50&related=links").without_defaults(defaults).query_string == "related=links"
    assert EVERYTHING.with_defaults(defaults) == defaults
    assert parse_query("limit=7&min_heat=3").with_defaults(defaults) == Query(min_heat=3, with_related=True, limit=7)
