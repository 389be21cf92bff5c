"""One ping for each feed whose bytes have changed, and none for any other, on both engines."""

import sqlite3
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest

from feeds.catalog.catalog import Catalog
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
    bureau.environ["FEEDS_MAX_AGE"] = "1200"  # which RSS alone says


CHANGES = (
    *(retitle, correct_for_atom_only, give_amp_address, rate, retag, withdraw, lead),
    *(describe_topic, touch_nothing, change_setting),
)


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_pinged_is_what_has_other_bytes(bureau: Bureau, change: Change) -> None:
    # A first change has every feed looked at, so that the second is judged by bytes alone.
    bureau.newsroom.write("tides", title="First", topics=["Sea"])
    bureau.newsroom.write("robots", title="First", topics=["AI"], provider=PROVIDER)
    bureau.collect()
    bureau.notice()
    bureau.newsroom.write("tides", topics=["Sea"])
    bureau.collect()
    bureau.notice()
    bureau.empty_outbox()
    before = bureau.etags()
    change(bureau)
    bureau.collect(force=True)
    bureau.notice()
    after = bureau.etags()
    assert bureau.pending_paths() == {path for path, etag in after.items() if before.get(path) != etag}


def test_a_new_catalog_pings_nobody(bureau: Bureau) -> None:
    assert bureau.pending() == []
    assert bureau.notice() is False


def test_one_change_pings_its_feeds_in_every_format_and_no_other(bureau: Bureau) -> None:
    retitle(bureau)
    bureau.collect()
    assert bureau.notice() is True
    assert bureau.pending_paths() == in_all_formats("/feed", "/topics/sea", "/providers/gazette.example")
    assert bureau.notice() is False
    assert all(1 < ping.due - bureau.newsroom.now.timestamp() <= 2 for ping in bureau.pending())


def test_a_change_below_the_window_pings_nobody(bureau: Bureau) -> None:
    bureau.environ["FEEDS_LIMIT"] = "1"
    bureau.newsroom.write("news", topics=["Sea"], publishedDateTime="2021-03-02T12:00:00Z")
    bureau.collect()
    bureau.notice()
    bureau.empty_outbox()
    retitle(bureau)
    bureau.collect()
    bureau.notice()
    assert bureau.pending() == []


def test_a_later_change_takes_the_place_of_the_one_before(bureau: Bureau) -> None:
    retitle(bureau)
    bureau.collect()
    bureau.notice()
    before = bureau.pending()
    bureau.newsroom.write("tides", title="Another", topics=["Sea"])
    bureau.collect()
    bureau.notice()
    after = bureau.pending()
    assert {ping.path for ping in before} == {ping.path for ping in after}
    assert {ping.etag for ping in before}.isdisjoint(ping.etag for ping in after)
    assert {ping.since for ping in before} != {ping.since for ping in after}


def test_several_commits_may_be_noticed_at_once(bureau: Bureau) -> None:
    retitle(bureau)
    bureau.collect()
    bureau.newsroom.write("robots", title="Other", topics=["AI"], provider=PROVIDER)
    bureau.collect()
    bureau.notice()
    assert bureau.pending_paths() == set(bureau.etags())


def test_an_entry_whose_time_comes_pings_without_a_commit(bureau: Bureau) -> None:
    ahead = (bureau.newsroom.now + timedelta(hours=1)).isoformat()
    bureau.newsroom.write("tomorrow", topics=["AI"], publishedDateTime=ahead)
    bureau.collect()
    bureau.notice()
    assert bureau.pending() == []
    bureau.newsroom.wait(hours=2)
    bureau.notice()
    assert bureau.pending_paths() == in_all_formats("/feed", "/topics/ai", "/providers/gazette.example")
    bureau.empty_outbox()
    bureau.newsroom.wait(minutes=1)
    assert bureau.notice() is False


