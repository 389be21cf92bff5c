from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from feeds.catalog.reader import CatalogReader
from feeds.model.archive import ArchivePart, FeedEnd
from feeds.model.errors import NotFoundError
from feeds.model.feed import DocumentLink, Link, LinkChoice
from feeds.model.query import EVERYTHING, Query
from feeds.site.feeds import ARCHIVE_MAX_AGE_SECONDS, FeedSnapshot, make_feed_id, read_archive, read_feed
from feeds.site.resolve import resolve
from feeds.site.url_parser import parse_address
from feeds.site.urls import FeedAddress, PageAddress
from tests.support.app import NOW, collected, make_settings
from tests.support.articles import write_article


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CatalogReader]:
    folder = tmp_path_factory.mktemp("content")
    write_article(folder, "one", topics="[Tides, Möwen]")
    related = "[{title: Two, webUrl: 'https://post.example/2', publishedDateTime: 2024-05-06T07:08:09Z}]"
    write_article(folder, "two", publishedDateTime="2024-05-07T00:00:00Z", related=related)
    write_article(folder, "later", publishedDateTime="2031-01-01T00:00:00Z")
    with collected(folder, folder / "catalog.sqlite3") as catalog, catalog.reading() as open_reader:
        yield open_reader


def read(reader: CatalogReader, query_string: Query, **environ: str) -> FeedSnapshot:
    return read_feed(query_string, reader, settings=make_settings(**environ), now=NOW)


def list_urls(edition: FeedSnapshot) -> list[str]:
    return [entry.url for entry in edition.feed.entries]


def test_a_topic_is_titled_by_its_name_and_the_site(reader: CatalogReader) -> None:
    feed = read(reader, Query.for_topic("mowen")).feed
    assert feed.title == "Möwen — Harbour News"
    assert feed.subtitle == "The latest stories on Möwen."
    assert (feed.path, feed.page_url) == ("/topics/mowen", "https://news.example/topics/mowen")


def test_everything_is_titled_by_the_site(reader: CatalogReader) -> None:
    feed = read(reader, EVERYTHING).feed
    assert (feed.title, feed.path, feed.page_url) == ("Harbour News", "/feed", "https://news.example/")


def test_a_provider_is_titled_by_its_domain(reader: CatalogReader) -> None:
    edition = read(reader, Query.for_provider("gazette.example"))
    assert edition.feed.title == "gazette.example — Harbour News"
    assert list_urls(edition) == ["https://gazette.example/two", "https://gazette.example/one"]


def test_entries_dated_in_the_future_wait(reader: CatalogReader) -> None:
    assert "https://gazette.example/later" not in list_urls(read(reader, Query.for_topic("tides")))


def test_related_entries_can_be_left_out(reader: CatalogReader) -> None:
    assert "https://post.example/2" in list_urls(read(reader, EVERYTHING))
    assert "https://post.example/2" not in list_urls(read(reader, EVERYTHING, FEEDS_RELATED="links"))


def test_settings_reach_the_feed(reader: CatalogReader) -> None:
    environ = {"FEEDS_LIMIT": "1", "FEEDS_LINK": "amp", "FEEDS_MAX_AGE": "60", "FEEDS_HUBS": "https://hub.example/"}
    edition = read(reader, Query.for_topic("tides"), **environ)
    assert edition.is_full
    assert (len(edition.feed.entries), edition.feed.ttl_seconds) == (1, 60)
    assert edition.feed.link_choice is LinkChoice.AMP
    assert edition.feed.links == (Link("hub", "https://hub.example/"),)


