"""The words of a search are marked in what a result shows."""

from datetime import UTC, datetime

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from feeds.model.entry import Entry, Kind, Provider
from feeds.model.search import parse_search
from feeds.model.stemmer import find_stemmer
from feeds.model.text_matches import TermMatcher
from feeds.site.pages.formatting import EXCERPT_CHARACTERS, write_excerpt
from feeds.site.pages.marking import MarkedStory, StoryMarker

DATE = datetime(2024, 5, 6, tzinfo=UTC)
ENTRY = Entry(
    id="https://gazette.example/1",
    title="Boats & <b>tides</b>",
    url="https://gazette.example/1",
    provider=Provider(name="The Tide Gazette", domain="gazette.example"),
    published=DATE,
    updated=DATE,
    released=DATE,
    kind=Kind.ARTICLE,
)
FILLER = "Calm words fill the page. " * 40


def mark(search: str, **fields: str) -> MarkedStory:
    matcher = TermMatcher(parse_search(search).terms, find_stemmer("en"))
    return StoryMarker(matcher).mark(msgspec.structs.replace(ENTRY, **fields))


def test_words_are_marked_and_all_other_text_is_escaped() -> None:
    story = mark("tide boats b", summary="<tide>")
    assert story.title == "<mark>Boats</mark> &amp; &lt;<mark>b</mark>&gt;<mark>tides</mark>&lt;/<mark>b</mark>&gt;"
    assert story.excerpt == "&lt;<mark>tide</mark>&gt;"
    assert story.provider == "The <mark>Tide</mark> Gazette"


def test_an_excerpt_shows_the_place_of_the_word() -> None:
    for fields in (
        {"summary": f"{FILLER}A lighthouse. {FILLER}"},
        {"body": f"<p>{FILLER}<p>A <i>lighthouse</i>. {FILLER}"},
    ):
        excerpt = mark("lighthouse", **fields).excerpt
        assert excerpt.startswith("… ")
        assert "A <mark>lighthouse</mark>." in excerpt
        assert excerpt.endswith("…")
        assert len(excerpt.striptags()) <= EXCERPT_CHARACTERS


def test_the_excerpt_shows_the_most_different_words() -> None:
    summary = f"Harbour. {FILLER}The harbour and the lighthouse. {FILLER}"
    assert "<mark>harbour</mark> and the <mark>lighthouse</mark>" in mark("harbour lighthouse", summary=summary).excerpt


def test_the_usual_excerpt_is_enough_for_words_in_the_title_and_for_words_that_are_nowhere() -> None:
    usual = write_excerpt(msgspec.structs.replace(ENTRY, summary=FILLER))
    for search in ("boats", "gazette", "nowhere"):
        assert mark(search, summary=FILLER, body="<p>Further down, no boats.</p>").excerpt == usual


def test_words_of_scripts_without_spaces_are_marked_together() -> None:
    story = mark("海の家", title="新しい海の家", summary=f"{'静かな町。' * 100}海の家が開く。")
    assert story.title == "新しい<mark>海の家</mark>"
    assert mark("家が開く", summary=f"{'静かな町。' * 100}海の家が開く。").excerpt.endswith(
        "海の<mark>家が開く</mark>。"
    )


def test_long_bodies_are_searched_up_to_a_limit() -> None:
    marker = StoryMarker(TermMatcher(parse_search("lighthouse").terms, find_stemmer("en")))
    entry = msgspec.structs.replace(ENTRY, summary="Short.", body=f"<p>{FILLER * 60}lighthouse</p>")
    shown = [bool("<mark>" in marker.mark(entry).excerpt) for _ in range(4)]
    assert shown == [True, True, False, False]


@given(st.text(max_size=40))
def test_marking_changes_no_text(text: str) -> None:
    title = mark("a OR abc* OR 海", title=text).title
    assert str(title).replace("<mark>", "").replace("</mark>", "") == escape(text)
