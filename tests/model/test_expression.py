"""Expressions have one spelling and follow logic."""

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.errors import BadRequestError
from feeds.model.expression import parse_expression

NAMES = st.sampled_from(["ai", "crypto", "robotics", "b-2"])
TERMS = st.tuples(st.sampled_from(["", "!"]), NAMES).map("".join)
ALTERNATIVES = st.lists(st.lists(TERMS, min_size=1, max_size=3), min_size=1, max_size=2)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("ai", "ai"),
        ("robotics+ai", "ai+robotics"),
        ("robotics,ai", "ai,robotics"),
        ("!crypto+ai", "ai+!crypto"),
        ("ai+ai,ai", "ai"),
        ("b+a,a+b", "a+b"),
        ("ai !crypto", "ai+!crypto"),
        ("!ai", "!ai"),
        ("c,b+a,!d", "a+b,c,!d"),
    ],
)
def test_every_expression_has_one_spelling(text: str, canonical: str) -> None:
    assert str(parse_expression(text)) == canonical
    assert parse_expression(canonical) == parse_expression(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Invalid expression “”: missing name between two signs"),
        ("ai,", "Invalid expression “ai,”: missing name between two signs or at an end"),
        ("ai++b", "Invalid expression “ai++b”: missing name between two signs"),
        ("ai+!", "Invalid expression “ai+!”: missing name after “!”"),
        ("!!ai", "Invalid name “!!ai”: use “!” only once, at the start."),
        ("a,b,c,d,e,f,g,h,i", "Invalid expression: 9 terms; use at most 8."),
    ],
)
def test_malformed_expressions_are_rejected_with_the_invalid_part(text: str, sentence: str) -> None:
    with pytest.raises(BadRequestError, match="^" + sentence.replace("+", r"\+").replace("!", r"\!")):
        parse_expression(text)


@pytest.mark.parametrize(("text", "single"), [("ai", "ai"), ("!ai", ""), ("ai,b", ""), ("ai+b", "")])
def test_single_gives_the_only_name(text: str, single: str) -> None:
    assert parse_expression(text).single == single


def test_names_can_be_renamed() -> None:
    assert str(parse_expression("B+a,!C").rename(str.lower)) == "a+b,!c"
    assert parse_expression("b+a,!c,a").names == ("a", "b", "c")


@given(ALTERNATIVES, st.frozensets(NAMES))
def test_expressions_follow_logic(alternatives: list[list[str]], names: frozenset[str]) -> None:
    expression = parse_expression(",".join(map("+".join, alternatives)))
    assert expression.holds(names) == any(
        all((term.lstrip("!") in names) == (not term.startswith("!")) for term in terms) for terms in alternatives
    )
    assert parse_expression(str(expression)) == expression
    assert set(expression.names) == {term.lstrip("!") for term in chain(*alternatives)}
