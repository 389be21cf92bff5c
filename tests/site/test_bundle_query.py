"""The query of a bundle: one `feed` for each feed, in one canonical spelling."""

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.errors import BadRequestError
from feeds.site.bundle_query import MAX_CHARACTERS, MAX_FEEDS, read_references, write_references
from feeds.site.url_parser import parse_address
from feeds.site.urls import BundleAddress, OpmlAddress, query_string_of

CANONICAL = "feed=/feed.json&feed=/topics/ai+robotics.atom?min_heat=50%26q=a+b&feed=/topics/ai/daily.rss"


@given(st.lists(st.text(alphabet="a/?=,!*&%#+;é\"'", min_size=1).map(lambda text: text.replace("+", " ")), max_size=5))
def test_references_are_read_back(references: list[str]) -> None:
    kept = sorted({reference for reference in references if reference.strip() == reference})
    written = write_references(kept)
    assert [text for _, text in parse_qsl(written)] == kept == read_references(written)
    assert written.isascii()


@pytest.mark.parametrize(
    "query_string",
    [
        CANONICAL,
        "feed=%2Ffeed.json&feed=%2Ftopics%2Fai%2Brobotics%3Fmin_heat%3D50%26q%3Da%2Bb&feed=/topics/ai/daily.rss",
        "feed=robotics+ai?q=a%2520b%26min_heat=050%26utm_source=x&feed=topics/ai/DAILY.rss&feed=/FEED.json&utm_source=x",
        f"{CANONICAL}&{CANONICAL}&feed=&min_entries=",
        "feed=/compose?q=a%2Bb%26min_heat=50%26all=robotics%26all=ai&feed=/topics/ai/daily.rss&feed=/feed.json",
    ],
)
def test_a_bundle_has_one_canonical_spelling(query_string: str) -> None:
    address = parse_address("/feeds.opml", query_string)
    assert isinstance(address, BundleAddress)
    assert query_string_of(address) == CANONICAL


@pytest.mark.parametrize("query_string", ["", "feed=", "feed=+&utm_source=x"])
def test_without_feeds_the_list_has_every_topic(query_string: str) -> None:
    assert parse_address("/feeds.opml", query_string) == OpmlAddress()


@pytest.mark.parametrize(
    ("query_string", "sentence"),
    [
        ("feed=ai&" * 51, "“feed” is given 51 times; a list has at most 50 feeds."),
        (f"feed={'x' * 4_000}", "The query string after “?” exceeds 4000 characters; name fewer feeds."),
        ("feed=ai&provider=1", "“feed” names each feed of the list; remove “provider”."),
        ("feed=a%0Ab", "“feed” must not contain control characters."),
        (
            "feed=ai,,b",
            "“feed”: Invalid expression “ai,,b”: missing name between two signs or at an end; write a, b+c or a",
        ),
        ("feed=ai?limit=0", "“feed”: “limit”: invalid value “0”; expected a whole number from 1 to 200."),
        ("feed=/compose", "“feed”: “/compose” is not a feed; write such as /topics/ai or /topics/ai+robotics.rss."),
        ("feed=/feeds.opml?feed=ai", "“feed”: “/feeds.opml?feed=ai” is not a feed; write"),
        ("feed=/feed/archive/1.atom", "“feed”: “/feed/archive/1.atom” is not a feed; write"),
        ("feed=/topics/ai/archive/1", "“feed”: “/topics/ai/archive/1” is not a feed; write"),
        ("feed=https://news.example/topics/ai.atom", "“feed”: “https://news.example/topics/ai.atom” is not a feed"),
        (f"feed=/{'x' * 80}", f"“feed”: “/{'x' * 59}…” is not a feed; write"),
    ],
)
def test_a_bad_value_is_an_error(query_string: str, sentence: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        parse_address("/feeds.opml", query_string)
    assert str(caught.value).startswith(sentence)


def test_fifty_feeds_fit() -> None:
    query_string = "&".join(
        f"feed=/topics/a-topic-with-a-name-{number}.atom?min_heat=50" for number in range(MAX_FEEDS)
    )
    assert len(query_string) < MAX_CHARACTERS
    assert len(read_references(query_string)) == MAX_FEEDS
