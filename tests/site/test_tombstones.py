"""Tombstones of removed articles in Atom feeds, with the settings off and on, on both engines."""

from datetime import UTC, datetime

import pytest
from lxml import etree

from feeds.catalog.tombstones import MAX_TOMBSTONES
from feeds.model.document import Document
from feeds.model.feed import Format
from feeds.settings import Settings
from feeds.site.documents import make_document, parse_and_resolve
from tests.support.newsroom import Newsroom, dump_fresh, url_of

OFF = Settings.from_environ({"FEEDS_SITE_URL": "https://feeds.example"})
ON = Settings.from_environ({"FEEDS_SITE_URL": "https://feeds.example", "FEEDS_TOMBSTONES": "yes"})
A, B = url_of("a"), url_of("b")
REMOVED = {"removed": True, "removedDateTime": "2021-03-03T08:00:00Z", "topics": ["AI"]}
SOON = "2021-03-04T13:00:00Z"
ELEMENT = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"


def show(newsroom: Newsroom, path: str, query_string: str = "", *, site: Settings = ON) -> Document:
    with newsroom.catalog.reading() as reader:
        address = parse_and_resolve(path, reader, query_string=query_string, defaults=site.defaults, now=newsroom.now)
        return make_document(address, reader, settings=site, now=newsroom.now)


def list_tombstones(newsroom: Newsroom, path: str, query_string: str = "") -> list[tuple[str, str]]:
    root = etree.fromstring(show(newsroom, path, query_string).body)
    return [(str(each.get("ref")), str(each.get("when"))) for each in root.findall(ELEMENT)]


@pytest.fixture
def desk(newsroom: Newsroom) -> Newsroom:
    """Give a newsroom with a removed article and a published one."""
    newsroom.write("a", topics=["AI"])
    newsroom.write("b", topics=["AI", "Tides"])
    newsroom.collect()
    newsroom.write("a", **REMOVED)
    newsroom.collect()
    return newsroom


def test_a_tombstone_is_in_the_atom_feeds_where_the_entry_was(desk: Newsroom) -> None:
    for path, query_string, expected in (
        ("/feed.atom", "", True),
        ("/topics/ai.atom", "", True),
        ("/providers/gazette.example.atom", "", True),
        ("/topics/ai+!tides.atom", "", True),
        ("/topics/ai.atom", "provider=gazette.example&q=story", True),
        ("/topics/tides.atom", "", False),
        ("/topics/ai+tides.atom", "", False),
        ("/topics/ai.atom", "provider=!gazette.example", False),
    ):
        found = list_tombstones(desk, path, query_string)
        assert found == ([(A, "2021-03-03T08:00:00Z")] if expected else []), (path, query_string)


def test_tombstones_are_in_atom_feeds_only_and_only_if_set(desk: Newsroom) -> None:
    for path in ("/feed.rss", "/feed.json", "/feed/archive/1.atom", "/feed/daily.atom", "/latest"):
        assert b"deleted-entry" not in show(desk, path).body
    assert b"deleted-entry" not in show(desk, "/feed.atom", site=OFF).body
    assert b"xmlns:at" not in show(desk, "/feed.atom", site=OFF).body


def test_the_feed_is_updated_by_the_removal(desk: Newsroom) -> None:
    root = etree.fromstring(show(desk, "/topics/ai.atom").body)
    assert root.findtext("{*}updated") == "2021-03-03T08:00:00Z"
    assert b"<lastBuildDate>Mon, 01 Mar 2021" in show(desk, "/topics/ai.rss").body


def test_the_time_comes_from_the_file(newsroom: Newsroom) -> None:
    noon = {"updatedDateTime": "2021-03-02T12:00:00Z"}
    newsroom.write("a", removed=True)
    newsroom.write("b", removed=True, **noon)
    newsroom.write("c", removed=True, corrections={"date": "2021-03-02T13:00:00Z", "text": "No."})
    newsroom.write("d", removed=True, removedDateTime="2021-03-04", **noon)
    newsroom.write("e", deleted=True)
    newsroom.write("f")
    newsroom.collect()
    assert list_tombstones(newsroom, "/feed.atom") == [
        (url_of("d"), "2021-03-04T00:00:00Z"),
        (url_of("c"), "2021-03-02T13:00:00Z"),
        (url_of("b"), "2021-03-02T12:00:00Z"),
        (url_of("a"), "2021-03-01T12:00:00Z"),
        (url_of("e"), "2021-03-01T12:00:00Z"),
    ]


def test_the_ref_is_the_id_that_subscribers_know(newsroom: Newsroom) -> None:
    newsroom.write("a", **REMOVED)
    newsroom.write("b", id='tag:a?b&c="', **REMOVED)
    newsroom.collect()
    assert [ref for ref, _ in list_tombstones(newsroom, "/feed.atom")] == [A, "tag:a?b&c=%22"]
    adopted = f'entries:\n- url: {A}\n  atom: "urn:old:a"\n  rss: "7"\n'
    (newsroom.folder / "adopted.yaml").write_text(adopted, encoding="utf-8")
    newsroom.collect()
    assert [ref for ref, _ in list_tombstones(newsroom, "/feed.atom")] == ["urn:old:a", "tag:a?b&c=%22"]
    assert newsroom.dump() == dump_fresh(newsroom, "")


