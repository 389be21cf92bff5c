"""The feed at the address of an earlier feed is the feed with the same stories."""

import pytest

from feeds.migrate.stories import Candidate
from feeds.migrate.targets import choose_target, find_known_target, find_page, make_target
from feeds.model.errors import AdoptionError
from feeds.model.feed import Format

TOPICS = {"go", "web-design"}
GO = Candidate(url="https://b.example/1", path="1.md", topics=frozenset({"go", "web-design"}))
WEB = Candidate(url="https://b.example/2", path="2.md", topics=frozenset({"web-design"}))


@pytest.mark.parametrize(
    ("path", "stories", "expected"),
    [
        ("/index.xml", [GO], "/feed.rss"),
        ("/tags/Go/index.xml", [GO], "/topics/go.rss"),
        ("/tags/go.rss", [GO], "/topics/go.rss"),
        ("/category/Web%20Design/feed/", [GO, WEB], "/topics/web-design.rss"),
        ("/tags/go/index.xml", [GO, WEB], "/feed.rss"),
        ("/tags/go/index.xml", [], "/feed.rss"),
        ("/tags/rust/index.xml", [GO], "/feed.rss"),
        ("/feed.atom", [GO], "/feed.atom"),  # our own answers there, in its format
        ("/topics/go.json", [GO, WEB], "/topics/go.json"),
        ("/feed.xml", [GO], "/feed.rss"),
        ("/feed.atom?tag=go", [GO], "/feed.rss"),
    ],
)
def test_the_target_is_chosen(path: str, stories: list[Candidate], expected: str) -> None:
    target = choose_target([f"https://b.example{path}"], stories, format=Format.RSS, topics=TOPICS)
    assert target.address.path == expected


def test_a_doubt_is_named() -> None:
    target = choose_target(["https://b.example/tags/go/"], [GO, WEB], format=Format.RSS, topics=TOPICS)
    assert target.doubt == "The address names the topic go, but 1 of its 2 articles lack the topic."
    assert target.doubtful_topic == "go"
    target = choose_target(["https://b.example/tags/go/"], [], format=Format.RSS, topics=TOPICS)
    assert target.doubt == "The address names the topic go, but it has no article here."


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/feed", "/feed.rss"), ("/topics/go", "/topics/go.rss"), ("/topics/go.atom", "/topics/go.atom")],
)
def test_a_path_names_a_target(path: str, expected: str) -> None:
    assert make_target(path, format=Format.RSS, topics=TOPICS).path == expected


def test_the_target_of_an_earlier_run_stays() -> None:
    known = {"https://b.example/1.xml": "/topics/go.json", "https://b.example/2.xml": "/topics/rust.rss"}

    def find(*urls: str) -> str:
        target = find_known_target(urls, known, format=Format.RSS, topics=TOPICS)
        return target.path if target else ""

    assert find("https://b.example/0.xml", "https://b.example/1.xml") == "/topics/go.json"
    assert find("https://b.example/2.xml") == ""  # no article has the topic any more
    assert find("https://b.example/3.xml") == ""
    assert find("http://www.b.example/1.xml") == "/topics/go.json"  # the host decides nothing


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/latest", "is not a feed"),
        ("topics", "is not a feed"),
        ("/topics/go/daily", "is not a feed"),
        ("/topics/rust", "No article has the topic rust"),
    ],
)
def test_another_path_is_an_error(path: str, message: str) -> None:
    with pytest.raises(AdoptionError, match=message):
        make_target(path, format=Format.RSS, topics=TOPICS)


def test_pages_keep_their_paths() -> None:
    assert find_page(["https://b.example/index.xml", "https://b.example/latest"]) == "/latest"
    assert find_page(["https://b.example"]) == "/"
    assert find_page(["https://b.example/?feed=rss2", "https://b.example/feed/", "https://b.example/feed.rss"]) == ""
