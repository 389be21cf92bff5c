"""The words of a search are found where readers see them, and other forms of plain words too."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.search import parse_search
from feeds.model.stemmer import find_stemmer
from feeds.model.text_matches import TermMatcher
from feeds.model.tokenize import split_both
from tests.support.found_words import find_words

WORDS = st.sampled_from(["Robot", "robots", "robotic", "two", "Tide", "TIDES", "tidal", "café", "Cafés", "a", "海の家"])


def find(search: str, text: str, language: str = "en") -> list[str]:
    matcher = TermMatcher(parse_search(search).terms, find_stemmer(language))
    return [text[match.start : match.end] for match in matcher.find(text)]


@pytest.mark.parametrize(
    ("search", "text", "found"),
    [
        ("robots", "A robot, two Robots, robotic arms", ["robot", "Robots", "robotic"]),
        ('"robots"', "A robot, two Robots", ["Robots"]),
        ('"machine learning"', "Machine-Learning, learning machine", ["Machine-Learning"]),
        ("rob* -robbery", "Robbery by robots", ["Robbery", "robots"]),
        ("tides OR boats", "No boat at high tide", ["boat", "tide"]),
        ("cafe", "Das Café und die cafes", ["Café", "cafes"]),
        ("海の家", "新しい海の家と海", ["海の家"]),
        ("2024", "In 2024", ["2024"]),
        ("absent", "Nothing", []),
    ],
)
def test_words_and_their_forms_are_found(search: str, text: str, found: list[str]) -> None:
    assert find(search, text) == found


def test_forms_are_those_of_the_language() -> None:
    assert find("häuser", "Das Haus, die Häuser, des Hauses", "de") == ["Haus", "Häuser", "Hauses"]
    assert find("robots", "A robot", "tlh") == []


def test_a_match_tells_whether_the_word_is_exact() -> None:
    matcher = TermMatcher(parse_search("robots tides -ships").terms, find_stemmer("en"))
    words = ["robot", "and", "tides"]
    assert len(matcher.terms) == 2
    assert [(each.first, each.is_exact) for each in matcher.match(words, words)] == [(0, False), (2, True)]


@given(st.lists(WORDS, max_size=12).map(" ".join))
def test_the_index_finds_the_same_words(text: str) -> None:
    words, spellings = split_both(text)
    stemmer = find_stemmer("en")
    for search in map(parse_search, ("robots tide", '"two robots" OR tid*', "cafés -robot", '"tides"')):
        matches = TermMatcher(search.terms, stemmer).match(words, spellings)
        assert {place for each in matches for place in range(each.first, each.last + 1)} == find_words(
            search, spellings, stemmer
        )
