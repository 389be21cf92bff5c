"""Each document with changed bytes that shared caches keep gets one purge, and no other document."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from feeds.site.documents import make_document, parse_and_resolve
from tests.notify.conftest import CACHE, HUB, NotifyingNewsroom
from tests.notify.test_detection import CHANGES
from tests.support.newsroom import START, Newsroom


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Newsroom]:
    newsroom = Newsroom(tmp_path / "articles", f"sqlite:///{tmp_path / 'catalog.sqlite'}")
    yield newsroom
    newsroom.catalog.close()


def purging(newsroom: Newsroom) -> NotifyingNewsroom:
    """Return a notifying newsroom with a cache, with two collected articles, before the first scan."""
    notifying = NotifyingNewsroom(newsroom, HUB)
    notifying.environ["FEEDS_PURGE"] = CACHE
    newsroom.write("tides", topics=["Sea"])
    newsroom.write("robots", topics=["AI"], provider={"name": "The Post", "domain": "post.example"})
    notifying.collect()
    return notifying


def settle(notifying: NotifyingNewsroom) -> None:
    """Scan, and empty the outbox as if everything were delivered."""
    notifying.detect()
    notifying.empty_outbox()


def learn(notifying: NotifyingNewsroom) -> dict[str, str]:
    """Scan as if every document had changed before, so that the ETag of each is known; return the ETags by path."""
    settle(notifying)
    etags = notifying.kept_etags()
    with notifying.newsroom.catalog.writing_outbox() as outbox:
        outbox.save_etags(etags)
    return etags


def check_exactly_the_changed(notifying: NotifyingNewsroom, before: dict[str, str]) -> dict[str, str]:
    """Scan, compare the purges with the ETags before, and return those after.

    A new address needs no purge. Ends of feeds that are no longer linked still exist, and are not checked here.
    """
    notifying.empty_outbox()
    after = notifying.kept_etags()
    notifying.detect()
    purged = notifying.pending_paths(CACHE)
    former_ends = {
        path for path in before.keys() | purged if path not in after and "-" in path.rpartition("/archive/")[2]
    }
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert (changed & before.keys()) - former_ends <= purged
    assert purged - former_ends <= changed
    return after


def write_many(notifying: NotifyingNewsroom, *, count: int) -> None:
    """Write many articles of a topic, so that its archive has blocks, and collect."""
    for number in range(count):
        write_old(notifying, number)
    notifying.environ["FEEDS_LIMIT"] = "20"
    notifying.collect()


def write_old(notifying: NotifyingNewsroom, number: int, title: str = "") -> None:
    """Write an article; a higher number is an older article."""
    date = START - timedelta(days=90, minutes=number)
    title = title or f"Story old-{number}"
    notifying.newsroom.write(f"old-{number}", title=title, topics=["Past"], publishedDateTime=date.isoformat())


def rewrite(notifying: NotifyingNewsroom, number: int, title: str) -> None:
    """Correct the title of an old article, and collect."""
    write_old(notifying, number, title)
    notifying.collect()


def test_exactly_the_documents_with_new_bytes_are_purged(sqlite: Newsroom) -> None:
    notifying = purging(sqlite)
    before = learn(notifying)
    for change in CHANGES:
        change(notifying)
        notifying.collect(force=True)
        before = check_exactly_the_changed(notifying, before)


def test_the_first_scan_purges_everything_and_tells_no_hub(sqlite: Newsroom) -> None:
    notifying = purging(sqlite)
    assert notifying.detect() is True
    assert notifying.pending_paths(CACHE) == set(notifying.kept_etags())
    assert notifying.pending(HUB) == []
    assert notifying.detect() is False


def test_a_cache_named_later_is_purged_of_everything_once(sqlite: Newsroom) -> None:
    notifying = purging(sqlite)
    cache = notifying.environ.pop("FEEDS_PURGE")
    notifying.detect()
    assert notifying.detect() is False
    notifying.environ["FEEDS_PURGE"] = cache
    notifying.detect()
    assert notifying.pending_paths(CACHE) == set(notifying.kept_etags())
    assert notifying.pending(HUB) == []


def test_without_caches_no_page_is_rendered(sqlite: Newsroom) -> None:
    notifying = purging(sqlite)
    del notifying.environ["FEEDS_PURGE"]
    settle(notifying)
    sqlite.write("tides", title="Other", topics=["Sea"])
    notifying.collect()
    notifying.detect()
    assert sqlite.query("SELECT count(*) FROM announced WHERE path NOT LIKE '%.%'") == [(0,)]
    assert notifying.pending(CACHE) == []


def test_a_hub_is_told_after_the_purge(sqlite: Newsroom) -> None:
    notifying = purging(sqlite)
    settle(notifying)
    sqlite.write("tides", title="Other", topics=["Sea"])
    notifying.collect()
    notifying.detect()
    purges, notifications = notifying.pending(CACHE), notifying.pending(HUB)
    assert {(purge.due - sqlite.now.timestamp(), purge.repeats) for purge in purges} == {(2, 1)}
    assert {each.due - sqlite.now.timestamp() for each in notifications} == {3}


@pytest.mark.parametrize("field", ["publishedDateTime", "expiryDate"])
def test_a_scheduled_change_purges_without_a_commit(sqlite: Newsroom, field: str) -> None:
    notifying = purging(sqlite)
    sqlite.write("tomorrow", topics=["AI"], **{field: (sqlite.now + timedelta(hours=1)).isoformat()})
    notifying.collect()
    before = learn(notifying)
    sqlite.wait(hours=2)
    check_exactly_the_changed(notifying, before)
    notifying.empty_outbox()
    sqlite.wait(minutes=1)
    assert notifying.detect() is False


def test_a_retirement_and_a_closing_purge_without_a_commit(sqlite: Newsroom) -> None:
    notifying = purging(sqlite)
    folder = sqlite.folder / "topics"
    folder.mkdir()
    (folder / "sea.yaml").write_text("name: Sea\nretired: 2021-03-06\n")
    notifying.collect()
    before = learn(notifying)
    sqlite.wait(days=3)
    check_exactly_the_changed(notifying, before)
    before = notifying.kept_etags()
    sqlite.wait(days=30)
    check_exactly_the_changed(notifying, before)
    assert {"/topics/sea.atom", "/topics/sea", "/topics/sea/daily.rss"} <= notifying.pending_paths(CACHE)


def test_the_old_addresses_of_a_renamed_topic_are_purged(sqlite: Newsroom) -> None:
    notifying = purging(sqlite)
    settle(notifying)
    folder = sqlite.folder / "topics"
    folder.mkdir()
    (folder / "ocean.yaml").write_text("name: Ocean\nshortname: Sea\n")
    notifying.collect()
    notifying.detect()
    purged = notifying.pending_paths(CACHE)
    assert {"/topics/sea.atom", "/topics/sea", "/topics/sea/weekly.json", "/topics/ocean.atom"} <= purged
    assert {"/topics/ai.atom", "/providers/post.example"}.isdisjoint(purged)


def test_a_closed_day_purges_digests(sqlite: Newsroom) -> None:
    notifying = purging(sqlite)
    notifying.detect()
    sqlite.write("today", topics=["AI"], publishedDateTime=sqlite.now.isoformat())
    notifying.collect()
    before = learn(notifying)
    sqlite.wait(days=1)
    notifying.collect()
    check_exactly_the_changed(notifying, before)
    assert {"/topics/ai/daily.atom", "/feed/daily.rss", "/topics/ai/daily"} <= notifying.pending_paths(CACHE)
    assert "/topics/sea/daily.atom" not in notifying.pending_paths(CACHE)


def test_an_archived_story_purges_its_part_alone(sqlite: Newsroom) -> None:
    notifying = purging(sqlite)
    write_many(notifying, count=350)
    before = learn(notifying)
    for number, title in ((150, "Corrected"), (150, "Story old-150"), (340, "Corrected")):
        rewrite(notifying, number, title)
        before = check_exactly_the_changed(notifying, before)
        purged = notifying.pending_paths(CACHE)
        assert len([path for path in purged if path.startswith("/topics/past/archive/")]) == 4


def test_stories_that_arrive_late_divide_and_purge_the_archive(sqlite: Newsroom) -> None:
    notifying = purging(sqlite)
    write_many(notifying, count=150)
    before = learn(notifying)
    for number in range(60):
        write_old(notifying, 1_000 + number)
    notifying.collect()
    check_exactly_the_changed(notifying, before)
    assert sqlite.query("SELECT count(*) FROM announced WHERE path = '/topics/past/archive/2.atom'") == [(1,)]


def test_the_former_end_of_a_feed_is_purged_for_a_while(newsroom: Newsroom) -> None:
    notifying = purging(newsroom)
    write_many(notifying, count=30)
    settle(notifying)
    former = next(path for path in notifying.kept_etags() if path.startswith("/topics/past/archive/") and "-" in path)
    newsroom.write("new", topics=["Past"], publishedDateTime=newsroom.now.isoformat())
    notifying.collect()
    settle(notifying)
    assert former not in notifying.kept_etags()
    for title, days in (("Corrected", 0), ("Again", 3)):
        newsroom.wait(days=days)
        rewrite(notifying, 25, title)
        notifying.detect()
        assert former in notifying.pending_paths(CACHE)
        notifying.empty_outbox()
    rewrite(notifying, 25, "And again")
    notifying.detect()
    assert former not in notifying.pending_paths(CACHE)
    assert find_status(notifying, former) == 200


def find_status(notifying: NotifyingNewsroom, path: str) -> int:
    with notifying.newsroom.catalog.reading() as reader:
        address = parse_and_resolve(path, reader, now=notifying.newsroom.now)
        make_document(address, reader, settings=notifying.settings, now=notifying.newsroom.now)
    return 200
