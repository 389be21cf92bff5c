"""The `reader` library subscribes to the running server, and reads back what the catalog holds."""

from datetime import UTC, datetime, timedelta
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


@pytest.mark.parametrize("format", FORMATS)
def test_reader_sees_nothing_twice_while_topics_come_and_go(
    site: Site, proxy: Proxy, reader: Reader, format: str
) -> None:
    """A topic is renamed, merged into another one, and that one retired for a third."""
    topics = site.content / "topics"
    topics.mkdir()
    site.collect()
    reader.add_feed(f"{proxy.url}/topics/ai.{format}")

    def publish(**files: str) -> list[str]:
        """Write topic files, and give the titles that reader has not seen before."""
        known = {entry.id for entry in reader.get_entries()}
        for name, text in files.items():
            (topics / f"{name}.yaml").write_text(text)
        site.collect()
        with site.serving() as server:
            proxy.upstream = server.url
            reader.update_feeds(scheduled=False)
        entries = list(reader.get_entries())
        assert len({entry.id for entry in entries}) == len(entries)
        return [entry.title or "" for entry in entries if entry.id not in known]

    assert len(publish()) == len(site.read_entries(topic="ai"))
    assert publish(ai="name: Thinking Machines\nrenamed_from: AI\n") == []
    assert proxy.take()[-1].path == f"/topics/thinking-machines.{format}"
    minds = "name: Minds\n"
    merged = "name: Thinking Machines\naliases: [AI]\nmerged_into: Minds\n"
    assert publish(ai=merged, minds=minds) == []
    assert proxy.take()[-1].path == f"/topics/minds.{format}"
    yesterday = datetime.now(UTC) - timedelta(days=1)
    retired = f"{minds}retired: {yesterday:%F}\nsuccessor: Brains\n"
    assert publish(minds=retired, brains="name: Brains\naliases: [Computer Vision]\n") == ["Minds has been retired"]
    assert publish() == []
    assert publish(minds=f"{minds}retired: 2021-03-01\nsuccessor: Brains\n") == []
    assert proxy.take()[-1].path == f"/topics/brains.{format}"
    assert [feed.last_exception for feed in reader.get_feeds()] == [None]
    publish(minds=f"{minds}retired: 2021-03-01\n")
    assert proxy.take()[-1].status == 410
