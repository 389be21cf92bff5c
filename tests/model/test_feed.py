"""A feed names itself the same way in every format, and takes its date from its entries."""

from datetime import timedelta

import msgspec
import pytest

from feeds.model.feed import EMPTY_FEED_UPDATED, DocumentLink, Feed, Format, Link, LinkChoice, Site, entry_url
from tests.model.test_entry import ENTRY, TIME

FEED = Feed(
    id="urn:example:ai",
    path="/topics/ai",
    title="AI",
    subtitle="News about AI",
    page_url="https://feeds.example/topics/ai",
    site=Site(url="https://feeds.example", title="Feeds"),
    entries=(ENTRY, msgspec.structs.replace(ENTRY, id="b", updated=TIME + timedelta(hours=1))),
)


def test_updated_is_the_newest_of_the_entries() -> None:
    assert FEED.updated == TIME + timedelta(hours=1)


def test_empty_feed_has_a_constant_date() -> None:
    assert msgspec.structs.replace(FEED, entries=()).updated == EMPTY_FEED_UPDATED


@pytest.mark.parametrize("format", Format)
def test_self_url_carries_the_format_and_the_query(format: Format) -> None:
    assert FEED.self_url(format) == f"https://feeds.example/topics/ai.{format}"
    assert msgspec.structs.replace(FEED, query_string="limit=5").self_url(format).endswith(f".{format}?limit=5")


@pytest.mark.parametrize("format", Format)
def test_other_documents_are_linked_to_in_the_same_format(format: Format) -> None:
    hub = Link("hub", "https://hub.example/")
    feed = msgspec.structs.replace(FEED, links=(hub,), documents=(DocumentLink("current", "/topics/ai"),))
    url = f"https://feeds.example/topics/ai.{format}"
    assert feed.links_in(format) == (hub, Link("current", url, format.media_type))


def test_formats_have_names_for_machines_and_for_people() -> None:
    assert [format.media_type for format in Format] == [
        "application/atom+xml",
        "application/rss+xml",
        "application/feed+json",
    ]
    assert [format.display_name for format in Format] == ["Atom", "RSS", "JSON Feed"]


def test_entry_url_falls_back_to_the_entrys_own() -> None:
    amp = msgspec.structs.replace(ENTRY, amp_url="https://news.example/a.amp")
    assert entry_url(amp, LinkChoice.AMP) == "https://news.example/a.amp"
    assert entry_url(amp, LinkChoice.CDN) == entry_url(amp, LinkChoice.WEB) == ENTRY.url