def test_a_full_feed_links_to_its_archive(reader: CatalogReader) -> None:
    query = Query.for_topic("tides")
    settings = make_settings(FEEDS_LIMIT="1", FEEDS_HUBS="https://hub.example/")
    edition = read_feed(query, reader, settings=settings, now=NOW)
    part = ArchivePart(1, FeedEnd(1715040000, "405adebd"))
    assert edition.feed.documents == (DocumentLink("prev-archive", f"/topics/tides/archive/{part.name}"),)
    archive = read_archive(query, part, reader, settings=settings, now=NOW)
    assert archive.feed.documents == (DocumentLink("current", "/topics/tides"),)
    assert (archive.feed.id, archive.feed.title) == (edition.feed.id, edition.feed.title)
    assert (archive.feed.path, archive.feed.links) == (f"/topics/tides/archive/{part.name}", ())
    assert (archive.feed.is_archive, archive.feed.ttl_seconds) == (True, ARCHIVE_MAX_AGE_SECONDS)
    assert {*list_urls(edition), *list_urls(archive)} == {*list_urls(read(reader, query))}


def test_a_growing_document_is_not_marked_as_archive(reader: CatalogReader) -> None:
    growing = read_archive(EVERYTHING, ArchivePart(1), reader, settings=make_settings(), now=NOW)
    assert list_urls(growing) == list_urls(read(reader, EVERYTHING))
    assert (growing.feed.is_archive, growing.feed.ttl_seconds) == (False, 900)
    assert growing.feed.documents == (DocumentLink("current", "/feed"),)


def test_an_unknown_part_of_an_archive_is_not_found(reader: CatalogReader) -> None:
    with pytest.raises(NotFoundError, match="Archive part not found"):
        read_archive(EVERYTHING, ArchivePart(2), reader, settings=make_settings(), now=NOW)


def test_ids_depend_on_subject_and_site_only(reader: CatalogReader) -> None:
    queries = [EVERYTHING, Query.for_topic("tides"), Query.for_topic("mowen"), Query.for_provider("tides")]
    ids = {make_feed_id(query, site_id=site_id) for query in queries for site_id in ("", "harbour")}
    assert len(ids) == 8
    assert all(UUID(id).version == 5 for id in ids)
    elsewhere = read(reader, EVERYTHING, FEEDS_SITE_URL="https://other.example", FEEDS_SITE_TITLE="Other")
    assert elsewhere.feed.id == read(reader, EVERYTHING).feed.id


def test_composed_feeds_have_their_own_ids() -> None:
    references = [
        ("/topics/ai", ""),
        ("/topics/ai", "limit=3"),
        ("/topics/ai,b", ""),
        ("/topics/ai+b", ""),
        ("/", "limit=3"),
    ]
    addresses = [parse_address(path, query_string) for path, query_string in references]
    ids = {make_feed_id(address.query, site_id="") for address in addresses if isinstance(address, PageAddress)}
    assert len(ids) == len(references)
    assert make_feed_id(Query.for_topic("ai"), site_id="") in ids
    again = parse_address("/topics/b,ai.rss", "utm_source=x")
    assert isinstance(again, FeedAddress)
    assert make_feed_id(again.query, site_id="") in ids


def test_ids_never_change() -> None:
    assert make_feed_id(Query.for_topic("ai"), site_id="") == "urn:uuid:090f6965-4f60-570f-a32c-2f939f540e00"


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        (Query.for_topic("TIDES"), Query.for_topic("tides")),
        (Query.for_topic("mowen"), Query.for_topic("mowen")),
        (Query.for_provider("Gazette.Example"), Query.for_provider("gazette.example")),
        (EVERYTHING, EVERYTHING),
    ],
)
def test_a_subject_is_found_in_any_case(reader: CatalogReader, asked: Query, known: Query) -> None:
    assert resolve(asked, reader, now=NOW) == known


def test_an_alias_leads_to_its_topic(tmp_path: Path) -> None:
    write_article(tmp_path, "one")
    with collected(tmp_path, tmp_path / "catalog.sqlite3") as catalog:
        with catalog.writing() as writer:
            writer.topics.replace_aliases({"ebb": "tides"})
        with catalog.reading() as reader:
            assert resolve(Query.for_topic("Ebb"), reader, now=NOW) == Query.for_topic("tides")


@pytest.mark.parametrize("query_string", [Query.for_topic("nope"), Query.for_provider("nope.example")])
def test_an_unknown_subject_is_not_found(reader: CatalogReader, query_string: Query) -> None:
    with pytest.raises(NotFoundError):
        resolve(query_string, reader, now=NOW)
