"""The last collects are kept, also when the catalog is rebuilt."""

from datetime import timedelta

from feeds.catalog.collect_history import KEPT_COLLECTS, CollectRecord
from tests.support.newsroom import START, Newsroom


def add(newsroom: Newsroom, *records: CollectRecord) -> None:
    for record in records:
        with newsroom.catalog.writing_history() as history:
            history.add(record)


def read(newsroom: Newsroom) -> list[CollectRecord]:
    with newsroom.catalog.reading() as reader:
        return reader.list_collects()


def test_before_the_first_record_there_are_none(newsroom: Newsroom) -> None:
    newsroom.collect()
    assert read(newsroom) == []


def test_the_last_collects_are_kept_newest_first(newsroom: Newsroom) -> None:
    newsroom.collect()
    records = [CollectRecord(time=START + timedelta(minutes=each), read=each) for each in range(KEPT_COLLECTS + 3)]
    add(newsroom, *records)
    assert read(newsroom) == records[: -KEPT_COLLECTS - 1 : -1]


def test_a_repeated_error_is_kept_once(newsroom: Newsroom) -> None:
    newsroom.collect()
    texts = ["No folder.", "No folder.", "", "No folder.", "Too many.", "Too many."]
    add(newsroom, *(CollectRecord(time=START + timedelta(minutes=each), error=text) for each, text in enumerate(texts)))
    assert [(each.time.minute, each.error) for each in read(newsroom)] == [
        (5, "Too many."),
        (3, "No folder."),
        (2, ""),
        (1, "No folder."),
    ]


def test_a_long_error_is_cut(newsroom: Newsroom) -> None:
    newsroom.collect()
    add(newsroom, CollectRecord(time=START, error="x" * 100_000))
    assert len(read(newsroom)[0].error) == 1_000


def test_a_rebuilt_catalog_keeps_its_history(newsroom: Newsroom) -> None:
    newsroom.collect()
    record = CollectRecord(time=START, added=3, seconds=0.5)
    add(newsroom, record)
    with newsroom.catalog.writing() as writer:
        writer.start_over()
    newsroom.collect()
    assert read(newsroom) == [record]
