"""Subscribers see new, updated and withdrawn stories, and feeds that appear, move and end."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

import pytest

from feeds.compare.differences import FeedDifference, FeedFate, SiteDifference
from tests.support.articles import write_article
from tests.support.comparison import NOW, compare

A, B = "https://gazette.example/a", "https://gazette.example/b"

Write: TypeAlias = Callable[..., None]


class Change:
    """Two folders, which begin with equal articles."""

    def __init__(self, folder: Path) -> None:
        self.old, self.new = folder / "old", folder / "new"
        self.old.mkdir(parents=True)
        self.new.mkdir()

    def write(self, name: str, **fields: str) -> None:
        """Write an article to both folders."""
        write_article(self.old, name, **fields)
        write_article(self.new, name, **fields)

    def edit(self, name: str, **fields: str) -> None:
        """Write an article to the new folder."""
        write_article(self.new, name, **fields)

    def write_topic(self, folder: Path, name: str, *lines: str) -> None:
        """Write a topic file."""
        (folder / "topics").mkdir(exist_ok=True)
        (folder / "topics" / f"{name}.yaml").write_text("".join(f"{line}\n" for line in lines))

    def compare(self, *, now: datetime = NOW, **environ: str) -> SiteDifference:
        return compare(self.old, self.new, now=now, **environ)


@pytest.fixture
def change(tmp_path: Path) -> Change:
    return Change(tmp_path / "change")


def find_feed(difference: SiteDifference, path: str) -> FeedDifference:
    return next(feed for feed in difference.feeds if feed.path == path)


def titles(difference: SiteDifference, path: str = "/feed") -> dict[str, list[str]]:
    feed = find_feed(difference, path)
    kinds = ("new", "updated", "withdrawn", "returned", "missed")
    return {kind: [story.title for story in getattr(feed, kind)] for kind in kinds if getattr(feed, kind)}


def test_each_feed_has_its_own_differences(change: Change) -> None:
    change.write("a")
    change.write("b", topics="[Robots]")
    change.edit("a", title="Edited")
    change.edit("b", topics="[Tides]")
    change.edit("c", topics="[Tides, Robots]")
    difference = change.compare()
    assert titles(difference) == {"new": ["Title of c"], "updated": ["Edited"]}
    assert titles(difference, "/topics/tides") == {"new": ["Title of b", "Title of c"], "updated": ["Edited"]}
    assert titles(difference, "/topics/robots") == {"new": ["Title of c"], "withdrawn": ["Title of b"]}
    assert find_feed(difference, "/feed").updated[0].fields == ("title",)
    assert find_feed(difference, "/feed").minor == 1  # readers do not show topics
    assert find_feed(difference, "/topics/robots").withdrawn[0].cause == "left"
    assert (difference.counts.new, difference.counts.updated, difference.counts.withdrawn) == (2, 1, 1)
    assert (difference.counts.feeds, difference.has_failed, difference.events) == (4, False, ())


def test_a_correction_updates_a_story(change: Change) -> None:
    change.write("a", excerpt="A short text.")
    change.edit("a", excerpt="A short text.", corrections="[{date: 2024-06-01, text: It was a gull.}]")
    assert find_feed(change.compare(), "/feed").updated[0].fields == ("updated", "summary", "content")


def test_a_change_that_nobody_sees_is_no_difference(change: Change) -> None:
    change.write("a")
    change.edit("a", secured="other", heat="7")
    difference = change.compare()
    assert (difference.feeds, difference.events, difference.has_failed) == ((), (), False)


def test_a_withdrawal_on_purpose_is_no_failure(change: Change) -> None:
    for name in "abcd":
        change.write(name)
    change.edit("a", published="false")
    change.edit("b", removed="true")
    change.edit("c", expiryDate="2025-01-01")
    change.edit("d", publishedDateTime="2031-01-01")
    difference = change.compare()
    causes = {story.title[-1]: story.cause for story in find_feed(difference, "/feed").withdrawn}
    assert causes == {"a": "unpublished", "b": "removed", "c": "expired", "d": "scheduled"}
    assert not difference.has_failed


def test_an_entry_without_a_file_is_lost(change: Change) -> None:
    change.write("a")
    change.write("b")
    (change.new / "a.md").unlink()
    difference = change.compare()
    assert [(story.id, story.path, story.cause) for story in difference.lost] == [
        (A, str(change.old / "a.md"), "deleted")
    ]
    assert find_feed(difference, "/feed").withdrawn[0].cause == "lost"
    assert difference.has_failed


def test_a_renamed_file_changes_nothing(change: Change) -> None:
    change.write("a")
    (change.new / "a.md").rename(change.new / "other.md")
    assert change.compare().feeds == ()


def test_a_lead_keeps_the_entry_of_a_demoted_article(change: Change) -> None:
    change.write("a")
    change.write("b")
    change.edit("a", published="false", heat="-1")
    change.edit("b", related=f'[{{title: Title of a, webUrl: "{A}", publishedDateTime: 2024-05-06T07:08:09Z}}]')
    difference = change.compare()
    assert not difference.has_failed
    assert titles(difference) == {"updated": ["Title of a", "Title of b"]}


def test_another_url_doubles_a_story(change: Change) -> None:
    change.write("a")
    change.edit("a", webUrl="https://gazette.example/better", title="A better title")
    difference = change.compare()
    (story,) = difference.doubled
    assert (story.former_id, story.id, story.sameness) == (A, "https://gazette.example/better", "file")
    assert (story.path, difference.lost) == (str(change.new / "a.md"), ())
    assert find_feed(difference, "/feed").withdrawn[0].cause == "doubled"


def test_an_id_keeps_a_story_whose_url_changes(change: Change) -> None:
    change.write("a")
    change.edit("a", webUrl="https://gazette.example/better", id=A)
    difference = change.compare()
    assert not difference.has_failed
    assert find_feed(difference, "/feed").updated[0].fields == ("link", "content")


def test_an_added_id_doubles_a_story(change: Change) -> None:
    change.write("a")
    change.edit("a", id="tag:gazette.example,2024:a")
    (story,) = change.compare().doubled
    assert (story.former_id, story.sameness, story.has_stayed) == (A, "url", False)


def test_scheduled_entries_depend_on_the_time(change: Change) -> None:
    change.edit("a", publishedDateTime="2026-01-01T12:00:00Z")
    before, after = (change.compare(now=NOW.replace(hour=hour)) for hour in (11, 12))
    assert (before.counts.new, before.events) == (0, ())
    assert after.events[0].fate == FeedFate.APPEARS
    assert after.counts.new == 1


def write_days(change: Change, *names: str) -> None:
    for day, name in enumerate(names, start=1):
        change.write(name, publishedDateTime=f"2024-05-{day:02}")


def test_older_stories_return_when_newer_stories_leave(change: Change) -> None:
    write_days(change, "a", "b", "c")
    change.edit("c", published="false")
    difference = change.compare(FEEDS_LIMIT="2")
    assert titles(difference) == {"withdrawn": ["Title of c"], "returned": ["Title of a"]}
    assert difference.counts.new == 0


def test_stories_that_newer_stories_push_out_are_not_withdrawn(change: Change) -> None:
    write_days(change, "a", "b")
    change.edit("c")
    assert titles(change.compare(FEEDS_LIMIT="2")) == {"new": ["Title of c"]}


def test_new_stories_that_never_show_are_missed(change: Change) -> None:
    write_days(change, "b", "c")
    for day, name in enumerate(["c1", "c2", "c3"], start=3):
        change.edit(name, publishedDateTime=f"2024-05-{day:02}")
    change.edit("history", publishedDateTime="2001-01-01")
    difference = change.compare(FEEDS_LIMIT="2")
    assert titles(difference) == {"new": ["Title of c3", "Title of c2"], "missed": ["Title of c1"]}
    assert (difference.counts.missed, difference.has_failed) == (1, False)


def test_feeds_show_only_articles_if_the_settings_say_so(change: Change) -> None:
    related = '[{title: Other, webUrl: "https://post.example/x", publishedDateTime: 2024-05-06}]'
    change.edit("a", related=related)
    assert change.compare().counts.new == 2
    assert change.compare(FEEDS_RELATED="links").counts.new == 1


def test_a_renamed_topic_moves_with_its_subscribers(change: Change) -> None:
    change.write("a")
    change.edit("b")
    change.write_topic(change.new, "tides", "name: Tides and Waves", "renamed_from: Tides")
    difference = change.compare()
    assert [(event.path, event.fate, event.target) for event in difference.events] == [
        ("/topics/tides", "moves", "/topics/tides-and-waves")
    ]
    feed = find_feed(difference, "/topics/tides")
    assert (feed.moved_to, [story.title for story in feed.new]) == ("/topics/tides-and-waves", ["Title of b"])


def test_a_merged_topic_brings_the_stories_of_the_other(change: Change) -> None:
    change.write("a")
    change.write("b", topics="[Waves]")
    change.write_topic(change.new, "tides", "name: Tides")
    change.write_topic(change.new, "waves", "name: Waves", "merged_into: Tides")
    difference = change.compare()
    assert [(event.path, event.fate, event.target) for event in difference.events] == [
        ("/topics/waves", "moves", "/topics/tides")
    ]
    assert titles(difference, "/topics/waves") == {"new": ["Title of a"]}
    assert titles(difference, "/topics/tides") == {"new": ["Title of b"]}


def test_a_retired_topic_tells_its_subscribers_and_ends(change: Change) -> None:
    change.write("a")
    change.write("b", topics="[Waves]")
    change.write_topic(change.new, "waves", "name: Waves")
    change.write_topic(change.new, "tides", "name: Tides", "retired: 2025-12-24", "successor: Waves")
    difference = change.compare()
    assert [(event.fate, event.target) for event in difference.events] == [("retires", "/topics/waves")]
    assert titles(difference, "/topics/tides") == {"new": ["Tides has been retired"]}
    change.write_topic(change.new, "tides", "name: Tides", "retired: 2025-01-01")
    assert [event.fate for event in change.compare().events] == ["gone"]
    change.write_topic(change.new, "tides", "name: Tides", "retired: 2025-01-01", "successor: Waves")
    assert [(event.fate, event.target) for event in change.compare().events] == [("moves", "/topics/waves")]


def test_a_topic_without_articles_is_empty(change: Change) -> None:
    change.write("a")
    change.write("b", topics="[Waves]")
    change.edit("b", topics="[Tides]")
    assert [(event.path, event.fate) for event in change.compare().events] == [("/topics/waves", "empties")]


def write_adopted(folder: Path, *lines: str) -> None:
    (folder / "adopted.yaml").write_text("".join(f"{line}\n" for line in lines))


def test_a_dropped_id_of_an_earlier_feed_doubles_its_story(change: Change) -> None:
    change.write("a")
    write_adopted(change.old, "entries:", f"  - url: {A}", "    atom: tag:old,2020:1", "    rss: '17'")
    write_adopted(change.new, "entries:", f"  - url: {A}", "    atom: tag:old,2020:1")
    (story,) = change.compare().doubled
    assert (story.former_id, story.id, story.formats, story.has_stayed) == ("17", A, ("rss",), False)
    assert story.path == str(change.new / "a.md")
    (change.new / "adopted.yaml").unlink()
    difference = change.compare()
    assert [(story.former_id, story.id, story.formats) for story in difference.doubled] == [
        ("tag:old,2020:1", A, ("atom", "rss"))
    ]
    assert [(story.id, story.cause) for story in find_feed(difference, "/feed").withdrawn] == [
        ("tag:old,2020:1", "doubled")
    ]


def test_urls_of_earlier_feeds_move_and_end(change: Change) -> None:
    change.write("a")
    first, second = "https://old.example/feed.xml", "https://old.example/tides.xml"
    feeds = [
        "feeds:",
        f"  - url: {first}",
        "    feed: /feed.atom",
        f"  - url: {second}",
        "    feed: /topics/tides.atom",
    ]
    write_adopted(change.old, *feeds)
    write_adopted(change.new, *feeds[:2], "    feed: /feed.rss")
    assert [(event.path, event.fate, event.target) for event in change.compare().events] == [
        (first, "moves", "/feed.rss"),
        (second, "missing", ""),
    ]
