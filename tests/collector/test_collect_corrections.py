"""Corrections reach subscribers: in the entry that has the story, from their dates on, with a new `updated`."""

from datetime import UTC, datetime

from feeds.model.entry import Kind
from feeds.model.query import Query
from feeds.model.search import parse_search
from tests.support.newsroom import Newsroom, dump_fresh, related, url_of

A, B = url_of("a"), url_of("b")
PAST = {"date": "2021-03-03T08:00:00Z", "text": "The bridge has two lanes."}
SOON = {"date": "2021-03-04T13:00:00Z", "text": "The bridge has no name."}
PAST_TIME, SOON_TIME = datetime(2021, 3, 3, 8, tzinfo=UTC), datetime(2021, 3, 4, 13, tzinfo=UTC)


def test_a_correction_updates_the_entry_and_a_silent_edit_does_not(newsroom: Newsroom) -> None:
    newsroom.write("a", excerpt="Three lanes.")
    newsroom.collect()
    before = newsroom.see()
    newsroom.write("a", excerpt="Two lanes.")
    newsroom.collect()
    silent = newsroom.see()
    assert silent.document != before.document
    assert silent.entry(A).updated == before.entry(A).updated
    newsroom.write("a", excerpt="Two lanes.", corrections=[PAST])
    newsroom.collect()
    corrected = newsroom.see()
    assert [each.text for each in corrected.entry(A).corrections] == [PAST["text"]]
    assert corrected.entry(A).updated == PAST_TIME
    assert corrected.changed == newsroom.now
    assert newsroom.dump() == dump_fresh(newsroom, "")


def test_the_latest_date_counts(newsroom: Newsroom) -> None:
    newsroom.write("a", updatedDateTime="2021-03-03T09:00:00Z", corrections=PAST)
    newsroom.collect()
    assert newsroom.see().entry(A).updated == datetime(2021, 3, 3, 9, tzinfo=UTC)


def test_a_correction_of_the_future_waits_for_its_time(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"], corrections=[PAST, SOON])
    newsroom.write("b", topics=["AI"])
    newsroom.collect()
    before, start = newsroom.see_topic("ai"), int(newsroom.now.timestamp())
    assert [each.text for each in before.entry(A).corrections] == [PAST["text"]]
    assert before.entry(A).updated == PAST_TIME
    assert "no name" not in before.document.decode()
    with newsroom.catalog.reading() as reader:
        assert reader.find_next_scheduled_change(after=newsroom.now) == SOON_TIME
    newsroom.wait(hours=1)
    after = newsroom.see_topic("ai")
    assert after.ids == before.ids
    assert [each.text for each in after.entry(A).corrections] == [SOON["text"], PAST["text"]]
    assert after.entry(A).updated == after.changed == SOON_TIME
    with newsroom.catalog.reading() as reader:
        assert "topics/ai" in reader.outbox.find_scopes_changed_by_time(after=start, until=newsroom.now)
    assert newsroom.collect().scopes == frozenset()
    assert newsroom.see_topic("ai") == after
    assert newsroom.dump() == dump_fresh(newsroom, "")


def test_a_correction_never_shows_before_its_article(newsroom: Newsroom) -> None:
    newsroom.write("a", publishedDateTime=SOON["date"], corrections=PAST)
    newsroom.collect()
    assert newsroom.see().ids == []
    newsroom.wait(hours=1)
    assert len(newsroom.see().entry(A).corrections) == 1
    newsroom.collect()
    assert newsroom.dump() == dump_fresh(newsroom, "")


def test_corrections_follow_a_story_into_the_coverage_of_another(newsroom: Newsroom) -> None:
    newsroom.write("a", corrections=[PAST, SOON])
    newsroom.write("b")
    newsroom.collect()
    newsroom.write("a", published=False, heat=-1, corrections=[PAST, SOON])
    newsroom.write("b", related=related("a"))
    newsroom.collect()
    entry = newsroom.see().entry(A)
    assert entry.kind is Kind.RELATED
    assert [each.text for each in entry.corrections] == [PAST["text"]]
    assert entry.updated == PAST_TIME
    newsroom.wait(hours=1)
    assert len(newsroom.see().entry(A).corrections) == 2
    newsroom.collect()
    assert newsroom.dump() == dump_fresh(newsroom, "")
    newsroom.delete("a")
    newsroom.collect(force=True)
    assert newsroom.see().entry(A).corrections == ()


def test_a_removed_article_has_no_corrections(newsroom: Newsroom) -> None:
    newsroom.write("a", removed=True, corrections=PAST)
    newsroom.write("b", related=related("a"))
    newsroom.collect()
    assert newsroom.see().ids == [B]


def test_several_files_at_one_url_share_their_corrections(newsroom: Newsroom) -> None:
    newsroom.write("a", corrections=[PAST])
    newsroom.write("copy", webUrl=A, corrections=[PAST, {"date": "2021-03-02", "text": "Other."}])
    newsroom.collect()
    assert [each.text for each in newsroom.see().entry(A).corrections] == [PAST["text"], "Other."]
    assert newsroom.dump() == dump_fresh(newsroom, "")


def test_corrections_are_found_by_their_words(newsroom: Newsroom) -> None:
    newsroom.write("a", corrections=[PAST, SOON])
    newsroom.write("b")
    newsroom.collect()
    assert newsroom.see(Query(search=parse_search("lanes"))).ids == [A]
    assert newsroom.see(Query(search=parse_search("name"))).ids == []
    newsroom.wait(hours=1)
    assert newsroom.see(Query(search=parse_search("name"))).ids == [A]
