"""The feeds at the addresses of earlier feeds are found by path and query, whatever the host."""

import json

from feeds.model.feed import Format
from feeds.model.query import EVERYTHING, Query
from feeds.site.former_feeds import comes_first, find_former_feed, list_former_addresses, read_former_feeds
from feeds.site.urls import FeedAddress, FormerFeedAddress

RSS = FeedAddress(EVERYTHING, Format.RSS)
GO = FeedAddress(Query.for_topic("go"), Format.ATOM)
FEEDS = read_former_feeds(
    json.dumps(
        {
            "https://blog.example/sub/index.xml": "/feed.rss",
            "http://old.example/tags/caf%C3%A9/feed/": "/topics/go.atom",
            "https://blog.example/sub/?feed=rss2": "/feed.rss",
            "https://blog.example/sub": "/topics/go.atom",
            "https://blog.example/nowhere": "/nowhere/at/all.rss",
            "https://elsewhere.example/sub/index.xml": "/topics/go.atom",
        }
    ),
    base_path="/sub",
)


def test_feeds_are_found_by_path_and_query() -> None:
    assert find_former_feed(FEEDS, "/index.xml", "") == RSS
    assert find_former_feed(FEEDS, "/index.xml", "utm_source=x") == RSS
    assert find_former_feed(FEEDS, "/tags/café/feed/", "") == GO
    assert find_former_feed(FEEDS, "/", "feed=rss2") == RSS
    assert find_former_feed(FEEDS, "/", "feed=atom") is None
    assert find_former_feed(FEEDS, "/tags/café/feed", "") is None
    assert find_former_feed(FEEDS, "/nowhere", "") is None


def test_only_aliases_and_queries_of_the_root_come_before_own_documents() -> None:
    assert [comes_first(path, "") for path in ("/index.xml", "/feed/", "/", "/feed.rss", "/old.xml")] == [
        *(True, True),
        *(False, False, False),
    ]
    assert comes_first("/", "feed=rss2")
    assert not comes_first("/latest", "feed=rss2")


def test_static_hosts_get_the_addresses_with_a_file_name() -> None:
    assert list_former_addresses(FEEDS) == [FormerFeedAddress("/index.xml", RSS)]
    assert FormerFeedAddress("/é.xml", RSS).path == "/%C3%A9.xml"


def test_a_catalog_without_earlier_feeds_has_none() -> None:
    assert read_former_feeds("", base_path="") == {}
