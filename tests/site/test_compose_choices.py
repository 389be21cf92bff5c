"""The topics chosen in a form become an expression."""

import pytest

from feeds.model.errors import BadRequestError
from feeds.site.url_parser import parse_choices


@pytest.mark.parametrize(
    ("query_string", "expression"),
    [
        ("any=ai", "ai"),
        ("any=robots&any=ai", "ai,robots"),
        ("all=robots&all=ai", "ai+robots"),
        ("not=ai", "!ai"),
        ("any=b&any=a&all=c&not=d", "a+c+!d,b+c+!d"),
        ("any=a&all=a", "a"),
        ("any=&all=%E6%B5%B7&q=boats", "海"),
    ],
)
def test_choices_make_an_expression(query_string: str, expression: str) -> None:
    assert str(parse_choices(query_string)) == expression


@pytest.mark.parametrize("query_string", ["", "q=boats", "any=&not="])
def test_no_choice_gives_no_expression(query_string: str) -> None:
    assert parse_choices(query_string) is None


@pytest.mark.parametrize(
    ("query_string", "sentence"),
    [
        ("&".join(f"any={name}" for name in "abcdefghi"), "This has 9 terms; at most 8 can be combined."),
        ("any=a&any=b&any=c&all=d&not=e", "This has 9 terms"),
        ("any=a,b", "“a,b” is more than one name"),
        ("not=!a", "“!a” is more than one name"),
        ("any=a!b", "“!” may stand once"),
    ],
)
def test_an_impossible_combination_is_an_error(query_string: str, sentence: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        parse_choices(query_string)
    assert sentence in str(caught.value)
