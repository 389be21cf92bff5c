"""The `reader` library subscribes to the running server, and reads back what the catalog holds."""

from datetime import datetime
from typing import TypeAlias

import pytest
from reader import Reader

from feeds.entry import Entry
from tests.acceptance.proxy import Proxy
from tests.acceptance.site import Site

Story: TypeAlias = tuple[str, str | None, str | None, datetime | None, datetime | None]
"""id, title, link, published, updated."""

FORMATS = ("atom", "rss", "json")


def as_read(reader: Reader) -> list[Story]:
    entries = reader.get_entries()
    return sorted((entry.id, entry.title, entry.link, entry.published, entry.updated) for entry in entries)


def as_collected(entry: Entry, format: str) -> Story:
    # RSS has no place for `updated` that reader looks at.
    return (entry.id, entry.title, entry.url, entry.published, None if format == "rss" else entry.updated)


@pytest.mark.parametrize("format", FORMATS)
def test_reader_is_told_304_and_holds_what_the_catalog_holds(
    site: Site, proxy: Proxy, reader: Reader, format: str
) -> None:
    site.collect()
    reader.add_feed(f"{proxy.url}/topics/ai.{format}")
    with site.serving() as server:
        proxy.upstream = server.url
        for _ in range(2):
            reader.update_feeds(scheduled=False)
    assert [(exchange.is_conditional, exchange.status) for exchange in proxy.exchanges] == [(False, 200), (True, 304)]
    assert as_read(reader) == sorted(as_collected(entry, format) for entry in site.read_entries(topic="ai"))
    assert [feed.last_exception for feed in reader.get_feeds()] == [None]


def test_reader_takes_all_formats_at_once(site: Site, proxy: Proxy, reader: Reader) -> None:
    site.collect()
    for format in FORMATS:
        reader.add_feed(f"{proxy.url}/topics/ai.{format}")
    with site.serving() as server:
        proxy.upstream = server.url
        reader.update_feeds(scheduled=False)
    feeds = list(reader.get_feeds())
    assert [feed.last_exception for feed in feeds] == [None] * len(FORMATS)
    assert {feed.title for feed in feeds} == {"AI — Topic Feeds"}
    assert {feed.link for feed in feeds} == {f"{proxy.url}/topics/ai"}
