"""Plain words match texts in all their forms, and all other terms exactly."""

import pytest

from feeds.model.search import parse_search
from feeds.model.stemmer import find_stemmer
from feeds.model.tokenize import split_both, split_texts
from tests.support.found_words import find_words, matches_text


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [
        ("fox brown", True),
        ('"quick brown fox"', True),
        ('"brown quick"', False),
        ('"quick bro*"', True),
        ('"qui* brown"', False),
        ("bro*", True),
        ("row", False),
        ("fox -dog", True),
        ("fox -gazette", False),
        ('fox -"fox the"', True),
        ('"fox the"', False),
        ('"the gazette extra"', False),
        ("dog OR fox brown", True),
        ("dog OR fox -brown", False),
        ("foxes", False),
    ],
)
def test_search_matches_texts_by_their_words(typed: str, is_found: bool) -> None:  # noqa: FBT001 a parameter
    _, spellings = split_texts(["The quick brown fox", "The Gazette"])
    assert matches_text(parse_search(typed), spellings, find_stemmer("ja")) is is_found


@pytest.mark.parametrize(
    ("typed", "language", "found"),
    [
        ("robot", "en", "Robots robotic"),
        ("ROBOTS", "en", "Robots robotic"),
        ('"robot"', "en", ""),
        ('"robots"', "en", "Robots"),
        ("robot*", "en", "Robots robotic robotniks"),
        ("café -robots", "en", "café"),
        ("mange", "fr", "mangé"),
        ("mangée", "fr", "mangé"),
        ("mangees", "fr", "MANGEES"),
        ("cafe OR eaten", "fr", "café"),
        ("robot", "ja", ""),
    ],
)
def test_plain_words_find_other_forms(typed: str, language: str, found: str) -> None:
    text = "Robots eat robotic robotniks in a café, ont mangé MANGEES"
    _, spellings = split_both(text)
    search, stemmer = parse_search(typed), find_stemmer(language)
    places = find_words(search, spellings, stemmer)
    assert {spellings[place] for place in places} == set(split_both(found)[1])
    assert matches_text(search, spellings, stemmer) is bool(places and "-" not in typed)


def test_phrases_are_found_at_all_their_words() -> None:
    _, spellings = split_both("Deep deep learning: deep-learned")
    assert find_words(parse_search('"deep learn*" OR "learning deep"'), spellings, find_stemmer("en")) == {1, 2, 3, 4}
