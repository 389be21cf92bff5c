"""HTML of any kind is parsed in bounded time, or refused by a count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.html_tree import (
    MAX_ATTRIBUTES,
    MAX_DEPTH,
    MAX_ELEMENTS,
    MAX_TAGS,
    MAX_TEMPLATES,
    HtmlLimitError,
    Node,
    iter_children,
    parse_html,
    read_text,
)


def parse(html: str) -> list[Node]:
    return parse_html(html, tags_by_author=html.count("<"))


def describe(nodes: list[Node]) -> list[object]:
    return [
        read_text(node) if node.tag == "-text" else (node.tag, describe(list(iter_children(node)))) for node in nodes
    ]


def test_a_fragment_is_parsed_as_in_the_body_of_a_page() -> None:
    html = "a<p>b<p><b>c<!-- d --></b><frameset><body class=x><td>e<title>f</title>"
    assert describe(parse(html)) == ["a", ("p", ["b"]), ("p", [("b", ["c"]), "e", ("title", ["f"])])]
    assert parse("") == []


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("fits", "exceeds", "message"),
    [
        ("<i></i>" * MAX_ELEMENTS, "<i></i>" * (MAX_ELEMENTS + 1), "elements"),
        ("<div>" * MAX_DEPTH, "<div>" * (MAX_DEPTH + 1), "levels"),
        ("<!a" * MAX_TAGS, "<" * (MAX_TAGS + 1), "tags"),
        ("<template>" * MAX_TEMPLATES, "<Template>" * (MAX_TEMPLATES + 1), "<template>"),
        *[
            (f"<p {' '.join(names[:-1])}>", f"<p {' '.join(names)}>", "attributes")
            for names in [[f"a{number}" for number in range(MAX_ATTRIBUTES + 1)]]
        ],
    ],
)
def test_each_limit_is_named(fits: str, exceeds: str, message: str) -> None:
    parse(fits)
    with pytest.raises(HtmlLimitError, match=f"more than .* {message}"):
        parse(exceeds)


def join_attributes(count: int) -> str:
    return " ".join(f"a{number}" for number in range(count))


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.parametrize(
    "html",
    [
        "".join(f"<i title={number}><p>" for number in range(20_000)),
        "".join(f"<p><i a={number}></p>" for number in range(20_000)),
        "<table>" + "".join(f"<td><p><b a={number}></p>" for number in range(20_000)),
        "x " * 100_000 + "".join(f"<i a={number}>" for number in range(400)) + "<p>" * 50_000,
        "<span>" * 40_000 + "</x>" * 40_000,
        "<p " + join_attributes(100_000) + ">",
        ("<p " + join_attributes(5_000) + ">") * 20,
        f"<p {join_attributes(100)} b='>' " + join_attributes(50_000),
        "<svg>" * 100_000,
        "<svg><title>" * 40_000,
        "<select><selectedcontent></selectedcontent>" + "<option>a<b>c</b></option>" * 30_000,
        "<object><b>" * 40_000,
        "<a><table><td>" * 40_000,
        "".join(f"<font a{number}>" for number in range(80_000)),
        "".join(f"<body a{number}=1>" for number in range(60_000)),
        "<template>" * 50_000,
    ],
    ids=range(16),
)
def test_a_slow_text_is_refused_early(html: str) -> None:
    """The whole text would take minutes, or GB."""
    with pytest.raises(HtmlLimitError):
        parse(html)


PIECES = "<b>|</b>|<p>|</p>|<table>|<td>|<svg>|</svg>|<!--|-->|x|&amp;|<a b='|'>"


@given(st.lists(st.sampled_from(PIECES.split("|"))).map("".join))
def test_a_long_text_is_parsed_like_a_short_one(html: str) -> None:
    long = describe(parse("y" * 70_000 + html))
    assert str(long).replace("y" * 70_000, "y") == str(describe(parse(f"y{html}")))
