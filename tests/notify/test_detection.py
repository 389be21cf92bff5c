"""Each feed with changed bytes gets one notification, and no other feed gets any, on both engines."""

import sqlite3
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest

from feeds.catalog.catalog import Catalog
from feeds.catalog.database import open_engine
from feeds.catalog.facts import save_facts
from feeds.model.errors import CatalogError
from tests.notify.conftest import HUB, Change, NotifyingNewsroom, in_all_formats, open_notifying_newsroom
from tests.support.newsroom import Newsroom, related

OTHER = "https://other.example/"
PROVIDER = {"name": "The Post", "domain": "post.example"}


def retitle(notifying_newsroom: NotifyingNewsroom) -> None:
    notifying_newsroom.newsroom.write("tides", title="Other", topics=["Sea"])


def correct_for_atom_only(notifying_newsroom: NotifyingNewsroom) -> None:
    notifying_newsroom.newsroom.write("tides", topics=["Sea"], updatedDateTime="2021-03-01T12:00:00Z")


def give_amp_address(notifying_newsroom: NotifyingNewsroom) -> None:
    notifying_newsroom.newsroom.write("tides", topics=["Sea"], ampWebUrl="https://amp.example/tides")


def rate(notifying_newsroom: NotifyingNewsroom) -> None:
    notifying_newsroom.newsroom.write("tides", topics=["Sea"], heat=50, quality=70, secured="c2VjcmV0")


def retag(notifying_newsroom: NotifyingNewsroom) -> None:
    notifying_newsroom.newsroom.write("tides", topics=["AI", "New"])


def withdraw(notifying_newsroom: NotifyingNewsroom) -> None:
    notifying_newsroom.newsroom.delete("tides")


def lead(notifying_newsroom: NotifyingNewsroom) -> None:
    notifying_newsroom.newsroom.write("tides", topics=["Sea"], related=related("floods"))


def describe_topic(notifying_newsroom: NotifyingNewsroom) -> None:
    folder = notifying_newsroom.newsroom.folder / "topics"
    folder.mkdir()
    (folder / "sea.yaml").write_text("name: Sea\ndescription: All that floats.\n")


def touch_nothing(notifying_newsroom: NotifyingNewsroom) -> None:
    notifying_newsroom.newsroom.write("tides", topics=["Sea"])


def change_setting(notifying_newsroom: NotifyingNewsroom) -> None:
    notifying_newsroom.environ["FEEDS_MAX_AGE"] = "1200"  # only RSS shows this setting


CHANGES = (
    *(retitle, correct_for_atom_only, give_amp_address, rate, retag, withdraw, lead),
    *(describe_topic, touch_nothing, change_setting),
)


def detect_by_bytes_alone(notifying_newsroom: NotifyingNewsroom) -> None:
    """Let the first change make a scan of every feed: the next change is detected by bytes alone."""
    notifying_newsroom.newsroom.write("tides", title="First", topics=["Sea"])
    notifying_newsroom.newsroom.write("robots", title="First", topics=["AI"], provider=PROVIDER)
    notifying_newsroom.collect()
    notifying_newsroom.detect()
    notifying_newsroom.newsroom.write("tides", topics=["Sea"])
    notifying_newsroom.collect()
    notifying_newsroom.detect()
    notifying_newsroom.empty_outbox()


def check_exactly_the_changed(notifying_newsroom: NotifyingNewsroom, change: Change) -> None:
    before = notifying_newsroom.etags()
    change(notifying_newsroom)
    notifying_newsroom.collect(force=True)
    notifying_newsroom.detect()
    after = notifying_newsroom.etags()
    assert notifying_newsroom.pending_paths() == {path for path, etag in after.items() if before.get(path) != etag}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("change", CHANGES)
def test_exactly_the_feeds_with_new_bytes_are_notified(notifying_newsroom: NotifyingNewsroom, change: Change) -> None:
    detect_by_bytes_alone(notifying_newsroom)
    check_exactly_the_changed(notifying_newsroom, change)


def test_exactly_the_feeds_with_new_bytes_are_notified_change_after_change(
    notifying_newsroom: NotifyingNewsroom,
) -> None:
    detect_by_bytes_alone(notifying_newsroom)
    for change in CHANGES:
        check_exactly_the_changed(notifying_newsroom, change)
        notifying_newsroom.empty_outbox()


