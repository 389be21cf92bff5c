"""Front matter is read as its author typed it, and its problems are located and explained."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from feeds.articles import article_fields, fields, topic_file
from feeds.articles.front_matter import load_front_matter, locate_values
from feeds.articles.yaml_values import MAX_DEPTH, MAX_DUPLICATES, Value
from feeds.model.errors import ArticleError, Level, Problem


def wrap(front: str) -> bytes:
    return f"---\n{front}\n---\n".encode()


def first_error(data: bytes) -> Problem:
    try:
        (problem,) = load_front_matter(data, "news/a.md").problems
    except ArticleError as error:
        (problem,) = error.problems
    assert problem.path == "news/a.md"
    assert problem.level is Level.ERROR
    assert re.fullmatch("[A-Z`].*[^.]\\.", problem.message)
    return problem


def read(front: str) -> dict[str, Value]:
    return load_front_matter(wrap(front), "a.md").fields


@pytest.mark.parametrize("text", ["no", "on", "yes", "1.10", "08", "2020-12-12", "0x1F", "1_000", "true", "!", "1e3"])
def test_a_scalar_stays_what_its_author_typed(text: str) -> None:
    assert read(f"a: {text if text != '!' else repr(text)}") == {"a": text}


@pytest.mark.parametrize("text", ["null", "Null", "NULL", "~", ""])
def test_a_null_is_null_only_without_quotes(text: str) -> None:
    assert read(f"a: {text}\nb: \"{text}\"\nc: [{text or '~'}, '{text}']") == {"a": None, "b": text, "c": [None, text]}


def test_tags_are_ignored() -> None:
    assert read("a: !!int 7\nb: !!python/name:os.system x\nc: !<tag:x> [1]\nd: !!str\ne: !mine {f: g}") == {
        "a": "7",
        "b": "x",
        "c": ["1"],
        "d": "",
        "e": {"f": "g"},
    }


def test_aliases_repeat_their_values() -> None:
    assert read("a: &x [1, &y ~]\nb: *x\n&k c: *k\nd: *y") == {"a": ["1", None], "b": ["1", None], "c": "c", "d": None}


def test_merge_keys_add_missing_keys() -> None:
    front = "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc: {<<: [*a, *b], x: 5}\nd: {'<<': 6}\ne: {<<: *b}"
    fields = read(front)
    assert fields["c"] == {"x": "5", "y": "2", "z": "4"}
    assert fields["d"] == {"<<": "6"}
    assert fields["e"] == {"y": "3", "z": "4"}


@pytest.mark.parametrize(
    ("data", "body"),
    [
        (b"---\na: b\n---\n", ""),
        (b"\xef\xbb\xbf---\na: b\n---\nbody", "body"),
        (b"--- \t\r\na: b\r\n---  \r\n\r\nbody\r\n", "\r\nbody\r\n"),
        (b"---\na: b\n---", ""),
        (b"---\na: b\n---\n---\nrule\n---\n", "---\nrule\n---\n"),
    ],
)
def test_front_matter_is_between_lines_of_three_hyphens(data: bytes, body: str) -> None:
    front = load_front_matter(data, "a.md")
    assert (front.fields, front.source.body) == ({"a": "b"}, body)


def test_hyphens_in_a_text_do_not_end_the_front_matter() -> None:
    fields = read('title: "One --- two"\nexcerpt: |\n  before\n  ---\n  after\nlast: x ---')
    assert fields == {"title": "One --- two", "excerpt": "before\n---\nafter\n", "last": "x ---"}


MALFORMED = {
    "not UTF-8": (b"---\ntitle: caf\xe9\n---\n", (2, 11), "not-utf-8", "save the file as UTF-8"),
    "not UTF-8 after other letters": ("---\ntitle: žluťoučk".encode() + b"\xff", (2, 16), "not-utf-8", "UTF-8"),
    "UTF-16": ("---\na: b\n---\n".encode("utf-16"), (1, 1), "not-utf-8", "save the file as UTF-8"),
    "empty file": (b"", (1, 1), "no-front-matter", "must start with front matter"),
    "no front matter": (b"# Title\n\nText\n", (1, 1), "no-front-matter", "must start with front matter"),
    "a blank line first": (b"\n---\na: b\n---\n", (1, 1), "no-front-matter", "must start with front matter"),
    "four hyphens": (b"----\na: b\n----\n", (1, 1), "no-front-matter", "must start with front matter"),
    "no end": (b"---\ntitle: x\n ---\n--- x\n", (1, 1), "unclosed-front-matter", "add a `---` line"),
    "three hyphens alone": (b"---\n", (1, 1), "unclosed-front-matter", "add a `---` line"),
    "empty": (b"---\n---\n", (2, 1), "not-a-mapping", "as `key: value`"),
    "null": (wrap("~"), (2, 1), "not-a-mapping", "as `key: value`"),
    "comments only": (wrap("# nothing"), (2, 1), "not-a-mapping", "as `key: value`"),
    "a list": (wrap("- title: x"), (2, 1), "not-a-mapping", "as `key: value`"),
    "a text": (wrap("just words"), (2, 1), "not-a-mapping", "as `key: value`"),
    "a tab": (wrap("provider:\n\tname: x"), (3, 1), "tab", "replace the tab with spaces"),
    "a tab after spaces": (wrap("a:\n  b: x\n \tc: y"), (4, 2), "tab", "replace the tab with spaces"),
    "duplicate key": (wrap("title: x\ntype: y\ntitle: z"), (4, 1), "duplicate-key", "keep one"),
    "duplicate key inside": (wrap("a:\n  - b: 1\n    b: 2"), (4, 5), "duplicate-key", "keep one"),
    "a template's braces": (wrap("title: {{ title }}"), (2, 9), "bad-key", "in double quotes"),
    "a list as key": (wrap("? [a, b]\n: c"), (2, 3), "bad-key", "plain text"),
    "an unknown alias": (wrap("a: *b"), (2, 4), "bad-alias", "put the text in double quotes"),
    "an alias in its anchor": (wrap("a: &b [x, *b]"), (2, 11), "bad-alias", "Unknown alias"),
    "a merge of a text": (wrap("<<: x\na: b"), (2, 5), "bad-merge", "mappings"),
    "too deep": (wrap("a: " + "[" * 60 + "]" * 60), (2, 4 + MAX_DEPTH - 1), "too-deep", "levels"),
    "a colon in a text": (wrap("title: One: two"), (2, 11), "yaml", "in double quotes"),
    "quotes in quotes": (wrap('title: "A "b" c"'), (2, 12), "yaml", "check the indentation, and the quotes"),
    "an open quote": (wrap('title: x\nexcerpt: "never'), (3, 10), "yaml", "close it"),
    "an open list": (wrap("topics: [a, b"), (3, 1), "yaml", "close it"),
    "an open mapping": (wrap("provider: {name: b"), (3, 1), "yaml", "close it"),
    "a line without a colon": (wrap("title: x\nwords\ntype: y"), (3, 1), "yaml", "write `key: value`"),
    "an at sign": (wrap("title: @someone"), (2, 8), "yaml", "in double quotes"),
    "an unknown escape": (wrap('title: "C:\\news"\npath: "\\q"'), (3, 8), "yaml", "two backslashes"),
    "two documents": (wrap("a: b\n--- \tc"), (3, 1), "yaml", "one document"),
    "a document's end": (wrap("a: b\n...\nc: d"), (4, 1), "yaml", "one document"),
    "half an emoji": (wrap('title: "\\ud83d"'), (2, 11), "yaml", "both halves"),
    "the other half": (wrap('title: "x \\ude80"'), (2, 13), "yaml", "both halves"),
    "halves in the wrong order": (wrap('title: "\\ude80\\ud83d"'), (2, 11), "yaml", "both halves"),
    "halves apart": (wrap('title: "\\ud83d \\ude80"'), (2, 11), "yaml", "both halves"),
    "half after a whole": (wrap('title: "\\ud83d\\ude80 \\ud83d"'), (2, 24), "yaml", "both halves"),
    "an escaped half": (wrap('title: "\\\\ud83d\\ude80"'), (2, 18), "yaml", "both halves"),
    "a number beyond Unicode": (wrap('title: "\\U00110000"'), (2, 11), "yaml", "not a character"),
    "an error after a whole": (wrap('title: "\\uD83D\\uDE80" x'), (2, 23), "yaml", "`key: value`"),
    "an alias after a whole": (wrap('title: ["\\ud83d\\ude80", *x]'), (2, 25), "bad-alias", "double quotes"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_files_are_located_and_explained(case: str) -> None:
    data, position, code, advice = MALFORMED[case]
    problem = first_error(data)
    assert ((problem.line, problem.column), problem.code) == (position, code)
    assert advice in problem.message


@pytest.mark.parametrize("name", ["title", "webUrl", "renamed_from"])
def test_a_duplicate_key_is_named_if_it_is_a_known_field(name: str) -> None:
    assert first_error(wrap(f"{name}: x\n{name}: y")).message == f"Duplicate key `{name}`; keep one."
    assert first_error(wrap("hush: x\nhush: y")).message == "Duplicate key; keep one."


def test_all_duplicate_keys_are_reported_and_the_first_counts() -> None:
    front = load_front_matter(wrap("title: x\nheat: 1\nimages: [{url: a, url: b}]\ntitle: y\nheat: 2"), "a.md")
    assert front.fields == {"title": "x", "heat": "1", "images": [{"url": "a"}]}
    assert [(problem.line, problem.column) for problem in front.problems] == [(4, 19), (5, 1), (6, 1)]


def test_the_number_of_reported_duplicate_keys_is_limited() -> None:
    assert len(load_front_matter(wrap("a: b\n" * 1_000), "a.md").problems) == MAX_DUPLICATES


JOINED = {
    'a: "\\ud83d\\ude80"': "🚀",
    'a: "\\uD83D\\uDE80 and \\ud834\\udd1e"': "🚀 and 𝄞",
    'a: !x &y "\\ud83d\\ude80\\u0041\\ud83d\\ude80"': "🚀A🚀",
    'a: "\\\\\\ud83d\\ude80 \\\\ud83d"': "\\🚀 \\ud83d",
    'a: "\\ud83d\\ude80 \\U0001F680 🚀"': "🚀 🚀 🚀",
    'b: "\\ud83d\\ude80" # "\\ud83d\\ude80"\na: \\ud83d\\ude80': r"\ud83d\ude80",
    'b: "\\ud83d\\ude80"\na: \'"\\ud83d\\ude80"\'': r'"\ud83d\ude80"',
    'b: ["\\ud83d\\ude80"]\na: |\n  "\\ud83d\\ude80"': r'"\ud83d\ude80"',
    'a: "\\ud800\\udc00\\udbff\\udfff"': "\U00010000\U0010ffff",
    'a: "\x07\\ud83d\\ude80"': "🚀",
}


@pytest.mark.parametrize("front", JOINED)
def test_surrogate_pairs_in_double_quotes_are_one_character(front: str) -> None:
    assert str(read(front)["a"]).strip() == JOINED[front]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), st.integers(0, 4))
def test_texts_are_read_as_json_writes_them(text: str, pairs: int) -> None:
    key, value = text.replace("<<", "") + "x", text + "🚀" * pairs
    document = json.dumps({key: [value, {"y": value}], "z": "last"}, ensure_ascii=True)
    assert read(document) == {key: [value, {"y": value}], "z": "last"}


def test_values_after_surrogate_pairs_are_located() -> None:
    front = load_front_matter(wrap('a: ["\\ud83d\\ude80", "\\ud83d\\ude80", x]\nb: y'), "a.md")
    places = {("a", 0): (2, 5), ("a", 1): (2, 21), ("a", 2): (2, 37), ("b",): (3, 4)}
    assert locate_values(front.source, places) == list(places.values())


def test_every_field_that_is_read_is_known() -> None:
    sources = [Path(module.__file__ or "").read_text() for module in (article_fields, fields, topic_file)]
    names = set(re.findall(r'(?:read_\w+|has|get)\("(\w+)"', "".join(sources)))
    assert {"webUrl", "width", "successor"} <= names
    assert [name for name in names if f"`{name}`" not in first_error(wrap(f"{name}: x\n{name}: y")).message] == []


def test_line_ends_of_two_characters_do_not_move_positions() -> None:
    problem = first_error(b"---\r\ntitle: x\r\ntitle: y\r\n---\r\n")
    assert (problem.line, problem.column) == (3, 1)


@pytest.mark.parametrize(
    "front",
    [
        'secured: "hush hush',
        "secured: hush: hush",
        'secured: "hush" hush',
        "secured: [hush",
        "secured: *hush",
        "? &hush\n*hush",
    ],
)
def test_no_message_quotes_a_value(front: str) -> None:
    assert "hush" not in str(first_error(wrap(front)))


def test_aliases_cannot_explode() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    problem = first_error(wrap("\n".join(lines)))
    assert (problem.code, problem.line) == ("too-large", 6)
    assert "shorten it" in problem.message


def test_merge_keys_cannot_explode() -> None:
    keys = ", ".join(f"k{n}: v" for n in range(1000))
    problem = first_error(wrap(f"a: &a {{{keys}}}\nb:\n" + "\n".join(["  - <<: *a"] * 1000)))
    assert problem.code == "too-large"


def test_a_file_cannot_hold_more_values_than_an_article_needs() -> None:
    assert first_error(wrap("a: [" + "x," * 100_001 + "]")).code == "too-large"


def test_control_characters_are_left_out_and_reported_once() -> None:
    front = load_front_matter("---\ntitle: x\nexcerpt: a\x07b\x00\nmore: \x9f\ufeffc\n---\nbody\n".encode(), "a.md")
    assert front.fields == {"title": "x", "excerpt": "ab", "more": "c"}
    assert front.source.body == "body\n"
    (problem,) = front.problems
    assert (problem.line, problem.column, problem.level, problem.code) == (3, 11, Level.WARNING, "control-character")
    assert "delete them" in problem.message


@given(st.characters(exclude_categories=["Cs"]))
def test_a_quoted_text_may_contain_every_character(character: str) -> None:
    if character not in '"\\':
        assert "a" in load_front_matter(f'---\na: "{character}"\n---\n'.encode(), "a.md").fields


def test_values_are_located_in_the_file() -> None:
    front = load_front_matter(
        b"---\r\na:\r\n  - b: x\r\n  - {c: y, d: [1, 2]}\r\ne: &z\r\n  f: ~\r\ng: *z\r\n---\r\n", "a.md"
    )
    places = {
        (): (1, 1),
        ("a",): (3, 3),
        ("a", 0, "b"): (3, 8),
        ("a", 1, "d", 1): (4, 19),
        ("a", 1, "missing", "deep"): (4, 5),
        ("g", "f"): (7, 4),
        ("missing",): (1, 1),
    }
    assert locate_values(front.source, places) == list(places.values())


def test_values_are_located_before_control_characters_are_removed() -> None:
    front = load_front_matter(b"---\na: \x07x\nb: y\n---\n", "a.md")
    assert locate_values(front.source, [("b",)]) == [(3, 4)]


SCALARS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffe\uffff"), max_size=12)
TREES: st.SearchStrategy[object] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(SCALARS.filter(lambda key: key != "<<"), inner, max_size=4)
    ),
    max_leaves=15,
)
DUMPERS: list[Callable[[object], str]] = [
    lambda tree: yaml.dump(tree, allow_unicode=True, Dumper=yaml.CSafeDumper),
    lambda tree: yaml.dump(tree, default_flow_style=True, Dumper=yaml.SafeDumper),
    lambda tree: yaml.dump(tree, default_style='"', width=20, Dumper=yaml.CSafeDumper),
]


@given(st.dictionaries(SCALARS.filter(lambda key: key != "<<"), TREES, max_size=6), st.sampled_from(DUMPERS))
def test_values_are_those_of_the_reference_loader(tree: dict[str, object], dump: Callable[[object], str]) -> None:
    text = dump(tree)
    assert read(text) == yaml.load(text, Loader=yaml.CBaseLoader) == tree  # noqa: S506 - makes texts only


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#%@`,? \n\t~<\\\x07\ufeff", max_size=60))
def test_arbitrary_front_matter_is_read_or_refused(text: str) -> None:
    try:
        front = load_front_matter(wrap(text), "a.md")
    except ArticleError as error:
        problem = error.problems[0]
        places = [(problem.line, problem.column)]
    else:
        places = locate_values(front.source, [(key,) for key in front.fields])
    assert all(line >= 1 <= column for line, column in places)
