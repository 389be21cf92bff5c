"""Until an entry is released, nothing derived from it shows; then all of it appears without a collect."""

from datetime import UTC, datetime

import pytest

from feeds.model.errors import NotFoundError
from feeds.settings import Settings
from feeds.site.documents import make_document, parse_and_resolve
from feeds.site.walk import list_addresses
from tests.support.newsroom import Newsroom, related

SETTINGS = Settings.from_environ({"FEEDS_SITE_URL": "https://feeds.example"})
SOON = "2021-03-04T13:00:00Z"
SOON_TIME = datetime(2021, 3, 4, 13, tzinfo=UTC)
SECRET = {"name": "The Secret", "domain": "secret.example"}
EXTRAS = (
    "/feeds.opml?provider=1",
    "/latest?q=story",
    "/feed.atom?q=hush",
    "/topics/ai/daily.atom",
    "/compose",
    "/compose.json",
)


def read_site(newsroom: Newsroom) -> dict[str, tuple[bytes, datetime | None]]:
    """Return the bytes and the time of the last change of every document."""
    with newsroom.catalog.reading() as reader:
        paths = [address.path for address in list_addresses(reader, settings=SETTINGS, now=newsroom.now)]
        documents = {}
        for reference in (*(path for path in paths if "/assets/" not in path), *EXTRAS):
            path, _, query = reference.partition("?")
            try:
                address = parse_and_resolve(path, reader, query_string=query, now=newsroom.now)
            except NotFoundError:
                continue
            document = make_document(address, reader, settings=SETTINGS, now=newsroom.now)
            documents[reference] = document.body, document.last_modified
        return documents


def is_found(newsroom: Newsroom, path: str) -> bool:
    with newsroom.catalog.reading() as reader:
        try:
            parse_and_resolve(path, reader, now=newsroom.now)
        except NotFoundError:
            return False
    return True