def test_a_new_catalog_notifies_nobody(notifying_newsroom: NotifyingNewsroom) -> None:
    assert notifying_newsroom.pending() == []
    assert notifying_newsroom.detect() is False


def test_a_change_notifies_of_its_feeds_in_every_format_and_no_other(notifying_newsroom: NotifyingNewsroom) -> None:
    retitle(notifying_newsroom)
    notifying_newsroom.collect()
    assert notifying_newsroom.detect() is True
    assert notifying_newsroom.pending_paths() == in_all_formats("/feed", "/topics/sea", "/providers/gazette.example")
    assert notifying_newsroom.detect() is False
    assert all(
        1 < notification.due - notifying_newsroom.newsroom.now.timestamp() <= 2
        for notification in notifying_newsroom.pending()
    )


def test_a_change_below_the_window_notifies_nobody(notifying_newsroom: NotifyingNewsroom) -> None:
    notifying_newsroom.environ["FEEDS_LIMIT"] = "1"
    notifying_newsroom.newsroom.write("news", topics=["Sea"], publishedDateTime="2021-03-02T12:00:00Z")
    notifying_newsroom.collect()
    notifying_newsroom.detect()
    notifying_newsroom.empty_outbox()
    retitle(notifying_newsroom)
    notifying_newsroom.collect()
    notifying_newsroom.detect()
    assert notifying_newsroom.pending() == []


def test_a_later_change_replaces_the_earlier(notifying_newsroom: NotifyingNewsroom) -> None:
    retitle(notifying_newsroom)
    notifying_newsroom.collect()
    notifying_newsroom.detect()
    before = notifying_newsroom.pending()
    notifying_newsroom.newsroom.write("tides", title="Another", topics=["Sea"])
    notifying_newsroom.collect()
    notifying_newsroom.detect()
    after = notifying_newsroom.pending()
    assert {notification.path for notification in before} == {notification.path for notification in after}
    assert {notification.etag for notification in before}.isdisjoint(notification.etag for notification in after)
    assert {notification.since for notification in before} != {notification.since for notification in after}


def test_several_commits_may_be_detected_at_once(notifying_newsroom: NotifyingNewsroom) -> None:
    retitle(notifying_newsroom)
    notifying_newsroom.collect()
    notifying_newsroom.newsroom.write("robots", title="Other", topics=["AI"], provider=PROVIDER)
    notifying_newsroom.collect()
    notifying_newsroom.detect()
    assert notifying_newsroom.pending_paths() == set(notifying_newsroom.etags())


def test_a_release_notifies_without_a_commit(notifying_newsroom: NotifyingNewsroom) -> None:
    ahead = (notifying_newsroom.newsroom.now + timedelta(hours=1)).isoformat()
    notifying_newsroom.newsroom.write("tomorrow", topics=["AI"], publishedDateTime=ahead)
    notifying_newsroom.collect()
    notifying_newsroom.detect()
    assert notifying_newsroom.pending() == []
    notifying_newsroom.newsroom.wait(hours=2)
    notifying_newsroom.detect()
    assert notifying_newsroom.pending_paths() == in_all_formats("/feed", "/topics/ai", "/providers/gazette.example")
    notifying_newsroom.empty_outbox()
    notifying_newsroom.newsroom.wait(minutes=1)
    assert notifying_newsroom.detect() is False


def test_a_retirement_notifies_without_a_commit(notifying_newsroom: NotifyingNewsroom) -> None:
    folder = notifying_newsroom.newsroom.folder / "topics"
    folder.mkdir()
    (folder / "sea.yaml").write_text("name: Sea\nretired: 2021-03-06\n")
    notifying_newsroom.collect()
    notifying_newsroom.detect()
    notifying_newsroom.empty_outbox()
    notifying_newsroom.newsroom.wait(days=3)
    notifying_newsroom.detect()
    assert notifying_newsroom.pending_paths() == in_all_formats("/topics/sea")


