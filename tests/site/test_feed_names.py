"""Feeds are found behind URLs as logs write them."""

import pytest

from feeds.model.query import Query
from feeds.site.feed_names import name_any_feed, name_feed
from feeds.site.former_feeds import read_former_feeds


@pytest.mark.parametrize(
    ("url", "feed"),
    [
        ("/topics/ai.atom", "/topics/ai.atom"),
        ("/topics/ai%2Brobots.rss?limit=5", "/topics/ai+robots.rss?limit=5"),
        ("/topics/robots+ai.rss", "/topics/ai+robots.rss"),
        ("/feed.xml?utm_source=x", "/feed.atom"),
        ("https://news.example/feed/", "/feed.rss"),
        ("/topics/ai/daily.json", "/topics/ai/daily.json"),
        ("/topics/ai", ""),
        ("/topics/ai/archive/3.atom", ""),
        ("/feeds.opml", ""),
        ("/wp-login.php", ""),
        ("/feed.atom?limit=many", ""),
        ("https://[news/feed.atom", ""),
        ("\x16\x03\x01", ""),
        ("", ""),
    ],
)
def test_urls_of_feeds(url: str, feed: str) -> None:
    assert name_feed(url) == feed


def test_the_path_of_the_site_is_left_out() -> None:
    assert name_feed("/news/feed.atom", base_path="/news") == "/feed.atom"


def test_parameters_that_change_nothing_are_left_out() -> None:
    assert name_feed("/feed.atom?limit=50&q=tides", defaults=Query(limit=50)) == "/feed.atom?q=tides"


def test_feeds_at_the_addresses_of_earlier_feeds_have_names() -> None:
    document = '{"https://b.example/blog/index.xml":"/feed.rss","https://b.example/blog/old":"/topics/ai.atom"}'
    former = read_former_feeds(document, base_path="/blog")

    def name(url: str) -> str:
        return name_any_feed(url, former=former, base_path="/blog")

    assert name("/blog/index.xml") == name("https://b.example/blog/index.xml?utm_source=x") == "/feed.rss"
    assert name("/blog/old") == "/topics/ai.atom"
    assert name("/blog/feed.xml") == "/feed.atom"
    assert name("/blog/nothing") == name("https://[b.example/blog/old") == ""
    assert name_any_feed("/index.xml", former={}) == "/feed.atom"
