"""TOML becomes plain values of bounded size, with the places of its keys and values."""

import tomllib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.articles.toml_values import RefusedTomlError, find_toml_starts, parse_toml
from feeds.articles.yaml_values import AT_KEY, MAX_NODES, Value

EXAMPLE = '''\
title = "The harbour = \\"reopens\\"" # [not] = "this"
date = 2024-05-01T09:30:00+02:00
tags = [
  "harbour", # ] a comment
  "ferries",
]
text = """
draft = true
[header]
"""
cover.image = '/a.jpg'

[params]
"dotted.key" = { inner = 1 }

[[related]]
title = "One"
[[related]]
  title = 'Two'
[related.provider]
name = "Other"
'''


def test_every_value_stays_as_its_author_typed_it() -> None:
    text = "a = 1\nb = 1.50\nc = true\nd = nan\ne = 2024-05-01\nf = 09:30:00\ng = 0xff\nh = [1, [false]]\n"
    plain = {"a": "1", "b": "1.50", "c": "true", "d": "nan", "e": "2024-05-01", "f": "09:30:00", "g": "255"}
    assert parse_toml(text) == plain | {"h": ["1", ["false"]]}


def test_values_and_keys_are_located() -> None:
    assert parse_toml(EXAMPLE)["related"] == [{"title": "One"}, {"title": "Two", "provider": {"name": "Other"}}]
    starts = find_toml_starts(EXAMPLE)
    lines = {path: EXAMPLE.count("\n", 0, index) + 1 for path, index in starts.items()}
    assert [lines[path,] for path in ("title", "date", "tags", "text")] == [1, 2, 3, 7]
    assert lines["cover", "image"] == lines["cover", "image", AT_KEY] == 11
    assert lines["params", "dotted.key"] == 14
    assert lines["related", 0, "title"] == 17
    assert lines["related", 1, "title", AT_KEY] == 19
    assert lines["related", 1, "provider", "name"] == 21
    assert ("draft",) not in starts
    assert ("header",) not in starts
    assert EXAMPLE[starts["date",] :].startswith("2024-05-01")
    assert EXAMPLE[starts["date", AT_KEY] :].startswith("date")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a = 1\ntitle = hello", 2, "A text needs quotes"),
        ("title = 'a'\ntitle = 'b'", 2, "given twice"),
        ("[a]\nb = 1\n[a]", 3, "given twice"),
        ("a = {b = 1, b = 2}", 1, "given twice"),
        ("a = {b = 1}\na.c = 2", 2, "cannot get more keys"),
        ('title = "a', 1, "Unclosed quote"),
        ("title = '''a", 1, "Unclosed quote"),
        ("title = 'a\nb'", 1, "must end on its line"),
        ('title = "a\nb"', 1, "must end on its line"),
        ("a = [1, 2\nb = 3", 2, "has no `]`"),
        ("a = {b = 1", 1, "has no `}`"),
        ("[a\nb = 1", 1, "has no `]`"),
        ("title: a", 1, "Missing `=`"),
        ("title 'a'", 1, "Missing `=`"),
        ("= 1", 1, "A line must be"),
        ("a. = 1", 1, "letters, digits"),
        ("a = 'b' c", 1, "Something follows"),
        ('a = "\\q"', 1, "Unknown escape"),
        ('a = "\\ud800"', 1, "not a character"),
        ('a = "\\u12"', 1, "not a character"),
        ("a = 2024-02-30", 1, "date"),
        ("a = 2024-02-30T00:00:00Z", 1, "date"),
        (f"a = {'9' * 5_000}", 1, "too many digits"),
        (f"a = 0x{'f' * 5_000}", 1, "too many digits"),
        ("a = 1 # \x01", 1, "Control characters"),
        (f"a = {'[' * 100}{']' * 100}", 1, "levels deep"),
        (f"a = {'[' * 50_000}", 1, "levels deep"),
        (f"a = {'{a=' * 60}1{'}' * 60}", 1, "levels deep"),
        (f"{'a.' * 60}b = 1", 1, "levels deep"),
        (f"[{'a . ' * 60}b]", 1, "levels deep"),
        (f"x = {{ {'a.' * 60}b = 1 }}", 1, "levels deep"),
        (f"a = [{'1,' * MAX_NODES}]", 1, "values; shorten"),
    ],
)
def test_errors_are_located_and_say_what_to_do(text: str, line: int, message: str) -> None:
    with pytest.raises(RefusedTomlError) as caught:
        parse_toml(text)
    assert message in caught.value.message
    assert caught.value.message[0].isupper()
    assert caught.value.message.endswith(".")
    assert text.count("\n", 0, caught.value.index) + 1 == line


@pytest.mark.parametrize(
    "text",
    [
        'secured = "hush"\nsecured = "hush"',
        "secured = hush",
        "[hush]\n[hush]",
        "secured = 'hush\x01'",
        "a = {hush = 1, hush = 2}",
        "hush = {b = 1}\nhush.c = 2",
        'secured = "hush\\q"',
        "hush: 1",
    ],
)
def test_no_message_quotes_the_text(text: str) -> None:
    with pytest.raises(RefusedTomlError) as caught:
        parse_toml(text)
    assert "hush" not in caught.value.message


KEYS = st.text("ab-_1", min_size=1, max_size=3) | st.sampled_from(['"x y"', "'q.r'", '"="'])
VALUES = st.sampled_from(
    [
        "1",
        "'a # b'",
        '"[x] = \\" 1"',
        "[1, 'b']",
        "{c = 1, d = [2]}",
        "'''\nk = 1\n'''",
        '"""\n[t]\\"""\n"""',
        "2024-05-01",
    ]
)
LINES = st.builds("{} = {}{}".format, KEYS, VALUES, st.sampled_from(["", " # note = 1"]))
HEADERS = st.builds("[{}]".format, KEYS) | st.builds("[[{}.{}]]".format, KEYS, KEYS)


@given(st.lists(LINES | HEADERS | st.just(""), max_size=12).map("\n".join))
def test_each_located_value_is_a_value_of_the_text(text: str) -> None:
    try:
        values = parse_toml(text)
    except RefusedTomlError:
        return
    for path, index in find_toml_starts(text).items():
        value: Value = values
        for part in path[:-1] if path[-1] == AT_KEY else path:
            value = value[part]  # type: ignore[index]
        if path[-1] != AT_KEY and text[index] != "[" and isinstance(value, str):
            line = text[index:].partition("\n")[0].partition(" # ")[0]
            quoted = text[index:]
            assert line == value or quoted.startswith(("'", '"'))


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    index = 0
    try:
        parse_toml(text)
    except RefusedTomlError as error:
        index = error.index
    assert 0 <= index <= len(text)


def test_a_date_of_the_library_is_the_date_of_the_text() -> None:
    date = datetime(2024, 5, 1, 9, 30, tzinfo=UTC)
    assert parse_toml("a = 2024-05-01 09:30:00Z") == {"a": tomllib.loads(f"a = {date.isoformat()}")["a"].isoformat()}
