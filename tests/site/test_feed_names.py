"""Feeds are found behind URLs as logs write them."""

import pytest

from feeds.model.query import Query
from feeds.site.feed_names import name_feed


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
