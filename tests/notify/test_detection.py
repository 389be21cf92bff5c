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
from tests.notify.conftest import HUB, Bureau, Change, in_all_formats, open_bureau
from tests.support.newsroom import Newsroom, related

OTHER = "https://other.example/"
PROVIDER = {"name": "The Post", "domain": "post.example"}


def retitle(bureau: Bureau) -> None:
    bureau.newsroom.write("tides", title="Other", topics=["Sea"])


def correct_for_atom_only(bureau: Bureau) -> None:
    bureau.newsroom.write("tides", topics=["Sea"], updatedDateTime="2021-03-01T12:00:00Z")


def give_amp_address(bureau: Bureau) -> None:
    bureau.newsroom.write("tides", topics=["Sea"], ampWebUrl="https://amp.example/tides")


def rate(bureau: Bureau) -> None:
    bureau.newsroom.write("tides", topics=["Sea"], heat=50, quality=70, secured="c2VjcmV0")


def retag(bureau: Bureau) -> None:
    bureau.newsroom.write("tides", topics=["AI", "New"])


def withdraw(bureau: Bureau) -> None:
    bureau.newsroom.delete("tides")


def lead(bureau: Bureau) -> None:
    bureau.newsroom.write("tides", topics=["Sea"], related=related("floods"))


def describe_topic(bureau: Bureau) -> None:
    folder = bureau.newsroom.folder / "topics"
    folder.mkdir()
    (folder / "sea.yaml").write_text("name: Sea\ndescription: All that floats.\n")


def touch_nothing(bureau: Bureau) -> None:
    bureau.newsroom.write("tides", topics=["Sea"])


def change_setting(bureau: Bureau) -> None:
    bureau.environ["FEEDS_MAX_AGE"] = "1200"  # only RSS shows this setting


CHANGES = (
    *(retitle, correct_for_atom_only, give_amp_address, rate, retag, withdraw, lead),
    *(describe_topic, touch_nothing, change_setting),
)


@pytest.mark.parametrize("change", CHANGES)
def test_exactly_the_feeds_with_new_bytes_are_notified(bureau: Bureau, change: Change) -> None:
    # The first change makes a scan of every feed: the second change is detected by bytes alone.
    bureau.newsroom.write("tides", title="First", topics=["Sea"])
    bureau.newsroom.write("robots", title="First", topics=["AI"], provider=PROVIDER)
    bureau.collect()
    bureau.detect()
    bureau.newsroom.write("tides", topics=["Sea"])
    bureau.collect()
    bureau.detect()
    bureau.empty_outbox()
    before = bureau.etags()
    change(bureau)
    bureau.collect(force=True)
    bureau.detect()
    after = bureau.etags()
    assert bureau.pending_paths() == {path for path, etag in after.items() if before.get(path) != etag}


def test_a_new_catalog_notifies_nobody(bureau: Bureau) -> None:
    assert bureau.pending() == []
    assert bureau.detect() is False


def test_a_change_notifies_of_its_feeds_in_every_format_and_no_other(bureau: Bureau) -> None:
    retitle(bureau)
    bureau.collect()
    assert bureau.detect() is True
    assert bureau.pending_paths() == in_all_formats("/feed", "/topics/sea", "/providers/gazette.example")
    assert bureau.detect() is False
    assert all(1 < notification.due - bureau.newsroom.now.timestamp() <= 2 for notification in bureau.pending())


def test_a_change_below_the_window_notifies_nobody(bureau: Bureau) -> None:
    bureau.environ["FEEDS_LIMIT"] = "1"
    bureau.newsroom.write("news", topics=["Sea"], publishedDateTime="2021-03-02T12:00:00Z")
    bureau.collect()
    bureau.detect()
    bureau.empty_outbox()
    retitle(bureau)
    bureau.collect()
    bureau.detect()
    assert bureau.pending() == []


def test_a_later_change_replaces_the_earlier(bureau: Bureau) -> None:
    retitle(bureau)
    bureau.collect()
    bureau.detect()
    before = bureau.pending()
    bureau.newsroom.write("tides", title="Another", topics=["Sea"])
    bureau.collect()
    bureau.detect()
    after = bureau.pending()
    assert {notification.path for notification in before} == {notification.path for notification in after}
    assert {notification.etag for notification in before}.isdisjoint(notification.etag for notification in after)
    assert {notification.since for notification in before} != {notification.since for notification in after}


def test_several_commits_may_be_detected_at_once(bureau: Bureau) -> None:
    retitle(bureau)
    bureau.collect()
    bureau.newsroom.write("robots", title="Other", topics=["AI"], provider=PROVIDER)
    bureau.collect()
    bureau.detect()
    assert bureau.pending_paths() == set(bureau.etags())


