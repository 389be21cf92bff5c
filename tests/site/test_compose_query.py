"""The form holds what was entered, whatever it is, and a feed that is edited without a change keeps its URL."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.errors import BadRequestError
from feeds.model.expression import parse_expression
from feeds.model.query import EVERYTHING, PARAMETERS, Query, parse_query
from feeds.site.bundle_query import MAX_FEEDS
from feeds.site.compose_combination import Chosen, Combination
from feeds.site.compose_query import (
    EDIT,
    FILTERS,
    MAX_CHARACTERS,
    MAX_CHOSEN,
    PROVIDER,
    Action,
    ComposeForm,
    Picker,
    Verb,
    read_form,
)
from tests.site.test_url_parser import QUERIES


def list_fields(form: ComposeForm) -> Iterator[tuple[str, str]]:
    """List the fields as a browser sends them."""
    combinations = {Picker.TOPIC: form.topics, Picker.PUBLISHER: form.publishers}
    for picker, combination in combinations.items():
        yield from ((picker, str(each)) for each in combination.chosen)
        yield picker.text_name, combination.text
    yield from ((PROVIDER, str(each)) for each in form.providers.chosen)
    yield PROVIDER, form.providers.text
    yield from form.filters.items()


def test_the_form_has_every_parameter() -> None:
    assert {*FILTERS, PROVIDER} == set(PARAMETERS)


@given(QUERIES)
def test_a_feed_that_is_edited_without_a_change_keeps_its_url(query: Query) -> None:
    form = ComposeForm.for_query(query)
    read = read_form(urlencode(list(list_fields(form))))
    assert read == form
    assert read.compose() == query


@given(st.text() | st.lists(st.tuples(st.sampled_from(["topic", "do", "provider", "feed", "q", "any"]), st.text())))
def test_any_query_string_is_read(given: str | list[tuple[str, str]]) -> None:
    form = read_form(given if isinstance(given, str) else urlencode(given))
    texts = (*map(str, form.topics.chosen), form.providers.text, *form.feeds, *form.filters.values())
    assert all(text.isprintable() for text in texts)
    try:
        form.compose()
    except BadRequestError as error:
        assert str(error)  # noqa: PT017 it is not always raised


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
        ("topic=b&topic=a&topic=%2Bc&topic=%21d", "a+c+!d,b+c+!d"),
        ("topic=a&any=a&topic=+b&topic=+", "a+b"),
        ("topics=a%2Bb,c", "a+b,c"),
    ],
)
def test_chosen_topics_make_an_expression(query_string: str, expression: str) -> None:
    assert str(read_form(query_string).compose().topics) == expression


@pytest.mark.parametrize(
    ("query_string", "query"),
    [
        ("publisher=a.example&publisher=b.example", Query(providers=parse_expression("a.example,b.example"))),
        ("provider=a.example,b.example", Query(from_providers=parse_expression("a.example,b.example"))),
        ("provider=a.example&provider=!b", Query(from_providers=parse_expression("a.example+!b"))),
        ("topic=ai&publisher=a", Query(topics=parse_expression("ai"), from_providers=parse_expression("a"))),
        (
            "topic=ai&publisher=a&provider=!b",
            Query(topics=parse_expression("ai"), from_providers=parse_expression("a+!b")),
        ),
        (
            "publisher=a&provider=b",
            Query(providers=parse_expression("a"), from_providers=parse_expression("b")),
        ),
        ("q=a%2Bb&min_heat=5&utm_source=x&limit=", parse_query("q=a%2Bb&min_heat=5")),
    ],
)
def test_publishers_and_filters_are_parts_of_the_query(query_string: str, query: Query) -> None:
    assert read_form(query_string).compose() == query


@pytest.mark.parametrize("query_string", ["", "any=&not=", "utm_source=x", "q=&limit=+&do=&find_topic=", "do=jump"])
def test_without_input_the_form_is_blank(query_string: str) -> None:
    form = read_form(query_string)
    assert form.is_blank
    assert form.compose() == EVERYTHING


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("a", "a"),
        ("a,b", "a b"),
        ("a+b", "+a +b"),
        ("a+!b", "a !b"),
        ("!a+!b", "!a !b"),
        ("a+c+!d,b+c+!d", "a b +c !d"),
    ],
)
def test_rows_show_an_expression(expression: str, names: str) -> None:
    combination = Combination.of(parse_expression(expression))
    assert " ".join(map(str, combination.chosen)) == names
    assert not combination.text


@pytest.mark.parametrize("expression", ["a+b,c", "a,!b", "!a,!b", "a+b,a+!c", "a+b,c+d"])
def test_a_mixed_expression_stays_a_text(expression: str) -> None:
    assert Combination.of(parse_expression(expression)) == Combination(text=expression)


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("show", Action(Verb.SHOW)),
        ("add topic computer-vision", Action(Verb.ADD, Picker.TOPIC, "computer-vision")),
        ("remove feed /latest?q=a b", Action(Verb.REMOVE, Picker.FEED, "/latest?q=a b")),
        ("swap topic ai not a slug", Action(Verb.SWAP, Picker.TOPIC, "ai", old="not a slug")),
        ("find publisher", Action(Verb.FIND, Picker.PUBLISHER)),
    ],
)
def test_a_button_says_what_it_does(text: str, action: Action) -> None:
    assert read_form(urlencode({"do": text})).action == action


@pytest.mark.parametrize("text", ["jump", "add", "add cat x", "show topic"])
def test_an_unknown_button_does_nothing(text: str) -> None:
    action = read_form(urlencode({"do": text})).action
    assert action is None or action.picker is None or not action.name


@pytest.mark.parametrize(
    ("query_string", "sentence"),
    [
        ("&".join(f"any={name}" for name in "abcdefghi"), "Invalid expression: 9 terms; use at most 8."),
        ("any=a&any=b&any=c&all=d&not=e", "Invalid expression: 9 terms"),
        ("any=a,b", "Invalid name “a,b”"),
        ("not=!a", "Invalid name “!a”"),
        ("topic=a!b", "Invalid name “a!b”"),
        ("topic=a&topics=b", "“b” and 1 more names are given"),
        ("topics=a%2B", "Invalid expression “a+”"),
        ("topic=ai&publishers=a,b%2Bc&provider=d", "Publishers are given twice"),
        ("limit=0", "“limit”: invalid value “0”"),
    ],
)
def test_an_impossible_combination_is_an_error(query_string: str, sentence: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        read_form(query_string).compose()
    assert sentence in str(caught.value)


def test_input_without_end_is_cut() -> None:
    form = read_form("&".join([f"topic=t{number}&feed=f{number}&q={number}" for number in range(100_000)]))
    assert form.is_cut
    assert form.repeated == ("q",)
    assert form.topics.chosen[-1] == Chosen(f"t{MAX_CHOSEN - 1}")
    assert len(form.feeds) == MAX_FEEDS + 1
    assert read_form(f"q={'x' * MAX_CHARACTERS}").is_cut
    assert read_form("&".join(f"topic=t{number}" for number in range(MAX_CHOSEN + 1))).is_cut


def test_control_characters_become_spaces() -> None:
    form = read_form(f"q=a%00b%0Ac&topic=ai%1B&{EDIT}=%7Fx")
    assert (form.filters, form.topics.chosen, form.edited) == ({"q": "a b c"}, (Chosen("ai"),), "x")
