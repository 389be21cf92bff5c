"""The topics chosen in a form become an expression."""

import pytest

from feeds.model.errors import BadRequestError
from feeds.site.choices import read_choices


@pytest.mark.parametrize(
    ("query", "expression"),
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
def test_choices_make_an_expression(query: str, expression: str) -> None:
    assert str(read_choices(query)) == expression


@pytest.mark.parametrize("query", ["", "q=boats", "any=&not="])
def test_no_choice_gives_no_expression(query: str) -> None:
    assert read_choices(query) is None


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("&".join(f"any={name}" for name in "abcdefghi"), "This has 9 terms; at most 8 can be combined."),
        ("any=a&any=b&any=c&all=d&not=e", "This has 9 terms"),
        ("any=a,b", "“a,b” is more than one name"),
        ("not=!a", "“!a” is more than one name"),
        ("any=a!b", "“!” may stand once"),
    ],
)
def test_an_impossible_combination_is_an_error(query: str, sentence: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        read_choices(query)
    assert sentence in str(caught.value)
