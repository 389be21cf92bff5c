"""Expiry and release are scheduled changes: entries leave, come and change on time, without another collect."""

from datetime import UTC, datetime

from feeds.catalog.digests import DIGESTS
from feeds.model.periods import Cycle
from feeds.model.query import Query
from feeds.model.search import parse_search
from tests.support.newsroom import ALL, Newsroom, dump_fresh, related, url_of

A, B, C = map(url_of, "abc")
SOON, LATER = "2021-03-04T13:00:00Z", "2021-03-04T14:00:00Z"
SOON_TIME = datetime(2021, 3, 4, 13, tzinfo=UTC)
SEARCH = Query(search=parse_search("story"))


def read_changed(newsroom: Newsroom) -> datetime | None:
    with newsroom.catalog.reading() as reader:
        return reader.find_last_change(now=newsroom.now)


def test_an_entry_expires_without_a_collect(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"], expiryDate=SOON)
    newsroom.write("b", topics=["AI"])
    newsroom.collect()
    assert newsroom.see_topic("ai").ids == [A, B]
    with newsroom.catalog.reading() as reader:
        assert reader.find_next_scheduled_change(after=newsroom.now) == SOON_TIME
    newsroom.wait(hours=1)
    for query in (ALL, Query.for_topic("ai"), Query.for_provider("gazette.example"), SEARCH):
        view = newsroom.see(query)
        assert (view.ids, view.changed) == ([B], SOON_TIME)
    assert read_changed(newsroom) == SOON_TIME


def test_a_collect_after_the_expiry_changes_nothing(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"], unpublishDate=SOON)
    newsroom.write("b", topics=["AI"])
    newsroom.collect()
    newsroom.wait(hours=1)
    before = [newsroom.see(query) for query in (ALL, SEARCH)]
    result = newsroom.collect()
    assert [newsroom.see(query) for query in (ALL, SEARCH)] == before
    assert (result.withdrawn, result.scopes) == (1, frozenset())
    assert read_changed(newsroom) == SOON_TIME
    assert newsroom.dump() == dump_fresh(newsroom, "")


def test_an_article_that_has_expired_is_unpublished(newsroom: Newsroom) -> None:
    newsroom.write("a", expiryDate="2021-03-03")
    newsroom.write("b", related=related("a"))
    newsroom.collect()
    assert newsroom.see().ids == [A, B]
    assert newsroom.see().entry(A).leads != ()


def test_an_expired_article_lives_on_as_coverage(newsroom: Newsroom) -> None:
    newsroom.write("a", id="urn:story:a", expiryDate=SOON, topics=["AI"], title="Full story")
    newsroom.write("b", related=related("a"), topics=["Tides"])
    newsroom.collect()
    newsroom.wait(hours=1)
    assert newsroom.see_topic("ai").ids == []
    assert newsroom.see_topic("ai").changed == SOON_TIME
    assert newsroom.see_topic("tides").entry("urn:story:a").title == "Story a"
    assert newsroom.see_topic("tides").changed == SOON_TIME
    newsroom.collect()
    assert newsroom.see_topic("tides").changed == SOON_TIME
    assert newsroom.dump() == dump_fresh(newsroom, "")


def test_the_coverage_of_an_expired_lead_leaves_with_it(newsroom: Newsroom) -> None:
    newsroom.write("a", expiryDate=SOON, related=related("c"))
    newsroom.write("b")
    newsroom.collect()
    assert newsroom.see().ids == [A, B, C]
    newsroom.wait(hours=1)
    assert newsroom.see().ids == [B]


def test_another_expiry_changes_nothing_now(newsroom: Newsroom) -> None:
    newsroom.write("a", expiryDate=SOON)
    newsroom.collect()
    before = newsroom.see()
    newsroom.write("a", expiryDate=LATER)
    assert newsroom.collect().scopes == frozenset()
    assert newsroom.see() == before
    newsroom.wait(hours=1)
    assert newsroom.see() == before
    newsroom.wait(hours=1)
    assert newsroom.see().ids == []


def test_an_article_shown_between_two_collects_is_a_former_version(newsroom: Newsroom) -> None:
    newsroom.write("a", publishedDateTime="2021-03-04T12:30:00Z", expiryDate=SOON)
    newsroom.write("b")
    newsroom.collect()
    newsroom.wait(hours=2)
    assert newsroom.see().changed == SOON_TIME
    newsroom.collect()
    assert (newsroom.see().ids, newsroom.see().changed) == ([B], SOON_TIME)


def test_an_expired_story_is_in_digests_closed_before_only(newsroom: Newsroom) -> None:
    newsroom.write("a", publishedDateTime="2021-03-04T10:00:00Z", expiryDate="2021-03-05T12:00:00Z")
    newsroom.write("b", publishedDateTime="2021-03-04T11:00:00Z", expiryDate="2021-03-04T23:00:00Z")
    newsroom.collect()
    newsroom.wait(hours=14)
    newsroom.collect()

    def list_stories() -> list[str]:
        with newsroom.catalog.reading() as reader:
            digests = reader.read_digests(ALL, Cycle.DAILY, limit=5, max_stories=5)
        return [story.id for digest in digests for story in digest.stories]

    assert list_stories() == [A]
    newsroom.wait(hours=12)
    assert list_stories() == [A]
    newsroom.collect()
    assert list_stories() == [A]
    assert DIGESTS in newsroom.versions()


def test_an_expiry_is_detected_for_hubs_before_and_after_a_collect(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"], expiryDate=SOON)
    newsroom.write("b", topics=["Tides"])
    newsroom.collect()
    start, version = int(newsroom.now.timestamp()), max(newsroom.versions().values())
    newsroom.wait(hours=1)
    expected = {"feed", "topics/ai", "providers/gazette.example"}
    with newsroom.catalog.reading() as reader:
        assert reader.outbox.find_scopes_changed_by_time(after=start, until=newsroom.now) == expected
    newsroom.collect()
    with newsroom.catalog.reading() as reader:
        assert reader.find_changed_scopes(version).keys() == expected


def test_a_draft_never_suppresses_a_related_item(newsroom: Newsroom) -> None:
    newsroom.write("a", draft=True, title="Not ready")
    newsroom.write("b", related=related("a"))
    newsroom.collect()
    assert newsroom.see().entry(A).title == "Story a"


def test_a_lead_that_waits_changes_its_coverage_on_its_day(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"], related=related("c"))
    newsroom.write("b", topics=["Tides"], publishedDateTime=SOON, related=related("c", title="Told again"))
    newsroom.collect()
    assert newsroom.see().entry(C).title == "Story c"
    assert [category.term for category in newsroom.see().entry(C).categories] == ["ai"]
    newsroom.wait(hours=1)
    entry = newsroom.see().entry(C)
    assert (entry.title, [category.term for category in entry.categories]) == ("Told again", ["ai", "tides"])
    assert newsroom.see().changed == SOON_TIME
    newsroom.collect()
    assert newsroom.see().entry(C) == entry
    assert newsroom.dump() == dump_fresh(newsroom, "")


def test_an_article_that_waits_neither_replaces_nor_hides_its_related_item(newsroom: Newsroom) -> None:
    newsroom.write("a", publishedDateTime=SOON, title="Full story", topics=["AI"])
    newsroom.write("b", related=related("a"))
    newsroom.collect()
    assert newsroom.see().entry(A).title == "Story a"
    newsroom.wait(hours=1)
    assert newsroom.see().ids == [A, B]
    assert newsroom.see().entry(A).title == "Full story"


def test_a_file_that_waits_does_not_hide_an_older_file_with_its_url(newsroom: Newsroom) -> None:
    newsroom.write("a", related=related("c"))
    newsroom.write("new", webUrl=A, publishedDateTime=SOON, related=related("b"))
    newsroom.collect()
    assert newsroom.see().titles == ["Story a", "Story c"]
    assert [reference.url for reference in newsroom.see().entry(A).coverage] == [C]
    newsroom.wait(hours=1)
    assert newsroom.see().entry(A).title == "Story new"