def test_a_release_notifies_without_a_commit(bureau: Bureau) -> None:
    ahead = (bureau.newsroom.now + timedelta(hours=1)).isoformat()
    bureau.newsroom.write("tomorrow", topics=["AI"], publishedDateTime=ahead)
    bureau.collect()
    bureau.detect()
    assert bureau.pending() == []
    bureau.newsroom.wait(hours=2)
    bureau.detect()
    assert bureau.pending_paths() == in_all_formats("/feed", "/topics/ai", "/providers/gazette.example")
    bureau.empty_outbox()
    bureau.newsroom.wait(minutes=1)
    assert bureau.detect() is False


def test_a_retirement_notifies_without_a_commit(bureau: Bureau) -> None:
    folder = bureau.newsroom.folder / "topics"
    folder.mkdir()
    (folder / "sea.yaml").write_text("name: Sea\nretired: 2021-03-06\n")
    bureau.collect()
    bureau.detect()
    bureau.empty_outbox()
    bureau.newsroom.wait(days=3)
    bureau.detect()
    assert bureau.pending_paths() == in_all_formats("/topics/sea")


def test_an_entry_released_during_its_collect_notifies(bureau: Bureau) -> None:
    released = bureau.newsroom.now + timedelta(minutes=1, seconds=30)
    bureau.newsroom.write("soon", topics=["AI"], publishedDateTime=released.isoformat())
    waiting = bureau.newsroom.collector(settings_fingerprint=bureau.settings.settings_fingerprint)
    bureau.newsroom.wait(minutes=1)

    def dawdle(_done: int, _total: int) -> None:
        bureau.newsroom.wait(minutes=1)
        bureau.detect()  # scans past the release before the entry is there

    waiting.collect(progress=dawdle)
    bureau.detect()
    assert bureau.pending_paths() == in_all_formats("/feed", "/topics/ai", "/providers/gazette.example")


def test_a_moved_topic_is_notified_at_its_new_address(bureau: Bureau) -> None:
    folder = bureau.newsroom.folder / "topics"
    folder.mkdir()
    (folder / "ocean.yaml").write_text("name: Ocean\nshortname: Sea\n")
    bureau.collect()
    bureau.detect()
    assert bureau.pending_paths() == in_all_formats("/feed", "/topics/ocean", "/providers/gazette.example")


def test_a_path_is_percent_encoded(bureau: Bureau) -> None:
    bureau.newsroom.write("tides", topics=["人工智能", "Sea"])
    bureau.collect()
    bureau.detect()
    assert "/topics/%E4%BA%BA%E5%B7%A5%E6%99%BA%E8%83%BD.atom" in bureau.pending_paths() <= set(bureau.etags())


def test_each_hub_is_notified_and_a_removed_hub_is_not(newsroom: Newsroom) -> None:
    bureau = open_bureau(newsroom, HUB, OTHER)
    retitle(bureau)
    bureau.collect()
    bureau.detect()
    assert bureau.pending_paths(HUB) == bureau.pending_paths(OTHER) != set()
    bureau.hubs = (OTHER,)
    bureau.collect()
    bureau.detect()
    assert bureau.pending(HUB) == []
    assert bureau.pending_paths(OTHER) == set(bureau.etags())


def test_a_rebuilt_catalog_notifies_nobody(bureau: Bureau) -> None:
    retitle(bureau)
    bureau.collect()
    bureau.detect()
    engine = open_engine(bureau.newsroom.database_url)
    with engine.begin() as connection:
        save_facts(connection, {"layout": "another"})
    engine.dispose()
    bureau.collect()
    bureau.detect()
    assert bureau.pending() == []


def test_of_two_scans_at_once_only_one_writes(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "articles", f"sqlite:///{tmp_path / 'catalog.sqlite'}")
    bureau = open_bureau(newsroom, HUB)
    retitle(bureau)
    bureau.collect()
    thread = Thread(target=bureau.detect)
    with closing(sqlite3.connect(tmp_path / "catalog.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        thread.start()
        time.sleep(0.4)  # by now the scan is done and waits to write
        seen = """{"version": 2, "committed": 0, "looked": 253402214400}"""
        other.execute("UPDATE facts SET value = ? WHERE name = 'announced'", [seen])
        other.execute("COMMIT")
    thread.join()
    assert bureau.pending() == []
    newsroom.catalog.close()


def test_without_a_catalog_it_says_so(bureau: Bureau, tmp_path: Path) -> None:
    bureau.newsroom.catalog.close()
    bureau.newsroom.catalog = Catalog(f"sqlite:///{tmp_path / 'none.sqlite'}")
    with pytest.raises(CatalogError, match="feeds collect"), bureau.newsroom.catalog.writing_outbox():
        pass