def test_a_topic_that_is_retired_by_then_pings_without_a_commit(bureau: Bureau) -> None:
    folder = bureau.newsroom.folder / "topics"
    folder.mkdir()
    (folder / "sea.yaml").write_text("name: Sea\nretired: 2021-03-06\n")
    bureau.collect()
    bureau.notice()
    bureau.empty_outbox()
    bureau.newsroom.wait(days=3)
    bureau.notice()
    assert bureau.pending_paths() == in_all_formats("/topics/sea")


def test_an_entry_whose_time_comes_while_it_is_collected_pings(bureau: Bureau) -> None:
    released = bureau.newsroom.now + timedelta(minutes=1, seconds=30)
    bureau.newsroom.write("soon", topics=["AI"], publishedDateTime=released.isoformat())
    waiting = bureau.newsroom.collector(settings_fingerprint=bureau.settings.settings_fingerprint)
    bureau.newsroom.wait(minutes=1)

    def dawdle(_done: int, _total: int) -> None:
        bureau.newsroom.wait(minutes=1)
        bureau.notice()  # looks past the moment before what is released then is there

    waiting.collect(progress=dawdle)
    bureau.notice()
    assert bureau.pending_paths() == in_all_formats("/feed", "/topics/ai", "/providers/gazette.example")


def test_a_topic_that_moves_is_pinged_at_its_address(bureau: Bureau) -> None:
    folder = bureau.newsroom.folder / "topics"
    folder.mkdir()
    (folder / "ocean.yaml").write_text("name: Ocean\nshortname: Sea\n")
    bureau.collect()
    bureau.notice()
    assert bureau.pending_paths() == in_all_formats("/feed", "/topics/ocean", "/providers/gazette.example")


def test_a_path_is_written_as_it_stands_in_addresses(bureau: Bureau) -> None:
    bureau.newsroom.write("tides", topics=["人工智能", "Sea"])
    bureau.collect()
    bureau.notice()
    assert "/topics/%E4%BA%BA%E5%B7%A5%E6%99%BA%E8%83%BD.atom" in bureau.pending_paths() <= set(bureau.etags())


def test_each_hub_is_told_and_one_no_longer_named_is_not(newsroom: Newsroom) -> None:
    bureau = open_bureau(newsroom, HUB, OTHER)
    retitle(bureau)
    bureau.collect()
    bureau.notice()
    assert bureau.pending_paths(HUB) == bureau.pending_paths(OTHER) != set()
    bureau.hubs = (OTHER,)
    bureau.collect()
    bureau.notice()
    assert bureau.pending(HUB) == []
    assert bureau.pending_paths(OTHER) == set(bureau.etags())


def test_a_catalog_made_anew_pings_nobody(bureau: Bureau) -> None:
    retitle(bureau)
    bureau.collect()
    bureau.notice()
    with bureau.newsroom.catalog.writing() as writer:
        writer.set_facts({"layout": "another"})
    bureau.collect()
    bureau.notice()
    assert bureau.pending() == []


def test_of_two_that_notice_at_once_one_queues(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "articles", f"sqlite:///{tmp_path / 'catalog.sqlite'}")
    bureau = open_bureau(newsroom, HUB)
    retitle(bureau)
    bureau.collect()
    thread = Thread(target=bureau.notice)
    with closing(sqlite3.connect(tmp_path / "catalog.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        thread.start()
        time.sleep(0.4)  # by now it has looked, and waits for its turn to write
        seen = """{"version": 2, "committed": 0, "looked": 253402214400}"""
        other.execute("UPDATE facts SET value = ? WHERE name = 'announced'", [seen])
        other.execute("COMMIT")
    thread.join()
    assert bureau.pending() == []
    newsroom.catalog.close()


def test_without_a_catalog_it_says_so(bureau: Bureau, tmp_path: Path) -> None:
    bureau.newsroom.catalog.close()
    bureau.newsroom.catalog = Catalog(f"sqlite:///{tmp_path / 'none.sqlite'}")
    with pytest.raises(CatalogError, match="feeds collect"), bureau.newsroom.catalog.announcing():
        pass