def test_an_entry_that_another_file_publishes_under_the_id_has_no_tombstone(newsroom: Newsroom) -> None:
    newsroom.write("a", id="urn:story", **REMOVED)
    newsroom.write("b", id="urn:story")
    newsroom.collect()
    assert "urn:story" not in dict(list_tombstones(newsroom, "/feed.atom"))
    newsroom.delete("b")
    newsroom.collect(force=True)
    assert list_tombstones(newsroom, "/feed.atom") == [("urn:story", "2021-03-03T08:00:00Z")]


def test_a_removal_of_the_future_waits(newsroom: Newsroom) -> None:
    newsroom.write("a", **(REMOVED | {"removedDateTime": SOON}))
    newsroom.write("b", topics=["AI"])
    newsroom.collect()
    before, start = show(newsroom, "/topics/ai.atom"), int(newsroom.now.timestamp())
    assert b"deleted-entry" not in before.body
    with newsroom.catalog.reading() as reader:
        assert reader.find_next_scheduled_change(after=newsroom.now) == datetime(2021, 3, 4, 13, tzinfo=UTC)
    newsroom.wait(hours=1)
    after = show(newsroom, "/topics/ai.atom")
    assert list_tombstones(newsroom, "/topics/ai.atom") == [(A, SOON)]
    assert after.last_modified == datetime(2021, 3, 4, 13, tzinfo=UTC)
    with newsroom.catalog.reading() as reader:
        assert "topics/ai" in reader.outbox.find_scopes_changed_by_time(after=start, until=newsroom.now)
    newsroom.collect()
    assert show(newsroom, "/topics/ai.atom") == after
    assert newsroom.dump() == dump_fresh(newsroom, "")


def test_a_removed_article_of_the_future_shows_nothing_before(newsroom: Newsroom) -> None:
    newsroom.write("a", publishedDateTime=SOON, removed=True)
    newsroom.write("b")
    newsroom.write("c", publishedDateTime="2021-03-05T12:00:00Z", **REMOVED)
    newsroom.write("d", publishedDateTime="2021-03-04T11:00:00Z", **REMOVED)
    newsroom.collect()
    before = show(newsroom, "/feed.atom")
    newsroom.wait(minutes=50)
    assert show(newsroom, "/feed.atom") == before
    newsroom.wait(days=3)
    newsroom.collect()
    # The other articles were removed before their publication.
    assert list_tombstones(newsroom, "/feed.atom") == [(A, SOON)]


def test_validators_follow_the_bytes_of_each_format(desk: Newsroom) -> None:
    paths = ("/", "/feeds.opml", *(f"/topics/ai.{format}" for format in Format))
    before = {path: show(desk, path) for path in paths}
    for fields, expected in (
        (REMOVED | {"removedDateTime": "2021-03-03T09:00:00Z"}, {"/topics/ai.atom"}),
        (REMOVED | {"topics": ["Tides"]}, {"/topics/ai.atom"}),
        (REMOVED | {"topics": ["Tides"], "excerpt": "Other."}, set()),
    ):
        desk.write("a", **fields)
        desk.collect()
        after = {path: show(desk, path) for path in paths}
        assert {path for path in paths if before[path].etag != after[path].etag} == expected
        assert {path for path in paths if before[path].last_modified != after[path].last_modified} == expected
        before = after


def test_an_article_that_comes_back_has_no_tombstone(desk: Newsroom) -> None:
    desk.write("a", topics=["AI"])
    desk.collect()
    assert list_tombstones(desk, "/feed.atom") == []
    desk.write("a", **REMOVED)
    desk.collect()
    assert list_tombstones(desk, "/feed.atom") == [(A, "2021-03-03T08:00:00Z")]
    assert desk.dump() == dump_fresh(desk, "")


def test_a_deleted_file_ends_the_tombstone(desk: Newsroom) -> None:
    desk.delete("a")
    desk.collect(force=True)
    assert list_tombstones(desk, "/feed.atom") == []
    assert show(desk, "/feed.atom").last_modified == desk.now
    assert desk.dump() == dump_fresh(desk, "")


def test_a_merged_topic_takes_the_tombstones_along(desk: Newsroom) -> None:
    (desk.folder / "topics").mkdir()
    (desk.folder / "topics/tides.yaml").write_text("name: Tides\n", encoding="utf-8")
    (desk.folder / "topics/ai.yaml").write_text("name: AI\nmerged_into: Tides\n", encoding="utf-8")
    desk.collect()
    assert list_tombstones(desk, "/topics/tides.atom") == [(A, "2021-03-03T08:00:00Z")]


def test_the_number_and_the_time_are_bounded(newsroom: Newsroom) -> None:
    for number in range(MAX_TOMBSTONES + 5):
        newsroom.write(f"r{number}", removed=True, removedDateTime=f"2021-03-02T12:00:{number:02}Z")
    newsroom.write("old", removed=True, removedDateTime="2021-03-01T12:00:00Z")
    newsroom.write("a", publishedDateTime="2021-03-02T11:00:00Z")
    newsroom.write("b", publishedDateTime="2021-03-02T12:00:50Z")
    newsroom.collect()
    found = list_tombstones(newsroom, "/feed.atom")
    assert [ref for ref, _ in found] == [url_of(f"r{number}") for number in range(MAX_TOMBSTONES + 4, 4, -1)]
    assert len(list_tombstones(newsroom, "/feed.atom", "limit=1")) == 5