def write_public(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI", "c sharp"], related=related("c"), publishedDateTime="2021-03-03T12:00:00Z")
    newsroom.write("b", topics=["ai", "Tides"])


def write_secret(newsroom: Newsroom, *topics: str, **dates: str) -> None:
    """Write articles whose topics, if shown, would by default also change the names and slugs of other topics."""
    named, items = topics or ("Secret", "ai", "C#"), related("c", "y")
    newsroom.write("x", title="Hush", topics=named, provider=SECRET, related=items, **dates)
    newsroom.write("z", title="Hush", topics=named[:2], provider=SECRET, webUrl="https://secret.example/z", **dates)


@pytest.mark.parametrize("date", [SOON, "2999-01-01"])
def test_a_site_with_entries_that_wait_is_the_site_without_them(newsroom: Newsroom, date: str) -> None:
    write_public(newsroom)
    newsroom.collect()
    before = read_site(newsroom)
    write_secret(newsroom, publishedDateTime=date)
    newsroom.collect()
    assert read_site(newsroom) == before
    assert not is_found(newsroom, "/topics/secret")
    assert not is_found(newsroom, "/providers/secret.example.atom")


def test_a_fresh_catalog_hides_the_same(newsroom: Newsroom) -> None:
    write_public(newsroom)
    write_secret(newsroom, publishedDateTime=SOON)
    newsroom.collect()
    documents = read_site(newsroom)
    assert not any("secret" in f"{path}{body!r}".casefold() for path, (body, _) in documents.items())
    assert "/topics/c-sharp" in documents


def test_everything_appears_on_the_day_without_a_collect(newsroom: Newsroom) -> None:
    write_public(newsroom)
    write_secret(newsroom, "Secret", "AI", publishedDateTime=SOON)
    newsroom.collect()
    newsroom.wait(hours=1)
    documents = read_site(newsroom)
    assert {"/topics/secret", "/providers/secret.example"} <= documents.keys()
    for path in ("/", "/feeds.opml", "/sitemap.xml", "/feed.atom", "/topics/ai.atom"):
        assert documents[path][1] == SOON_TIME
    for path in ("/", "/feeds.opml", "/sitemap.xml"):
        assert b"secret" in documents[path][0]
    newsroom.collect()
    assert read_site(newsroom)["/topics/secret.json"] == documents["/topics/secret.json"]


def test_everything_is_gone_on_the_day_of_the_expiry(newsroom: Newsroom) -> None:
    write_public(newsroom)
    newsroom.collect()
    before = read_site(newsroom)
    write_secret(newsroom, "Secret", "AI", expiryDate=SOON)
    newsroom.collect()
    newsroom.wait(hours=1)
    after = read_site(newsroom)
    for path in ("/feeds.opml?provider=1", "/feed.atom", "/topics/tides.json"):
        assert after[path][0] == before[path][0], path
    for path in ("/", "/feeds.opml", "/feed.atom", "/topics/ai.json"):
        assert after[path][1] == SOON_TIME, path
        assert b"secret" not in after[path][0], path
    assert is_found(newsroom, "/topics/secret")


def count(newsroom: Newsroom) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    with newsroom.catalog.reading() as reader:
        topics = [(topic.slug, topic.entries) for topic in reader.list_topics(now=newsroom.now)]
        for slug, entries in topics:
            topic = reader.find_topic(slug, now=newsroom.now)
            assert topic is not None
            assert topic.entries == entries
        return topics, [(each.domain, each.entries) for each in reader.list_providers(now=newsroom.now)]


def test_counts_and_dates_are_those_of_the_entries_shown(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"])
    newsroom.write("b", topics=["AI"], publishedDateTime=SOON)
    newsroom.write("c", topics=["AI"], publishedDateTime="2021-03-02T12:00:00Z", expiryDate=SOON)
    newsroom.collect()
    assert count(newsroom) == ([("ai", 2)], [("gazette.example", 2)])
    with newsroom.catalog.reading() as reader:
        topic = reader.find_topic("ai", now=newsroom.now)
        assert topic is not None
        assert topic.newest == datetime(2021, 3, 2, 12, tzinfo=UTC)
    newsroom.wait(hours=1)
    assert count(newsroom) == ([("ai", 2)], [("gazette.example", 2)])
    with newsroom.catalog.reading() as reader:
        provider = reader.find_provider("gazette.example", now=newsroom.now)
        assert provider is not None
        assert provider.newest == SOON_TIME
    newsroom.collect()
    assert count(newsroom) == ([("ai", 2)], [("gazette.example", 2)])


STATES: list[dict[str, object]] = [
    {"published": False},
    {"draft": True},
    {"expiryDate": "2021-03-02"},
    {"removed": True},
]


@pytest.mark.parametrize("state", STATES)
def test_a_topic_named_by_a_file_whose_date_has_passed_is_found(newsroom: Newsroom, state: dict[str, object]) -> None:
    newsroom.write("a", topics=["Tides"], **state)
    newsroom.collect()
    assert is_found(newsroom, "/topics/tides.atom")
    assert b"tides" not in read_site(newsroom)["/feeds.opml"][0]


def test_a_topic_named_by_a_draft_that_waits_is_found_on_its_day(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["Tides"], published=False, publishedDateTime=SOON)
    newsroom.collect()
    assert not is_found(newsroom, "/topics/tides.atom")
    newsroom.wait(hours=1)
    assert is_found(newsroom, "/topics/tides.atom")


def test_a_topic_whose_articles_all_wait_again_is_not_found(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["Tides"])
    newsroom.write("b")
    newsroom.collect()
    newsroom.write("a", topics=["Tides"], publishedDateTime="2999-01-01")
    newsroom.collect()
    assert not is_found(newsroom, "/topics/tides.atom")


def test_a_topic_with_a_file_is_found_before_its_first_article(newsroom: Newsroom) -> None:
    (newsroom.folder / "topics").mkdir()
    (newsroom.folder / "topics" / "tides.yaml").write_text("name: Tides\n")
    newsroom.write("a", topics=["Tides"], publishedDateTime="2999-01-01")
    newsroom.collect()
    assert is_found(newsroom, "/topics/tides.atom")
    assert b"tides" in read_site(newsroom)["/feeds.opml"][0]
