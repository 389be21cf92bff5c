"""The name of a composed feed describes its content, and differs from the name of any other feed."""

from itertools import chain, combinations, product

import pytest

from feeds.model.query import Query
from feeds.model.translation.texts import find_texts, list_translations
from feeds.site.titles import write_name, write_subtitle
from feeds.site.url_parser import parse_address
from feeds.site.urls import FeedAddress

ENGLISH = find_texts("en")
TOPICS = {
    "ai": "AI",
    "computer-vision": "Computer Vision",
    "robotics": "Robotics",
    "crypto": "Crypto",
    "r-and-d": "Research and Development",
    "food": "Food, Drink",
}


# Names with a word between names, in each language.
NAMES = {
    "en": TOPICS,
    "de": TOPICS | {"r-and-d": "Forschung und Entwicklung"},
    "ar": TOPICS | {"r-and-d": "البحث والتطوير"},
}


def read(path: str, query_string: str = "") -> Query:
    address = parse_address(path, query_string)
    assert isinstance(address, FeedAddress)
    return address.query


@pytest.mark.parametrize(
    ("path", "query_string", "name"),
    [
        ("/feed.atom", "", ""),
        ("/topics/ai.atom", "", "AI"),
        ("/topics/r-and-d.atom", "", "Research and Development"),
        ("/providers/post.example.atom", "", "post.example"),
        (
            "/topics/computer-vision+ai+!robotics.atom",
            "min_quality=70",
            "AI and Computer Vision, not Robotics, quality ≥ 70",
        ),
        ("/topics/ai,robotics.atom", "", "AI or Robotics"),
        ("/topics/ai,crypto,robotics.atom", "", "AI, Crypto or Robotics"),
        ("/topics/ai+crypto+robotics.atom", "", "AI, Crypto and Robotics"),
        ("/topics/ai+computer-vision,robotics.atom", "", "AI and Computer Vision, or Robotics"),
        ("/topics/ai+computer-vision,robotics.atom", "min_heat=5", "AI and Computer Vision, or Robotics; heat ≥ 5"),
        ("/topics/ai,crypto+!robotics.atom", "", "AI, or Crypto, not Robotics"),
        ("/topics/!ai+!crypto.atom", "", "Everything, not AI, not Crypto"),
        ("/topics/ai,!crypto.atom", "", "AI, or everything, not Crypto"),
        ("/topics/r-and-d+ai.atom", "", "AI and “Research and Development”"),
        ("/topics/food.atom", "limit=3&min_quality=1", "“Food, Drink”, quality ≥ 1"),
        ("/topics/ai.atom", "limit=3", "AI"),
        ("/providers/a.example,b.example.atom", "type=video", "a.example or b.example, type video"),
        ("/providers/!a.example.atom", "", "Everyone, not a.example"),
        ("/topics/ai.atom", "provider=a.example,b.example", "AI, from a.example or b.example"),
        (
            "/topics/ai.atom",
            "provider=!a.example&type=!video+!course",
            "AI, not from a.example, not type course, not type video",
        ),
        ("/topics/ai.atom", "provider=a.example,!b.example", "AI; from a.example, or not from b.example"),
        ("/feed.atom", "min_quality=70&min_heat=9&related=links", "Everything, quality ≥ 70, heat ≥ 9, articles only"),
        ("/topics/ai.atom", "q=-crypto+robots&related=links", "AI, matching “robots -crypto”, articles only"),
        ("/feed.atom", "related=entries", "Everything, with related stories"),
    ],
)
def test_a_name_describes_the_selection(path: str, query_string: str, name: str) -> None:
    assert write_name(read(path, query_string), TOPICS, texts=ENGLISH) == name


@pytest.mark.parametrize(
    ("path", "query_string", "sentence"),
    [
        ("/feed.atom", "", "The latest stories on every topic."),
        ("/topics/ai.atom", "", "The latest stories on AI."),
        ("/topics/ai+!crypto.atom", "min_heat=5", "The latest stories on AI, not Crypto, heat ≥ 5."),
        ("/providers/post.example.atom", "", "The latest stories from post.example."),
        ("/providers/!post.example.atom", "", "The latest stories from everyone, not post.example."),
        ("/feed.atom", "min_quality=70", "The latest stories, quality ≥ 70."),
        ("/feed.atom", "q=robots+OR+ai+-crypto", "The latest stories matching “ai -crypto OR robots”."),
        ("/feed.atom", "q=robots&limit=7", "The latest stories matching “robots”."),
        ("/feed.atom", "type=video&q=robots", "The latest stories, type video, matching “robots”."),
        ("/feed.atom", "limit=7", "The latest stories on every topic."),
    ],
)
def test_a_subtitle_describes_the_selection_in_a_sentence(path: str, query_string: str, sentence: str) -> None:
    assert write_subtitle(read(path, query_string), TOPICS, texts=ENGLISH) == sentence


@pytest.mark.parametrize("language", ["en", *list_translations()])
def test_no_two_feeds_have_the_same_name(language: str) -> None:
    terms = ["ai", "!ai", "crypto", "!crypto", "r-and-d"]
    alternatives = [
        "+".join(some) for some in chain(combinations(terms, 1), combinations(terms, 2), combinations(terms, 3))
    ]
    expressions = chain(alternatives, map(",".join, combinations(alternatives, 2)))
    query_strings = ("", "min_quality=1", "provider=a.example,b.example", "provider=a.example", "type=!a,b")
    queries = {
        read(f"/topics/{expression}.atom", query_string)
        for expression, query_string in product(expressions, query_strings)
    }
    assert len(queries) > 1000
    names = {write_name(query, NAMES.get(language, TOPICS), texts=find_texts(language)) for query in queries}
    assert len(names) == len(queries)


def test_names_are_quoted_if_they_look_like_the_grammar_of_the_language() -> None:
    query = read("/topics/ai+food+r-and-d.atom")
    names = {"ai": "Forschung und Lehre", "food": "Not and Or", "r-and-d": "Nicht"}
    assert write_name(query, names, texts=find_texts("de")) == "„Forschung und Lehre“, Not and Or und „Nicht“"
    names = {"ai": "علوم", "food": "علوم وفنون", "r-and-d": "نوم"}
    assert write_name(query, names, texts=find_texts("ar")) == "علوم، «علوم وفنون» ونوم"
