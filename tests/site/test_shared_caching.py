"""Shared caches may keep what can be listed: no composed feed, no other spelling, no invented archive document."""

from datetime import timedelta

import pytest

from feeds.site.documents import parse_and_resolve
from feeds.site.shared_caching import list_kept, may_be_kept
from feeds.site.walk import list_addresses
from tests.support.app import make_settings
from tests.support.newsroom import Newsroom


@pytest.fixture
def archived(newsroom: Newsroom) -> Newsroom:
    """Give a newsroom with an archive of two blocks of everything."""
    for number in range(205):
        date = newsroom.now - timedelta(minutes=number)
        newsroom.write(f"a-{number}", topics=["Tides"] if number else ["Sea"], publishedDateTime=date.isoformat())
    newsroom.collect()
    return newsroom


def test_what_may_be_kept_is_what_is_listed(archived: Newsroom) -> None:
    settings = make_settings()
    with archived.catalog.reading() as reader:
        kept = list(list_kept(reader, settings=settings, now=archived.now))
        others = [each for each in list_addresses(reader, settings=settings, now=archived.now) if each not in kept]
        assert [each.path for each in kept if not may_be_kept(each, reader) and "-" not in each.path] == []
        assert [each.path for each in others if may_be_kept(each, reader)] == []
        assert len({each.path for each in kept}) == len(kept)
        for target, expected in (
            ("/feed/archive/2.atom", True),
            ("/feed/archive/1", True),
            ("/topics/sea/archive/1.atom", False),  # a single block is not linked
            ("/feed/archive/1-1614859200-00000000.atom", False),
            ("/topics/sea,tides.atom", False),
            ("/topics/sea/weekly.rss", True),
            ("/compose", True),
            ("/topics", True),
            ("/topics-by-date", True),
            ("/providers", True),
            ("/robots.txt", False),
        ):
            address = parse_and_resolve(target, reader, now=archived.now)
            assert may_be_kept(address, reader) is expected, target
        searched = parse_and_resolve("/topics/sea", reader, query_string="q=x", now=archived.now)
        assert not may_be_kept(searched, reader)
        found = parse_and_resolve("/topics", reader, query_string="find=sea", now=archived.now)
        assert not may_be_kept(found, reader)
        bundle = parse_and_resolve("/feeds.opml", reader, query_string="feed=sea", now=archived.now)
        assert not may_be_kept(bundle, reader)
