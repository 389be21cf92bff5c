"""The changes that subscribers see: each test makes one kind of change to articles."""

from datetime import UTC, datetime

from feeds.model.entry import Kind
from feeds.model.query import Query
from feeds.model.shown_settings import ShownSettings
from tests.support.newsroom import ALL, Newsroom, related, track_changes, url_of

AI = Query.for_topic("ai")
TIDES = Query.for_topic("tides")
A, B, C = url_of("a"), url_of("b"), url_of("c")


def test_a_story_with_a_new_lead_is_not_duplicated(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"], related=related("b"))
    newsroom.write("b", topics=["AI"], published=False, heat=-1)
    newsroom.collect()
    before = newsroom.see_topic("ai")
    newsroom.write("a", topics=["AI"], published=False, heat=-1)
    newsroom.write("b", topics=["AI"], related=related("a"))
    result = newsroom.collect()
    after = newsroom.see_topic("ai")
    assert sorted(before.ids) == sorted(after.ids) == [A, B]
    assert (result.added, result.changed, result.withdrawn) == (0, 2, 0)
    assert after.entry(B).kind is Kind.ARTICLE
    assert [reference.url for reference in after.entry(B).coverage] == [A]
    assert [lead.url for lead in after.entry(A).leads] == [B]


def test_an_article_is_demoted_into_coverage_and_promoted_back_under_one_id(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"])
    newsroom.write("b", topics=["Tides"])
    newsroom.collect()
    promoted = newsroom.see()
    newsroom.write("a", topics=["AI"], related=related("b"))
    newsroom.write("b", topics=["Tides"], published=False, heat=-1)
    newsroom.collect()
    demoted = newsroom.see()
    newsroom.write("a", topics=["AI"])
    newsroom.write("b", topics=["Tides"])
    newsroom.collect()
    assert promoted.ids == demoted.ids == newsroom.see().ids == [A, B]
    assert newsroom.see().document == promoted.document
    assert demoted.entry(B).kind is Kind.RELATED
    assert [category.term for category in demoted.entry(B).categories] == ["ai"]


def test_a_demoted_article_moves_to_the_topic_of_its_lead(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"])
    newsroom.write("b", topics=["Tides"])
    newsroom.collect()
    newsroom.write("a", topics=["AI"], related=related("b"))
    newsroom.write("b", topics=["Tides"], published=False)
    newsroom.collect()
    assert newsroom.see_topic("ai").ids == [A, B]
    assert newsroom.see_topic("tides").ids == []


def test_deleting_an_article_moves_last_modified_forward(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"])
    newsroom.write("b", topics=["AI"], publishedDateTime="2021-03-02T12:00:00Z")
    newsroom.collect()
    before = newsroom.see_topic("ai")
    newsroom.delete("b")
    result = newsroom.collect()
    after = newsroom.see_topic("ai")
    assert (result.files_removed, result.withdrawn) == (1, 1)
    assert after.ids == [A]
    assert before.changed is not None
    assert after.changed is not None
    assert after.changed > before.changed


def test_the_last_article_of_a_topic_leaves_an_empty_feed(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"])
    newsroom.write("b")
    newsroom.collect()
    newsroom.delete("a")
    newsroom.collect()
    assert newsroom.see_topic("ai").ids == []
    assert newsroom.see_topic("ai").changed == newsroom.now
    with newsroom.catalog.reading() as reader:
        assert reader.find_topic("ai", now=newsroom.now) is not None


def test_deleting_a_lead_withdraws_its_coverage(newsroom: Newsroom) -> None:
    newsroom.write("a", related=related("b", "c"))
    newsroom.write("c", published=False)
    newsroom.write("d")
    newsroom.collect()
    newsroom.delete("a")
    newsroom.collect()
    assert newsroom.see().ids == [url_of("d")]


def test_a_renamed_file_changes_no_feed(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"], related=related("b"))
    newsroom.write("c", topics=["AI"])
    newsroom.collect()
    before, versions = newsroom.see_topic("ai"), newsroom.versions()
    (newsroom.folder / "a.md").rename(newsroom.folder / "renamed.md")
    result = newsroom.collect()
    assert newsroom.see_topic("ai") == before
    assert newsroom.versions() == versions
    assert result.scopes == frozenset()


def test_a_new_url_without_an_id_is_another_story(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"])
    newsroom.collect()
    newsroom.write("a", topics=["AI"], webUrl=url_of("moved"))
    result = newsroom.collect()
    assert newsroom.see_topic("ai").ids == [url_of("moved")]
    assert (result.added, result.withdrawn) == (1, 1)


def test_a_new_url_under_an_explicit_id_is_the_same_story_with_another_link(newsroom: Newsroom) -> None:
    newsroom.write("a", id="urn:story:1", topics=["AI"])
    newsroom.collect()
    newsroom.write("a", id="urn:story:1", topics=["AI"], webUrl=url_of("moved"))
    result = newsroom.collect()
    assert newsroom.see_topic("ai").ids == ["urn:story:1"]
    assert newsroom.see_topic("ai").entry("urn:story:1").url == url_of("moved")
    assert (result.added, result.changed, result.withdrawn) == (0, 1, 0)


def test_an_explicit_id_given_later_replaces_the_entry_everywhere_at_once(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"], related=related("b"))
    newsroom.write("b", published=False)
    newsroom.collect()
    newsroom.write("b", published=False, id="urn:story:b")
    newsroom.collect()
    assert newsroom.see_topic("ai").ids == [A, "urn:story:b"]


def test_the_id_of_a_related_item_is_ignored(newsroom: Newsroom) -> None:
    newsroom.write("a", related=[*related("b", id=C), *related("d", id="urn:story:d")])
    newsroom.write("b")
    newsroom.write("c")
    result = newsroom.collect()
    assert sorted(newsroom.see().ids) == [A, B, C, url_of("d")]
    assert [problem.code for problem in result.problems] == ["related-id", "related-id"]


def test_an_article_in_two_files_is_one_entry_until_both_are_deleted(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"])
    newsroom.collect()
    before = newsroom.see_topic("ai")
    newsroom.write("copy", topics=["AI"], webUrl=A, title="Story a")
    result = newsroom.collect()
    assert newsroom.see_topic("ai") == before
    assert [problem.code for problem in result.problems] == ["duplicate-url"]
    newsroom.delete("a")
    result = newsroom.collect()
    assert newsroom.see_topic("ai") == before
    assert result.problems == ()


def test_a_re_dated_article_moves_in_its_feeds_under_its_id(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"], publishedDateTime="2021-03-02T12:00:00Z")
    newsroom.write("b", topics=["AI"], publishedDateTime="2021-03-03T12:00:00Z")
    newsroom.collect()
    assert newsroom.see_topic("ai").ids == [B, A]
    newsroom.write("a", topics=["AI"], publishedDateTime="2021-03-04T10:00:00Z")
    newsroom.collect()
    assert newsroom.see_topic("ai").ids == [A, B]
    assert newsroom.see_topic("ai").entry(A).updated == datetime(2021, 3, 4, 10, tzinfo=UTC)


def test_an_article_loses_a_topic_and_leaves_that_feed_only(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI", "Tides"], related=related("b"))
    newsroom.write("c", topics=["Robots"])
    newsroom.collect()
    look = track_changes(newsroom, [AI, TIDES, Query.for_topic("robots")])
    versions = newsroom.versions()
    newsroom.write("a", topics=["AI"], related=related("b"))
    newsroom.collect()
    assert list(look().values()) == [True, True, False]
    assert newsroom.see_topic("ai").ids == [A, B]
    assert newsroom.see_topic("tides").ids == []
    assert newsroom.versions()["topics/robots"] == versions["topics/robots"]


def test_a_related_item_becomes_an_article_under_its_id(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"], related=related("b"))
    newsroom.collect()
    newsroom.write("b", topics=["Tides"], title="In full")
    result = newsroom.collect()
    assert newsroom.see_topic("ai").ids == [A]
    assert newsroom.see_topic("tides").ids == [B]
    assert newsroom.see().entry(B).title == "In full"
    assert [reference.url for reference in newsroom.see().entry(A).coverage] == [B]
    assert (result.added, result.changed, result.withdrawn) == (0, 1, 0)


def test_a_removed_article_suppresses_the_related_item_and_its_mention_by_the_lead(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"], related=related("b", "c"))
    newsroom.collect()
    newsroom.write("b", removed=True)
    newsroom.collect()
    assert newsroom.see().ids == [A, C]
    assert [reference.url for reference in newsroom.see().entry(A).coverage] == [C]
    newsroom.write("b", deleted=True)
    assert newsroom.collect().scopes == frozenset()
    newsroom.delete("b")
    newsroom.collect()
    assert newsroom.see().ids == [A, B, C]
    assert [reference.url for reference in newsroom.see().entry(A).coverage] == [B, C]


def test_a_removed_article_without_a_url_suppresses_no_article_of_another_file(newsroom: Newsroom) -> None:
    newsroom.write("a", id="urn:story:a", topics=["AI"])
    newsroom.write("gone-a", id="urn:story:a", webUrl=None, removed=True)
    newsroom.write("gone-b", id=B, webUrl=None, deleted=True)
    newsroom.write("b", topics=["AI"])
    newsroom.collect()
    assert newsroom.see_topic("ai").ids == [B, "urn:story:a"]


def test_an_unpublished_lead_disappears_with_its_own_coverage(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"], related=related("c", "d"))
    newsroom.write("b", topics=["Tides"], related=related("d"))
    newsroom.collect()
    newsroom.write("a", topics=["AI"], published=False, related=related("c", "d"))
    newsroom.collect()
    assert newsroom.see().ids == [B, url_of("d")]
    assert newsroom.see_topic("ai").ids == []


def test_an_unpublished_article_without_a_lead_is_never_shown(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"])
    newsroom.write("b", topics=["Tides"], published=False, title="Hush")
    newsroom.collect()
    assert newsroom.see().ids == [A]
    assert newsroom.query("SELECT slug FROM topics WHERE entries > 0") == [("ai",)]


def test_a_story_with_two_leads_has_the_topics_and_names_of_both(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"], related=related("c"))
    newsroom.write("b", topics=["Tides"], related=related("c"), publishedDateTime="2021-03-02T12:00:00Z")
    newsroom.collect()
    entry = newsroom.see().entry(C)
    assert newsroom.see_topic("ai").ids == [C, A]
    assert newsroom.see_topic("tides").ids == [B, C]
    assert [lead.url for lead in entry.leads] == [B, A]
    assert newsroom.see_topic("ai").entry(C) == newsroom.see_topic("tides").entry(C) == entry


def test_a_related_item_follows_its_newest_lead(newsroom: Newsroom) -> None:
    newsroom.write("a", related=related("c", title="Early"))
    newsroom.write("b", related=related("c", title="Late"), publishedDateTime="2021-03-02T12:00:00Z")
    newsroom.collect()
    assert newsroom.see().entry(C).title == "Late"


def test_a_future_article_waits_and_its_coverage_with_it(newsroom: Newsroom) -> None:
    newsroom.write("b", topics=["AI"])
    newsroom.collect()
    before = newsroom.see_topic("ai")
    coverage = related("c", publishedDateTime="2021-03-01T09:00:00Z")
    newsroom.write("a", topics=["AI"], related=coverage, publishedDateTime="2021-03-04T13:00:00Z")
    assert newsroom.collect().scopes == frozenset()
    assert newsroom.see_topic("ai") == before
    with newsroom.catalog.reading() as reader:
        assert reader.find_next_scheduled_change(after=newsroom.now) == datetime(2021, 3, 4, 13, tzinfo=UTC)
    newsroom.wait(hours=1)
    assert newsroom.see_topic("ai").ids == [A, B, C]
    assert newsroom.see_topic("ai").changed == datetime(2021, 3, 4, 13, tzinfo=UTC)


def test_postponing_a_lead_withdraws_its_coverage_and_moves_last_modified(newsroom: Newsroom) -> None:
    coverage = related("c", publishedDateTime="2021-03-01T09:00:00Z")
    newsroom.write("a", related=coverage)
    newsroom.write("b")
    newsroom.collect()
    newsroom.write("a", related=coverage, publishedDateTime="2021-03-05T12:00:00Z")
    newsroom.collect()
    post = newsroom.see(Query.for_provider("post.example"))
    assert newsroom.see().ids == [B]
    assert post.ids == []
    assert post.changed == newsroom.now


def test_an_entry_that_leaves_the_end_of_a_window_leaves_its_last_modified_alone(newsroom: Newsroom) -> None:
    for day, name in enumerate("abc", start=1):
        newsroom.write(name, publishedDateTime=f"2021-03-0{day}T12:00:00Z")
    newsroom.collect()
    whole, short = newsroom.see(), newsroom.see(limit=2)
    newsroom.delete("a")
    newsroom.collect()
    assert newsroom.see(limit=2) == short
    assert newsroom.see().changed != whole.changed


def test_two_commits_within_a_second_have_different_times(newsroom: Newsroom) -> None:
    newsroom.write("a")
    newsroom.collect()
    times = []
    for title in ("one", "two", "three"):
        newsroom.write("a", title=title)
        newsroom.collector().collect()
        times.append(newsroom.see().changed)
        assert newsroom.see().changed == newsroom.now
    assert len(set(times)) == len(times)


def test_a_commit_in_the_second_of_a_release_has_a_later_time(newsroom: Newsroom) -> None:
    newsroom.write("a")
    newsroom.write("b", publishedDateTime="2021-03-04T12:10:00Z")
    newsroom.collect()
    newsroom.wait(minutes=9)
    released = newsroom.see()
    newsroom.write("c")
    newsroom.collector().collect()
    assert released.changed == datetime(2021, 3, 4, 12, 10, tzinfo=UTC)
    assert newsroom.see().changed == datetime(2021, 3, 4, 12, 10, 1, tzinfo=UTC)


def test_setting_the_clock_back_does_not_set_last_modified_back(newsroom: Newsroom) -> None:
    newsroom.write("a")
    newsroom.collect()
    newsroom.write("a", title="Later")
    newsroom.collect()
    later = newsroom.see()
    newsroom.wait(hours=-5)
    newsroom.write("a", title="Latest")
    newsroom.collect()
    assert later.changed is not None
    assert newsroom.see().titles == ["Latest"]
    assert (newsroom.see().changed or later.changed) > later.changed


def test_visible_settings_change_every_feed(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"])
    newsroom.collect()
    newsroom.wait(minutes=1)
    result = newsroom.collector(shown=ShownSettings("renamed")).collect()
    assert result.scopes == {"feed", "topics/ai", "providers/gazette.example"}
    assert newsroom.see_topic("ai").changed == newsroom.see(ALL).changed == newsroom.now
    assert newsroom.collector(shown=ShownSettings("renamed")).collect().scopes == frozenset()