def test_an_entry_released_during_its_collect_notifies(notifying_newsroom: NotifyingNewsroom) -> None:
    released = notifying_newsroom.newsroom.now + timedelta(minutes=1, seconds=30)
    notifying_newsroom.newsroom.write("soon", topics=["AI"], publishedDateTime=released.isoformat())
    waiting = notifying_newsroom.newsroom.collector(shown=notifying_newsroom.settings.shown)
    notifying_newsroom.newsroom.wait(minutes=1)

    def dawdle(_done: int, _total: int) -> None:
        notifying_newsroom.newsroom.wait(minutes=1)
        notifying_newsroom.detect()  # scans past the release before the entry is there

    waiting.collect(progress=dawdle)
    notifying_newsroom.detect()
    assert notifying_newsroom.pending_paths() == in_all_formats("/feed", "/topics/ai", "/providers/gazette.example")


def test_a_moved_topic_is_notified_at_its_new_address(notifying_newsroom: NotifyingNewsroom) -> None:
    folder = notifying_newsroom.newsroom.folder / "topics"
    folder.mkdir()
    (folder / "ocean.yaml").write_text("name: Ocean\nshortname: Sea\n")
    notifying_newsroom.collect()
    notifying_newsroom.detect()
    assert notifying_newsroom.pending_paths() == in_all_formats("/feed", "/topics/ocean", "/providers/gazette.example")


def test_a_path_is_percent_encoded(notifying_newsroom: NotifyingNewsroom) -> None:
    notifying_newsroom.newsroom.write("tides", topics=["人工智能", "Sea"])
    notifying_newsroom.collect()
    notifying_newsroom.detect()
    assert (
        "/topics/%E4%BA%BA%E5%B7%A5%E6%99%BA%E8%83%BD.atom"
        in notifying_newsroom.pending_paths()
        <= set(notifying_newsroom.etags())
    )


def test_each_hub_is_notified_and_a_removed_hub_is_not(newsroom: Newsroom) -> None:
    notifying_newsroom = open_notifying_newsroom(newsroom, HUB, OTHER)
    retitle(notifying_newsroom)
    notifying_newsroom.collect()
    notifying_newsroom.detect()
    assert notifying_newsroom.pending_paths(HUB) == notifying_newsroom.pending_paths(OTHER) != set()
    notifying_newsroom.hubs = (OTHER,)
    notifying_newsroom.collect()
    notifying_newsroom.detect()
    assert notifying_newsroom.pending(HUB) == []
    assert notifying_newsroom.pending_paths(OTHER) == set(notifying_newsroom.etags())


def test_a_rebuilt_catalog_notifies_nobody(notifying_newsroom: NotifyingNewsroom) -> None:
    retitle(notifying_newsroom)
    notifying_newsroom.collect()
    notifying_newsroom.detect()
    engine = open_engine(notifying_newsroom.newsroom.database_url)
    with engine.begin() as connection:
        save_facts(connection, {"layout": "another"})
    engine.dispose()
    notifying_newsroom.collect()
    notifying_newsroom.detect()
    assert notifying_newsroom.pending() == []


def test_of_two_scans_at_once_only_one_writes(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "articles", f"sqlite:///{tmp_path / 'catalog.sqlite'}")
    notifying_newsroom = open_notifying_newsroom(newsroom, HUB)
    retitle(notifying_newsroom)
    notifying_newsroom.collect()
    thread = Thread(target=notifying_newsroom.detect)
    with closing(sqlite3.connect(tmp_path / "catalog.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        thread.start()
        time.sleep(0.4)  # by now the scan is done and waits to write
        seen = """{"version": 2, "committed": 0, "looked": 253402214400}"""
        other.execute("UPDATE facts SET value = ? WHERE name = 'announced'", [seen])
        other.execute("COMMIT")
    thread.join()
    assert notifying_newsroom.pending() == []
    newsroom.catalog.close()


def test_without_a_catalog_it_says_so(notifying_newsroom: NotifyingNewsroom, tmp_path: Path) -> None:
    notifying_newsroom.newsroom.catalog.close()
    notifying_newsroom.newsroom.catalog = Catalog(f"sqlite:///{tmp_path / 'none.sqlite'}")
    with pytest.raises(CatalogError, match="feeds collect"), notifying_newsroom.newsroom.catalog.writing_outbox():
        pass
