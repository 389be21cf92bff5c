"""Somebody who asks for a page that does not exist gets to the right one."""

import pytest

from feeds.model.query import Query
from feeds.model.topics import slugify
from feeds.site.nearest import Name, NameIndex, Names
from feeds.site.suggestions import MAX_LARGEST, Suggestions, suggest
from feeds.site.urls import PageAddress, write_reference

TOPICS = ("AI", "Computer Vision", "C++", "Ethics", "Machine Learning", "News", "Robotics", "Self-Driving Cars")
DOMAINS = ("govtech.com", "masslive.com", "www.example.co.uk")
NAMES = Names(
    topics=NameIndex(
        Name(name, Query.for_topic(slugify(name)), number, (name, slugify(name)), (name,))
        for number, name in enumerate(TOPICS)
    ),
    providers=NameIndex(Name(domain, Query.for_provider(domain), 1, (domain,), (domain,)) for domain in DOMAINS),
)


def ask(path: str, query_string: str = "") -> Suggestions:
    return suggest(path, query_string, names=NAMES)


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("/topics/machne-learning", "/topics/machine-learning"),
        ("/topics/Machine Lerning/", "/topics/machine-learning"),
        ("/topics/machinelearning.html", "/topics/machine-learning"),
        ("/topics/ai.xml", "/topics/ai"),
        ("/topics/ai/feed", "/topics/ai"),
        ("/topics/ai/feed/", "/topics/ai"),
        ("/topics/ai/rss", "/topics/ai"),
        ("/topics/ai/archive/99", "/topics/ai"),
        ("/topics/ai/page/2", "/topics/ai"),
        ("/topic/ai", "/topics/ai"),
        ("/tags/ai", "/topics/ai"),
        ("/tag/robotic/feed", "/topics/robotics"),
        ("/category/ai/", "/topics/ai"),
        ("/ai", "/topics/ai"),
        ("/AI", "/topics/ai"),
        ("/news/ai", "/topics/ai"),
        ("/blog/2024/05/computer-vison", "/topics/computer-vision"),
        ("/topics/c++", "/topics/c-plus-plus"),
        ("/topics/selfdriving", "/topics/self-driving-cars"),
        ("/topics/news", "/topics/news"),
        ("/topics/ethic", "/topics/ethics"),
        ("/topics/ai+robotiks", "/topics/ai+robotics"),
        ("/topics/robotcs,!ethcs", "/topics/robotics,!ethics"),
        ("/topics/robotcs?limit=5", "/topics/robotics?limit=5"),
        ("/topics/ai?provider=govteck.com", "/topics/ai?provider=govtech.com"),
        ("/providers/govteck.com", "/providers/govtech.com"),
        ("/providers/govtech", "/providers/govtech.com"),
        ("/publisher/www.govtech.com", "/providers/govtech.com"),
        ("/providers/example.co.uk", "/providers/www.example.co.uk"),
        ("/govtech.com", "/providers/govtech.com"),
        ("/topics/masslive.com", "/providers/masslive.com"),
        ("/lates", "/latest"),
        ("/topic", "/topics"),
        ("/publishers", "/providers"),
        ("/compse", "/compose"),
    ],
)
def test_the_right_page_comes_first(asked: str, meant: str) -> None:
    path, _, query_string = asked.partition("?")
    found = ask(path, query_string)
    assert write_reference(PageAddress(found.meant) if found.meant else found.page or PageAddress()) == meant


def test_other_near_names_follow() -> None:
    found = ask("/topics/ai-robots")
    assert found.meant == Query.for_topic("robotics")
    assert [name.name for name in found.topics] == ["AI"]


def test_the_names_of_topics_come_with_a_correction() -> None:
    assert ask("/topics/ai+robotiks").topic_names == {"ai": "AI", "robotics": "Robotics"}


@pytest.mark.parametrize(
    "path", ["/wp-login.php", "/zzzzzzzz", "/topics/\u202e\x00", "/topics/!", "/topics/,", "/xmlrpc"]
)
def test_without_a_near_name_the_largest_topics_are_offered(path: str) -> None:
    found = ask(path)
    assert (found.meant, found.page, found.topics, found.providers) == (None, None, [], [])
    assert [name.name for name in found.largest] == list(reversed(TOPICS))[:MAX_LARGEST]


def test_without_topics_nothing_is_offered() -> None:
    nothing = Names(topics=NameIndex([]), providers=NameIndex([]))
    assert suggest("/topics/ai", "", names=nothing) == Suggestions(topics=[], providers=[], words="ai", largest=[])


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/topics/machne-learning", "machne learning"),
        ("/topics/ai+robotiks", "ai robotiks"),
        ("/topics/ai/feed", "ai"),
        ("/topics/x.html", "x"),
        ("/topics/<b>&\x00\u202e", "<b>&"),
        ("/topics", ""),
        ("/", ""),
        ("/" + "x" * 500, "x" * 200),
    ],
)
def test_words_are_for_the_search_box(path: str, words: str) -> None:
    assert ask(path).words == words
