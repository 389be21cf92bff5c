"""The text of sanitised HTML, for excerpts and searches."""

from hypothesis import example, given
from hypothesis import strategies as st

from feeds.model.html_text import extract_text, is_same_text


def test_only_blocks_and_pictures_separate_words() -> None:
    html = "<p>Half<b>way</b></p><ul><li>a</li><li>b &amp; c</li></ul>x<br>y<img>z<table><tr><td>1</td><td>2"
    assert extract_text(html) == "Halfway a b & c x y z 1 2"


def test_text_leaves_out_tags_comments_and_what_a_player_replaces() -> None:
    html = '<p title="a > b">x<!-- n --></p><video><a>file</a></video><audio>file</audio>&lt;i&gt; caf&eacute;'
    assert extract_text(html) == "x <i> café"


def test_text_leaves_out_characters_forbidden_in_xml() -> None:
    assert extract_text("<p>a&#1;b\x02c&#xFFFE;d</p>") == "abcd"


def test_a_start_has_at_least_the_requested_characters() -> None:
    html = "<p>one two</p>" * 100
    start = extract_text(html, characters=10)
    assert extract_text(html).startswith(start)
    assert 10 < len(start) < 30


PIECES = st.sampled_from(
    ["tide", "tides", " ", "\n", "<p>", "</p>", "<b>x</b>", "&amp;", "&#1;", "é", "<br>", "y" * 700]
)


@given(st.lists(PIECES, max_size=12).map("".join), st.lists(PIECES, max_size=12).map("".join))
@example("&#1;<p>tide", "")
@example("&#8203;<p>tide", "")
@example("y" * 2_800 + "&amp;", "")
@example("<p>tide" * 400, "tide " * 399 + "tides")
def test_html_has_the_same_text_only_as_its_own(html: str, other: str) -> None:
    assert is_same_text(html, extract_text(html))
    assert is_same_text(html, extract_text(other)) == (extract_text(html) == extract_text(other))
