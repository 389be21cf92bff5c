"""A feed opened in a browser starts with a comment for people, and programs still read the feed."""

import feedparser
import pytest
from lxml import etree

from feeds.model.feed import Feed, Format
from feeds.renderers.feed import render
from tests.support.sample_feeds import make_archive, make_feed, make_full_feed

XML = (Format.ATOM, Format.RSS)
AWKWARD_URL = "https://xn--mwe-sna.example/topics/a---b-"


@pytest.mark.parametrize("format", Format)
def test_title_description_and_comment_come_first(format: Format) -> None:
    top = "\n".join(render(make_full_feed(), format).decode().splitlines()[:14])
    assert "This is a feed, written for feed readers" in top
    assert f"https://news.example/topics/gulls.{format}" in top
    assert "learn about feeds: https://news.example/topics/gulls" in top
    assert "terns — Harbour News" in top
    assert "Every story about gulls and terns." in top


@pytest.mark.parametrize("format", Format)
def test_an_archive_links_to_the_feed_to_subscribe_to(format: Format) -> None:
    text = render(make_archive(), format).decode()
    assert "part of the archive of a feed" in text
    assert f"add this address to your feed reader: https://news.example/topics/gulls.{format}" in text


@pytest.mark.parametrize("format", XML)
@pytest.mark.parametrize("feed", [make_full_feed(), make_archive(), make_feed(page_url=AWKWARD_URL)])
def test_programs_still_read_the_feed(format: Format, feed: Feed) -> None:
    document = render(feed, format)
    etree.fromstring(document)
    read = feedparser.parse(document)
    assert not read.bozo
    assert (read.feed.title, len(read.entries)) == (feed.title, len(feed.entries))
