"""The page of a search has the results, their number and order, and ways on."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from feeds.model.document import Document
from feeds.site.documents import make_document, parse_and_resolve
from feeds.site.search_page import read_search
from feeds.site.search_view import SearchPage
from feeds.site.urls import Order, PageAddress, write_reference
from tests.support.app import make_settings
from tests.support.newsroom import START, Newsroom, related

SETTINGS = make_settings(FEEDS_LIMIT="5")
NOW = START + timedelta(days=1)


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    return open_newsroom(tmp_path_factory.mktemp("searches"))


def open_newsroom(folder: Path) -> Newsroom:
    newsroom = Newsroom(folder / "articles", f"sqlite:///{folder / 'catalog.sqlite3'}")
    for number in range(8):
        published = (START - timedelta(hours=number)).isoformat()
        title = "Lighthouse of the coast" if number == 6 else f"Story {number}"
        newsroom.write(
            f"s{number}", title=title, excerpt="A lighthouse.", topics=["Wild Coast"], publishedDateTime=published
        )
    newsroom.write("lead", title="Harbour", topics=["Boats"], related=related("r", title="Harbour again"))
    newsroom.write("later", title="Secret", topics=["Zeppelins"], publishedDateTime=(NOW + timedelta(1)).isoformat())
    newsroom.collect()
    return newsroom


def find_address(newsroom: Newsroom, path: str, query: str) -> PageAddress:
    with newsroom.catalog.reading() as reader:
        address = parse_and_resolve(path, reader, query_string=query, defaults=SETTINGS.defaults, now=NOW)
    assert isinstance(address, PageAddress)
    return address


def read(newsroom: Newsroom, query: str, *, path: str = "/latest", now: datetime = NOW) -> SearchPage:
    address = find_address(newsroom, path, query)
    with newsroom.catalog.reading() as reader:
        return read_search(address, reader, settings=SETTINGS, now=now)


def list_titles(page: SearchPage) -> list[str]:
    return [entry.title for entry in page.snapshot.feed.entries]


def test_results_are_the_newest_or_the_best(newsroom: Newsroom) -> None:
    newest = read(newsroom, "q=lighthouse")
    assert list_titles(newest) == [f"Story {number}" for number in range(5)]
    assert (newest.count, newest.has_more, newest.snapshot.is_full) == (8, False, True)
    best = read(newsroom, "q=lighthouse&sort=best")
    assert list_titles(best)[:2] == ["Lighthouse of the coast", "Story 0"]
    assert best.count == 8


def test_the_order_is_part_of_the_canonical_url_of_a_page_only(newsroom: Newsroom) -> None:
    best = find_address(newsroom, "/latest", "sort=BEST&q=lighthouse&utm_source=x")
    assert write_reference(best) == "/latest?q=lighthouse&sort=best"
    for query in ("sort=newest&q=lighthouse", "q=lighthouse&sort=oldest"):
        assert write_reference(find_address(newsroom, "/latest", query)) == "/latest?q=lighthouse"
    assert write_reference(find_address(newsroom, "/topics/wild-coast", "sort=best")) == "/topics/wild-coast"
    page = read(newsroom, "q=lighthouse&sort=best")
    assert page.snapshot.feed.query_string == "q=lighthouse"
    assert write_reference(page.sorted_by(Order.NEWEST)) == "/latest?q=lighthouse"
    with newsroom.catalog.reading() as reader:
        feed = parse_and_resolve("/feed.atom", reader, query_string="q=lighthouse&sort=best", now=NOW)
    assert write_reference(feed) == "/feed.atom?q=lighthouse"


def test_a_related_story_is_a_result_of_its_own(newsroom: Newsroom) -> None:
    page = read(newsroom, "q=harbour")
    assert sorted(list_titles(page)) == ["Harbour", "Harbour again"]
    assert page.count == 2


def test_a_page_leads_to_more_results(newsroom: Newsroom) -> None:
    page = read(newsroom, "q=lighthouse&sort=best", path="/topics/wild-coast")
    assert page.place == "Wild Coast"
    assert page.everywhere
    assert write_reference(page.everywhere) == "/latest?q=lighthouse"
    assert page.longer
    assert write_reference(page.longer) == "/topics/wild-coast?q=lighthouse&limit=200&sort=best"
    longest = read(newsroom, "q=lighthouse&limit=200")
    assert longest.longer is longest.everywhere is None
    assert read(newsroom, "q=lighthouse&min_quality=5&related=links").place == "quality ≥ 5, articles only"


def test_a_search_finds_the_topic_with_its_words(newsroom: Newsroom) -> None:
    for query in ("q=wild+coast", "q=Coast+wild", "q=%22wild+coast%22"):
        topic = read(newsroom, query).topic
        assert topic
        assert topic.slug == "wild-coast"
    assert read(newsroom, "q=wild+coast", path="/topics/wild-coast").topic is None
    assert read(newsroom, "q=zeppelins").topic is None
    assert read(newsroom, "q=zeppelins", now=NOW + timedelta(days=2)).topic


def test_few_results_lead_to_other_searches_and_to_near_names(newsroom: Newsroom) -> None:
    page = read(newsroom, "q=lihgthouse")
    assert page.suggested
    assert str(page.suggested.search) == "lighthouse"
    assert [name.name for name in read(newsroom, "q=baots").near] == ["Boats"]
    assert [*read(newsroom, "q=zepelins").near, *read(newsroom, "q=lighthouse").near] == []


def test_a_page_depends_on_the_whole_catalog_only_with_few_results(newsroom: Newsroom) -> None:
    assert read(newsroom, "q=lihgthouse", path="/topics/wild-coast").snapshot.scopes == ()
    scopes = read(newsroom, "q=lighthouse", path="/topics/wild-coast").snapshot.scopes
    assert scopes == ("topics/wild-coast", "topics/lighthouse")
    assert "feed" in read(newsroom, "q=lighthouse").snapshot.scopes


def test_the_validators_tell_of_everything_that_a_page_shows(tmp_path: Path) -> None:
    """Stories beyond the last result change the number of results, figures the order of the best, time nothing."""
    newsroom = open_newsroom(tmp_path)
    queries = ("q=lighthouse", "q=lighthouse&sort=best", "q=lihgthouse")
    before = [make(newsroom, query) for query in queries]
    assert {document.last_modified for document in before} == {START}
    later = [make(newsroom, query, now=NOW + timedelta(hours=9)) for query in queries]
    assert [document.etag for document in later] == [document.etag for document in before]
    old = {"excerpt": "A lighthouse.", "publishedDateTime": (START - timedelta(days=9)).isoformat()}
    newsroom.write("old", **old)
    check_change(newsroom, queries[0], before=before[0])
    best = make(newsroom, queries[1])
    newsroom.write("old", heat=95, quality=95, **old)
    check_change(newsroom, queries[1], before=best)


def check_change(newsroom: Newsroom, query: str, *, before: Document) -> None:
    """Collect, and check that a page gets other validators."""
    newsroom.wait(hours=1)
    newsroom.collect()
    after = make(newsroom, query)
    assert after.etag != before.etag
    assert after.last_modified == newsroom.now


def make(newsroom: Newsroom, query: str, *, now: datetime = NOW) -> Document:
    with newsroom.catalog.reading() as reader:
        address = parse_and_resolve("/latest", reader, query_string=query, defaults=SETTINGS.defaults, now=now)
        return make_document(address, reader, settings=SETTINGS, now=now)
