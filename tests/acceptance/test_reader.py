"""The `reader` library subscribes to the running server, and reads the catalog's entries."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

import pytest
from reader import Reader

from feeds.model.entry import Entry
from tests.acceptance.proxy import Proxy
from tests.support.articles import write_article
from tests.support.site import Site, SiteServer

pytestmark = pytest.mark.program

Story: TypeAlias = tuple[str, str | None, str | None, datetime | None, datetime | None]
"""id, title, link, published, updated."""

FORMATS = ("atom", "rss", "json")


def list_read(reader: Reader) -> list[Story]:
    entries = reader.get_entries()
    return sorted((entry.id, entry.title, entry.link, entry.published, entry.updated) for entry in entries)


def make_expected(entry: Entry, format: str) -> Story:
    # reader finds no `updated` in RSS.
    return (entry.id, entry.title, entry.url, entry.published, None if format == "rss" else entry.updated)


@pytest.mark.parametrize("format", FORMATS)
def test_reader_gets_304_and_holds_the_catalogs_entries(site: Site, proxy: Proxy, reader: Reader, format: str) -> None:
    site.collect()
    reader.add_feed(f"{proxy.url}/topics/ai.{format}")
    with site.serving() as server:
        proxy.upstream = server.url
        for _ in range(2):
            reader.update_feeds(scheduled=False)
    assert [(exchange.is_conditional, exchange.status) for exchange in proxy.exchanges] == [(False, 200), (True, 304)]
    assert list_read(reader) == sorted(make_expected(entry, format) for entry in site.read_entries(topic="ai"))
    assert [feed.last_exception for feed in reader.get_feeds()] == [None]


def test_reader_reads_all_formats_with_corrections_and_tombstones(site: Site, proxy: Proxy, reader: Reader) -> None:
    site = site.with_settings(FEEDS_TOMBSTONES="yes")
    write_article(site.content, "corrected", topics="[AI]", corrections="{date: 2024-05-08, text: Two lanes.}")
    write_article(site.content, "withdrawn", topics="[AI]", removed="true")
    site.collect()
    for format in FORMATS:
        reader.add_feed(f"{proxy.url}/topics/ai.{format}")
    with site.serving() as server:
        proxy.upstream = server.url
        reader.update_feeds(scheduled=False)
        assert b"<at:deleted-entry" in server.get("/topics/ai.atom").body
    feeds = list(reader.get_feeds())
    assert [feed.last_exception for feed in feeds] == [None] * len(FORMATS)
    assert {feed.title for feed in feeds} == {"AI — Topic Feeds"}
    assert {feed.link for feed in feeds} == {f"{proxy.url}/topics/ai"}
    corrected = [entry for entry in reader.get_entries() if entry.id == "https://gazette.example/corrected"]
    assert [entry.updated for entry in corrected] == [datetime(2024, 5, 8, tzinfo=UTC)] * len(FORMATS)


@dataclass(frozen=True)
class ReaderOfSite:
    """A reader with the subscribed site and its server."""

    site: Site
    server: SiteServer
    proxy: Proxy
    reader: Reader

    def write_topic_file(self, name: str, *lines: str) -> None:
        """Write a topic file."""
        (self.site.content / "topics" / f"{name}.yaml").write_text("".join(f"{line}\n" for line in lines))

    def read(self, stem: str, status: int, text: str = "") -> tuple[list[str], set[str]]:
        """Collect, wait until a feed has a status and text, and update; return new titles and the paths of the feeds.

        Checks that all formats have the same new entries.
        """
        self.site.collect()
        self.server.wait_until(lambda: is_answered(self.server, stem, status=status, text=text))
        known = {(entry.feed_url, entry.id) for entry in self.reader.get_entries()}
        self.reader.update_feeds(scheduled=False)
        entries = list(self.reader.get_entries())
        new = sorted(entry.title or "" for entry in entries if (entry.feed_url, entry.id) not in known)
        found = {exchange.path.rpartition(".")[0] for exchange in self.proxy.take() if exchange.status != 301}
        assert new == sorted(new[:: len(FORMATS)] * len(FORMATS))
        return new[:: len(FORMATS)], found


def is_answered(server: SiteServer, stem: str, *, status: int, text: str) -> bool:
    answers = [server.get(f"{stem}.{format}") for format in FORMATS]
    return all(answer.status == status and text.encode() in answer.body for answer in answers)


def test_reader_sees_every_story_once_while_topics_change(site: Site, proxy: Proxy, reader: Reader) -> None:
    """A topic is renamed and merged into another topic, which is retired with and then without a successor."""
    (site.content / "topics").mkdir()
    site.collect()
    ai, machines, minds, vision = "/topics/ai", "/topics/thinking-machines", "/topics/minds", "/topics/computer-vision"
    for format in FORMATS:
        reader.add_feed(f"{proxy.url}{ai}.{format}")
    with site.serving() as server:
        proxy.upstream = server.url
        subscriber = ReaderOfSite(site, server, proxy, reader)
        assert len(subscriber.read(ai, 200)[0]) == len(site.read_entries(topic="ai"))
        subscriber.write_topic_file("ai", "name: Thinking Machines", "renamed_from: AI")
        assert subscriber.read(ai, 301) == ([], {machines})
        subscriber.write_topic_file("minds", "name: Minds")
        subscriber.write_topic_file("ai", "name: Thinking Machines", "renamed_from: AI", "merged_into: Minds")
        assert subscriber.read(machines, 301) == ([], {minds})
        subscriber.write_topic_file("vision", "name: Computer Vision")
        today = f"retired: {datetime.now(UTC):%F}"
        subscriber.write_topic_file("minds", "name: Minds", today, "successor: Computer Vision")
        assert subscriber.read(minds, 200, "retired") == (["Minds has been retired"], {minds})
        subscriber.write_topic_file("minds", "name: Minds", "retired: 2021-03-01", "successor: Computer Vision")
        assert subscriber.read(minds, 301) == ([], {vision})
        assert {feed.last_exception for feed in reader.get_feeds()} == {None}
        subscriber.write_topic_file("minds", "name: Minds", "retired: 2021-03-01")
        assert subscriber.read(minds, 410) == ([], {ai})
