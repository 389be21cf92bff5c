"""A collect reads files, updates the catalog and reports the result."""

import os
import threading
from datetime import timedelta
from hashlib import blake2b
from pathlib import Path

import pytest

from feeds.articles.content_file import ContentFile
from feeds.articles.files import locate_article
from feeds.catalog.catalog import Catalog
from feeds.collector.collect import Collector
from feeds.model.errors import CatalogBusyError, ClockError, MassRemovalError, SettingsError
from feeds.model.expression import parse_expression
from feeds.model.query import Query
from tests.support.newsroom import Newsroom, dump_fresh, related, url_of


def test_an_empty_folder_is_a_catalog_without_entries(newsroom: Newsroom) -> None:
    result = newsroom.collect()
    assert (result.read, result.added, result.problems) == (0, 0, ())
    assert newsroom.see().entries == ()
    assert newsroom.see().changed is None


def test_a_missing_folder_is_named_and_nothing_is_lost(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.write("a")
    newsroom.collect()
    collector = Collector(newsroom.catalog, [tmp_path / "nowhere"], clock=newsroom.clock)
    with pytest.raises(SettingsError, match=r"Folder .*nowhere not found; name a folder"):
        collector.collect()
    assert newsroom.see().ids == [url_of("a")]


def test_a_duplicate_folder_is_collected_once(newsroom: Newsroom) -> None:
    newsroom.write("a")
    folders = [newsroom.folder, Path(f"{newsroom.folder}/")]
    assert Collector(newsroom.catalog, folders, clock=newsroom.clock).collect().added == 1


def test_articles_of_two_folders_make_one_catalog(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.write("a")
    other = tmp_path / "more"
    other.mkdir()
    newsroom.write("b").rename(other / "a.md")
    result = Collector(newsroom.catalog, [newsroom.folder, other], clock=newsroom.clock).collect()
    assert result.added == 2


def test_a_catalog_from_the_future_is_refused_and_rebuilt_by_force(newsroom: Newsroom) -> None:
    newsroom.write("a")
    newsroom.now += timedelta(days=700)
    newsroom.collect()
    newsroom.now -= timedelta(days=700)
    newsroom.write("b")
    with pytest.raises(
        ClockError, match=r"written at 2023-02-02T12:01:00Z, but the clock .* says 2021-03-04T12:02:00Z.*--force"
    ):
        newsroom.collect()
    assert newsroom.see().ids == [url_of("a")]
    assert newsroom.collect(force=True).added == 2
    assert newsroom.dump() == dump_fresh(newsroom, "")
    # Readers know later dates than those of the entries.
    assert newsroom.query("SELECT value FROM facts WHERE name = 'settings_changed'") == [
        (str(int(newsroom.now.timestamp())),)
    ]


def test_a_clock_that_was_a_day_ahead_is_accepted(newsroom: Newsroom) -> None:
    newsroom.write("a")
    newsroom.now += timedelta(hours=23)
    newsroom.collect()
    newsroom.now -= timedelta(hours=23)
    newsroom.write("b")
    assert newsroom.collect().added == 1


def test_the_result_counts_files_and_entries(newsroom: Newsroom) -> None:
    newsroom.write("a", related=related("c"))
    newsroom.write("b")
    first = newsroom.collect()
    assert (first.read, first.files_unchanged, first.files_removed, first.added, first.unchanged) == (2, 0, 0, 3, 0)
    assert first.seconds.keys() == {"scan", "read", "publish"}
    newsroom.write("a", title="Other", related=related("c"))
    second = newsroom.collect()
    assert (second.read, second.files_unchanged, second.files_removed, second.rejected) == (1, 1, 0, 0)
    # The coverage names its lead by title, so the coverage changes too.
    assert (second.added, second.changed, second.withdrawn, second.unchanged) == (0, 2, 0, 1)


def test_a_file_whose_stamp_is_known_is_not_opened(newsroom: Newsroom) -> None:
    newsroom.wait(days=100 * 365)  # so that the files have not been touched for a while
    path = newsroom.write("a")
    newsroom.collect()
    assert [stamp != "" for (stamp,) in newsroom.query("SELECT stamp FROM files")] == [True]
    done: list[int] = []
    newsroom.collect(progress=lambda _done, total: done.append(total))
    assert done == []
    os.utime(path, (1, 1))
    result = newsroom.collect(progress=lambda _done, total: done.append(total))
    assert (done, result.read, result.files_unchanged) == ([1], 0, 1)


def test_a_file_that_was_just_written_is_read_again(newsroom: Newsroom) -> None:
    newsroom.write("a")
    newsroom.collect()
    assert newsroom.query("SELECT stamp FROM files") == [("",)]


@pytest.mark.parametrize(
    ("fields", "other"),
    [({"secured": "one"}, {"secured": "two"}), ({"unknown": 1}, {}), ({"quality": 70}, {"quality": 80})],
)
def test_an_invisible_edit_changes_no_feed(
    newsroom: Newsroom, fields: dict[str, object], other: dict[str, object]
) -> None:
    newsroom.write("a", topics=["AI"], related=related("b"), **fields)
    newsroom.collect()
    before, versions = newsroom.see_topic("ai"), newsroom.query("SELECT name, version, changed FROM scopes")
    newsroom.write("a", topics=["AI"], related=related("b"), **other)
    result = newsroom.collect()
    assert (result.read, result.changed, result.scopes) == (1, 0, frozenset())
    assert newsroom.see_topic("ai") == before
    assert sorted(newsroom.query("SELECT name, version, changed FROM scopes")) == sorted(versions)


def test_an_edit_of_secured_alone_makes_no_version(newsroom: Newsroom) -> None:
    newsroom.write("a", secured="one")
    version = newsroom.collect().version
    newsroom.write("a", secured="two")
    assert newsroom.collect().version == version


def test_a_change_of_type_alone_shows_only_in_feeds_of_types(newsroom: Newsroom) -> None:
    videos, others = Query(types=parse_expression("video")), Query(types=parse_expression("!video"))
    newsroom.write("a", type="video")
    newsroom.write("b")
    newsroom.collect()
    plain = newsroom.see()
    newsroom.write("a", type="article")
    assert newsroom.collect().scopes == frozenset()
    assert newsroom.see() == plain
    assert (newsroom.see(videos).ids, newsroom.see(videos).changed) == ([], newsroom.now)
    assert (len(newsroom.see(others).ids), newsroom.see(others).changed) == (2, newsroom.now)
    assert newsroom.dump() == dump_fresh(newsroom, "")


def test_heat_changes_the_ranking_and_peak_heat_never_drops(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"], heat=50)
    newsroom.write("b", topics=["Tides"])
    newsroom.collect()
    peaks = []
    for heat in (90, 10, None, 40):
        newsroom.write("a", topics=["AI"], heat=heat)
        result = newsroom.collect()
        assert result.scopes == frozenset()
        peaks += newsroom.query("SELECT heat, peak_heat FROM entries WHERE id LIKE '%/a'")
    assert peaks == [(90, 90), (10, 90), (None, 90), (40, 90)]
    rankings = dict(newsroom.query("SELECT name, ranking FROM scopes"))
    assert rankings["topics/ai"] == newsroom.collect().version
    assert rankings["topics/tides"] == 0


def test_an_edit_of_related_changes_the_leads_document_and_not_its_date(newsroom: Newsroom) -> None:
    newsroom.write("a", related=related("b"))
    newsroom.collect()
    before = newsroom.see()
    newsroom.write("a", related=related("b", "c"))
    newsroom.collect()
    after = newsroom.see()
    assert after.document != before.document
    assert after.entry(url_of("a")).updated == before.entry(url_of("a")).updated
    assert after.entry(url_of("b")) == before.entry(url_of("b"))


def test_a_change_in_one_topic_leaves_the_others_as_they_are(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"])
    newsroom.write("b", topics=["Tides"], provider={"name": "The Post", "domain": "post.example"})
    newsroom.collect()
    before, versions = newsroom.see_topic("tides"), newsroom.versions()
    newsroom.write("a", topics=["AI"], title="Other")
    assert newsroom.collect().scopes == {"feed", "topics/ai", "providers/gazette.example"}
    moved = {name for name, version in newsroom.versions().items() if version != versions[name]}
    assert moved == {"feed", "topics/ai", "providers/gazette.example"}
    assert newsroom.see_topic("tides") == before


def test_a_rejected_file_keeps_its_last_good_entries_until_it_is_fixed(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"], related=related("b"))
    newsroom.collect()
    before = newsroom.see_topic("ai")
    newsroom.write_text("a", "title: [\n")
    broken = newsroom.collect()
    assert (broken.read, broken.rejected, broken.scopes) == (1, 1, frozenset())
    again = newsroom.collect()
    assert (again.read, again.rejected, again.problems) == (0, 1, broken.problems)
    assert newsroom.see_topic("ai") == before
    newsroom.write("a", title="Fixed", topics=["AI"])
    assert newsroom.collect().problems == ()
    assert newsroom.see_topic("ai").titles == ["Fixed"]


def test_a_rejected_file_that_is_restored_unchanged_is_no_longer_reported(newsroom: Newsroom) -> None:
    newsroom.write("a")
    newsroom.collect()
    newsroom.write_text("a", "title: [\n")
    newsroom.collect()
    newsroom.write("a")
    result = newsroom.collect()
    assert (result.problems, result.scopes) == ((), frozenset())


def test_deleting_a_rejected_file_withdraws_its_last_good_entries(newsroom: Newsroom) -> None:
    newsroom.write("a")
    newsroom.write("b")
    newsroom.collect()
    newsroom.write_text("a", "title: [\n")
    newsroom.collect()
    newsroom.delete("a")
    result = newsroom.collect()
    assert (result.withdrawn, result.rejected, result.problems) == (1, 0, ())


def test_a_file_without_a_good_version_is_reported_and_makes_no_entry(newsroom: Newsroom) -> None:
    newsroom.write_text("a", "- a list\n")
    newsroom.write("b")
    result = newsroom.collect()
    assert (result.added, result.rejected) == (1, 1)
    assert str(result.problems[0]).startswith(f"{newsroom.folder}/a.md:2:1: error ")


def test_problems_between_files_are_reported_with_existing_paths(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["Café"])
    newsroom.write("b", topics=["Cafe"], webUrl=url_of("a"))
    problems = newsroom.collect().problems
    assert {problem.code for problem in problems} == {"duplicate-url", "topic-clash"}
    assert all(Path(problem.path).is_file() for problem in problems)


def test_a_collect_without_most_articles_is_refused_and_changes_nothing(newsroom: Newsroom) -> None:
    for name in "abcde":
        newsroom.write(name)
    newsroom.collect()
    before = newsroom.see(), newsroom.versions(), newsroom.dump()
    for name in "abc":
        newsroom.delete(name)
    with pytest.raises(MassRemovalError, match=r"would remove 3 of 5 articles.*--force"):
        newsroom.collect()
    assert (newsroom.see(), newsroom.versions(), newsroom.dump()) == before
    assert newsroom.collect(force=True).withdrawn == 3
    assert newsroom.see().ids == [url_of("d"), url_of("e")]


def test_half_of_the_articles_may_be_removed(newsroom: Newsroom) -> None:
    newsroom.write("a")
    newsroom.write("b")
    newsroom.collect()
    newsroom.delete("a")
    assert newsroom.collect().files_removed == 1


def test_moving_all_articles_to_another_folder_is_no_removal(newsroom: Newsroom) -> None:
    for name in "abc":
        newsroom.write(name)
    newsroom.collect()
    before = newsroom.see()
    (newsroom.folder / "2021").mkdir()
    for name in "abc":
        (newsroom.folder / f"{name}.md").rename(newsroom.folder / "2021" / f"{name}.md")
    assert newsroom.collect().files_removed == 3
    assert newsroom.see() == before


def test_rejected_files_may_all_be_removed(newsroom: Newsroom) -> None:
    for name in "abc":
        newsroom.write_text(name, "- a list\n")
    newsroom.collect()
    for name in "abc":
        newsroom.delete(name)
    assert newsroom.collect().files_removed == 3


def test_only_the_named_files_are_collected(newsroom: Newsroom) -> None:
    for name in "abc":
        newsroom.write(name)
    newsroom.collect()
    newsroom.write("a", title="Other")
    newsroom.write("b", title="Other")
    newsroom.delete("c")
    files = [locate_article([newsroom.folder], str(newsroom.folder / f"{name}.md")) for name in "ac"]
    only = [file for file in files if isinstance(file, ContentFile)]
    result = newsroom.collect(only=only)
    assert (result.read, result.files_removed, result.changed, result.withdrawn) == (1, 1, 1, 1)
    assert sorted(newsroom.see().titles) == ["Other", "Story b"]


def test_many_files_are_parsed_by_several_processes(newsroom: Newsroom) -> None:
    for number in range(450):
        newsroom.write(f"story-{number}", topics=["AI"])
    newsroom.write_text("bad", "title: [\n")
    counted: list[tuple[int, int]] = []
    result = newsroom.collect(progress=lambda done, total: counted.append((done, total)))
    assert (result.read, result.added, result.rejected) == (451, 450, 1)
    assert counted[-1] == (451, 451)


def test_a_url_an_id_or_a_topic_may_have_any_length(newsroom: Newsroom) -> None:
    digits = "".join(blake2b(bytes([number])).hexdigest() for number in range(200))
    newsroom.write("a", webUrl=url_of(digits))
    newsroom.write("b", id=f"urn:{digits}")
    newsroom.write("c", topics=[digits, "AI"], related=related(digits, title="Story"))
    result = newsroom.collect()
    assert newsroom.see_topic("ai").ids == [url_of("c")]
    assert len(result.problems) == 4


def test_a_file_name_outside_utf_8_is_reported(newsroom: Newsroom) -> None:
    path = newsroom.write("a")
    os.rename(os.fsencode(path), os.fsencode(newsroom.folder) + b"/\xff.md")  # noqa: PTH104 pathlib takes no bytes
    newsroom.write("b")
    result = newsroom.collect()
    assert newsroom.see().ids == [url_of("b")]
    assert [problem.code for problem in result.problems] == ["bad-file-name"]
    str(result.problems[0]).encode()


@pytest.mark.slow
def test_two_collectors_take_turns_or_one_gives_up(newsroom: Newsroom) -> None:
    newsroom.write("a")
    newsroom.collect()
    hurried = Catalog(newsroom.database_url, wait_seconds=1)
    newsroom.write("b")
    with newsroom.catalog.writing(), pytest.raises(CatalogBusyError, match="Another collector is writing"):
        Collector(hurried, [newsroom.folder], clock=newsroom.clock).collect()
    assert newsroom.see().ids == [url_of("a")]
    hurried.close()
    newsroom.collect()
    assert len(newsroom.see().ids) == 2


def test_many_collectors_at_once_leave_one_whole_catalog(newsroom: Newsroom) -> None:
    newsroom.write("a", related=related("b"))
    failures: list[Exception] = []

    def collect() -> None:
        catalog = Catalog(newsroom.database_url)
        try:
            Collector(catalog, [newsroom.folder], clock=newsroom.clock).collect()
        except Exception as error:  # noqa: BLE001 whatever it is fails the test
            failures.append(error)
        catalog.close()

    threads = [threading.Thread(target=collect) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert newsroom.see().ids == [url_of("a"), url_of("b")]
    assert newsroom.query("SELECT value FROM facts WHERE name = 'version'") == [("1",)]


def test_a_topic_file_names_describes_and_merges_topics(newsroom: Newsroom) -> None:
    folder = newsroom.folder / "topics"
    folder.mkdir()
    newsroom.write("a", topics=["AI"])
    newsroom.write("b", topics=["Artificial Intelligence"])
    (folder / "ai.yaml").write_text("name: Artificial Intelligence\nshortname: AI\ndescription: Minds.\n")
    newsroom.collect()
    assert newsroom.see_topic("artificial-intelligence").ids == [url_of("a"), url_of("b")]
    with newsroom.catalog.reading() as reader:
        assert reader.resolve_alias("ai") == "artificial-intelligence"


def test_after_a_topic_file_is_deleted_the_catalog_equals_a_fresh_one(newsroom: Newsroom) -> None:
    folder = newsroom.folder / "topics"
    folder.mkdir()
    newsroom.write("a", topics=["AI"])
    newsroom.write("b", topics=["Artificial Intelligence"])
    (folder / "ai.yaml").write_text("name: Artificial Intelligence\nshortname: AI\n")
    newsroom.collect()
    (folder / "ai.yaml").unlink()
    newsroom.collect()
    assert newsroom.see_topic("ai").ids == [url_of("a")]
    assert newsroom.see_topic("artificial-intelligence").ids == [url_of("b")]


def test_a_topic_may_become_a_synonym_and_a_topic_again(newsroom: Newsroom) -> None:
    folder = newsroom.folder / "topics"
    folder.mkdir()
    newsroom.write("a", topics=["AI"])
    newsroom.write("b", topics=["Artificial Intelligence"])
    newsroom.collect()
    (folder / "ai.yaml").write_text("name: Artificial Intelligence\nshortname: AI\n")
    newsroom.collect()
    with newsroom.catalog.reading() as reader:
        assert [topic.slug for topic in reader.list_topics(now=newsroom.now)] == ["artificial-intelligence"]
        assert reader.find_topic("ai", now=newsroom.now) is None
        assert reader.resolve_alias("ai") == "artificial-intelligence"
    assert newsroom.see_topic("artificial-intelligence").ids == [url_of("a"), url_of("b")]
    (folder / "ai.yaml").unlink()
    newsroom.collect()
    assert newsroom.see_topic("ai").ids == [url_of("a")]


def test_a_parent_may_be_named_by_a_synonym(newsroom: Newsroom) -> None:
    folder = newsroom.folder / "topics"
    folder.mkdir()
    newsroom.write("a", topics=["Robots"])
    (folder / "ai.yaml").write_text("name: Artificial Intelligence\nshortname: AI\n")
    (folder / "robots.yaml").write_text("name: Robots\nparent: AI\n")
    newsroom.collect()
    with newsroom.catalog.reading() as reader:
        topic = reader.find_topic("robots", now=newsroom.now)
    assert topic is not None
    assert topic.parent == "artificial-intelligence"


def test_a_broken_topic_file_keeps_its_last_good_version(newsroom: Newsroom) -> None:
    folder = newsroom.folder / "topics"
    folder.mkdir()
    newsroom.write("a", topics=["ai"])
    path = folder / "ai.yaml"
    path.write_text("name: AI\ndescription: Minds.\n")
    newsroom.collect()
    path.write_text("name: [")
    result = newsroom.collect()
    assert [problem.path for problem in result.problems] == [str(path)]
    with newsroom.catalog.reading() as reader:
        topic = reader.find_topic("ai", now=newsroom.now)
    assert topic is not None
    assert (topic.name, topic.description) == ("AI", "Minds.")


def test_a_description_changes_only_its_topic(newsroom: Newsroom) -> None:
    folder = newsroom.folder / "topics"
    folder.mkdir()
    newsroom.write("a", topics=["AI", "Tides"])
    newsroom.collect()
    (folder / "ai.yaml").write_text("name: AI\ndescription: Minds.\n")
    assert newsroom.collect().scopes == {"topics/ai"}
    assert newsroom.see_topic("ai").changed == newsroom.now
    assert newsroom.see_topic("tides").changed != newsroom.now


def test_an_article_in_a_described_topic_changes_only_its_entry(newsroom: Newsroom) -> None:
    folder = newsroom.folder / "topics"
    folder.mkdir()
    (folder / "ai.yaml").write_text("name: AI\n")
    for number in range(5):
        newsroom.write(f"story-{number}", topics=["AI"])
    newsroom.collect()
    newsroom.write("new", topics=["AI"])
    result = newsroom.collect()
    assert (result.added, result.changed) == (1, 0)


def test_the_most_used_spelling_names_a_topic(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"])
    newsroom.collect()
    newsroom.write("b", topics=["ai"])
    newsroom.write("c", topics=["ai"])
    assert newsroom.collect().changed == 1
    entry = newsroom.see().entry(url_of("a"))
    assert [category.label for category in entry.categories] == ["ai"]


def test_an_entry_released_during_its_change_changes_its_feeds(newsroom: Newsroom) -> None:
    newsroom.write("a")
    newsroom.write("b", title="Before", topics=["Tides"], publishedDateTime="2021-03-04T12:20:00Z")
    newsroom.collect()
    newsroom.write("b", title="After", topics=["Tides"], publishedDateTime="2021-03-04T12:20:00Z")
    result = newsroom.collect(progress=lambda _done, _total: newsroom.wait(minutes=30))
    assert result.scopes == {"feed", "topics/tides", "providers/gazette.example"}
    newsroom.write("c", title="Later", publishedDateTime="2021-03-05T12:20:00Z")
    assert newsroom.collect().scopes == frozenset()
