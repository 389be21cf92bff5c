"""A feed and its archive hold every entry once, and old archive documents never change."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.catalog.archive_blocks import BLOCK_SIZE
from feeds.catalog.timeline import Window
from feeds.model.archive import ArchivePart, FeedEnd
from feeds.model.entry import Entry
from feeds.model.query import Query
from tests.support.environment import SOAK
from tests.support.newsroom import START, Newsroom, open_newsroom, url_of
from tests.support.postgresql import DatabaseServer
from tests.support.properties import PHASES

ALL = Query()
ARTICLES = Query(with_related=False)
TIDES = Query.for_topic("tides")
POST = Query.for_provider("post.example")
QUERIES = (ALL, ARTICLES, TIDES, POST)
DAY = datetime(2021, 3, 1, tzinfo=UTC)
MAX_RELATED = 200


class Stories(NamedTuple):
    """Related stories of one lead, published together: their number, and their range of seconds of the day."""

    size: int
    earliest: int
    latest: int


class Document(NamedTuple):
    """A document of a feed: entries, links, time of the last change, and whether the document is finished."""

    entries: tuple[Entry, ...]
    links: tuple[object, ...]
    changed: datetime | None
    is_finished: bool


def publish(newsroom: Newsroom, name: str, stories: Stories, *, seed: int = 0) -> None:
    """Write related stories of a new lead; the lead is as new as the newest story."""
    spread = stories.latest - stories.earliest + 1
    seconds = ((number + 1) * (104_729 + 7_919 * seed) % spread for number in range(stories.size))
    write(newsroom, name, [DAY + timedelta(seconds=stories.earliest + second) for second in seconds])


def write(newsroom: Newsroom, name: str, times: list[datetime]) -> None:
    related = [
        {
            "title": f"Story {name}-{number}",
            "webUrl": url_of(f"{name}-{number}"),
            "publishedDateTime": time.isoformat(),
            "provider": {"name": "The Post", "domain": f"{'post' if number % 3 else 'times'}.example"},
        }
        for number, time in enumerate(times)
    ]
    lead = {"title": f"Story {name}", "webUrl": url_of(name), "topics": ["Tides"]}
    published = max(times, default=DAY).isoformat()
    # A file has at most 200 related items; several files at one URL are one entry with the items of all.
    for start in range(0, max(len(related), 1), MAX_RELATED):
        part = related[start : start + MAX_RELATED]
        newsroom.write(f"{name}{start or ''}", publishedDateTime=published, related=part, **lead)


def write_one(newsroom: Newsroom, name: str, second: int, **fields: object) -> None:
    newsroom.write(name, publishedDateTime=(DAY + timedelta(seconds=second)).isoformat(), topics=["Tides"], **fields)


def window(newsroom: Newsroom, query: Query, limit: int) -> Window:
    with newsroom.catalog.reading() as reader:
        return reader.read_newest(query, limit=limit, now=newsroom.now)


def find_archive(newsroom: Newsroom, query: Query, part: ArchivePart) -> Window | None:
    with newsroom.catalog.reading() as reader:
        return reader.read_archive(query, part, now=newsroom.now)


def archive(newsroom: Newsroom, query: Query, part: ArchivePart) -> Window:
    found = find_archive(newsroom, query, part)
    assert found
    return found


def walk(newsroom: Newsroom, query: Query, *, limit: int) -> Iterator[tuple[ArchivePart | None, Document]]:
    """Follow the links to older entries, starting from the feed."""
    current = window(newsroom, query, limit)
    yield None, Document(current.entries, (current.older,), current.changed.any, is_finished=False)
    part = current.older
    while part:
        found = archive(newsroom, query, part)
        yield part, show(found)
        part = found.older


def show(found: Window) -> Document:
    links = (found.older, found.newer, found.is_growing)
    return Document(found.entries, links, found.changed.any, is_finished=not found.is_growing)


def list_ids(newsroom: Newsroom, query: Query, *, limit: int) -> list[str]:
    return [entry.id for _, document in walk(newsroom, query, limit=limit) for entry in document.entries]


def read_blocks(newsroom: Newsroom, query: Query = ALL) -> dict[int, Document]:
    """Read all blocks by number, newest first; a feed links to the newest block or to the block before."""
    older = window(newsroom, query, 1).older
    part: ArchivePart | None = ArchivePart(older.block) if older else None
    while part and (newer := archive(newsroom, query, part).newer):
        part = newer
    blocks = {}
    while part:
        found = archive(newsroom, query, part)
        blocks[part.block] = show(found)
        part = found.older
    return blocks


def list_numbers(newsroom: Newsroom, query: Query = ALL) -> list[int]:
    return list(read_blocks(newsroom, query))


def check_complete(newsroom: Newsroom, *, limit: int) -> None:
    """Check that feed and archive together hold all entries once, in order, and so do the blocks."""
    for query in QUERIES:
        everything = [entry.id for entry in window(newsroom, query, 10_000).entries]
        assert list_ids(newsroom, query, limit=limit) == everything
        blocks = read_blocks(newsroom, query)
        assert [entry.id for block in blocks.values() for entry in block.entries] == everything
        assert [number for number, block in blocks.items() if not block.is_finished] == list(blocks)[:1]


class ArchiveSubscriber:
    """Remember every document of some feeds, and compare each with its last state."""

    def __init__(self, newsroom: Newsroom, limits: list[int]) -> None:
        self._newsroom = newsroom
        self._limits = limits
        self._known: dict[tuple[Query, int | ArchivePart], Document] = {}

    def check(self) -> set[tuple[Query, int | ArchivePart]]:
        """Check that exactly the changed documents have a later Last-Modified, and return the changed documents."""
        now = self._read()
        changed = {key for key, new in now.items() if key in self._known and new[:2] != self._known[key][:2]}
        for key, document in now.items():
            old = self._known.get(key)
            if key in changed:
                assert old
                assert document.changed is not None, key
                assert old.changed is None or document.changed > old.changed, key
            elif old:
                assert document.changed == old.changed, key
        self._known = now
        return changed

    def list_finished(self) -> set[tuple[Query, int | ArchivePart]]:
        return {key for key, document in self._known.items() if document.is_finished}

    def _read(self) -> dict[tuple[Query, int | ArchivePart], Document]:
        read: dict[tuple[Query, int | ArchivePart], Document] = {}
        for query in QUERIES:
            for limit in self._limits:
                for part, document in walk(self._newsroom, query, limit=limit):
                    read[query, part or limit] = document
            for number, document in read_blocks(self._newsroom, query).items():
                read[query, ArchivePart(number)] = document
        for query, key in self._known.keys() - read.keys():
            if isinstance(key, ArchivePart):
                found = find_archive(self._newsroom, query, key)
                assert found or key.end  # a feed end with too many new entries below is dropped
                read |= {(query, key): show(found)} if found else {}
        return read


STORIES = st.builds(
    lambda size, start, spread: Stories(size, start, start + spread),
    st.integers(0, 250),
    st.integers(0, 1000),
    st.sampled_from([0, 5, 1000]),
)
STEPS = st.lists(st.tuples(st.sampled_from("abcd"), STORIES, st.integers(0, 9)), min_size=1, max_size=3)


def run_history(newsroom: Newsroom, steps: list[tuple[str, Stories, int]], *, limit: int) -> None:
    newsroom.write("z")
    newsroom.collect()
    subscriber = ArchiveSubscriber(newsroom, [1, limit])
    subscriber.check()
    for name, stories, seed in steps:
        publish(newsroom, name, stories, seed=seed)
        newsroom.collect()
        check_complete(newsroom, limit=limit)
        subscriber.check()


@pytest.mark.slow
@pytest.mark.timeout(300 + 10 * SOAK)
@settings(deadline=None, max_examples=SOAK or 2, phases=PHASES)
@given(steps=STEPS, limit=st.integers(1, 200))
def test_feed_and_archive_hold_everything_once(steps: list[tuple[str, Stories, int]], limit: int) -> None:
    with open_newsroom() as newsroom:
        run_history(newsroom, steps, limit=limit)
        with open_newsroom() as fresh:
            fresh.folder, fresh.now = newsroom.folder, newsroom.now
            fresh.collect()
            check_complete(fresh, limit=limit)


@pytest.mark.timeout(300 + 10 * SOAK)
@settings(deadline=None, max_examples=SOAK or 1, phases=PHASES)
@given(steps=STEPS, limit=st.integers(1, 200))
def test_postgresql_holds_everything_once(
    postgresql: DatabaseServer, steps: list[tuple[str, Stories, int]], limit: int
) -> None:
    with open_newsroom(postgresql.create_database()) as newsroom:
        run_history(newsroom, steps, limit=limit)


@pytest.fixture
def archived(newsroom: Newsroom) -> Newsroom:
    """Open a newsroom with three blocks; the newest block still grows."""
    publish(newsroom, "first", Stories(3 * BLOCK_SIZE + 30, 1000, 2000))
    newsroom.collect()
    return newsroom


def test_a_new_catalog_is_divided_like_a_grown_catalog(archived: Newsroom) -> None:
    sizes = [len(block.entries) for block in read_blocks(archived).values()]
    assert sizes == [BLOCK_SIZE + 31, BLOCK_SIZE, BLOCK_SIZE]
    with open_newsroom() as growing:
        times = [DAY + timedelta(seconds=second) for second in range(1000, 1000 + 3 * BLOCK_SIZE + 30)]
        for end in range(60, len(times) + 90, 90):
            write(growing, "first", times[:end])
            growing.collect()
        grown = read_blocks(growing)
    assert [len(block.entries) for block in grown.values()] == sizes
    assert list(grown) == [3, 2, 1]


@pytest.mark.slow
def test_new_entries_change_no_finished_archive_document(archived: Newsroom) -> None:
    subscriber = ArchiveSubscriber(archived, [50, 200])
    subscriber.check()
    for number in range(3):
        finished = subscriber.list_finished()
        assert len(finished) > 10
        publish(archived, f"more-{number}", Stories(90, 3000 + number * 100, 3099 + number * 100))
        archived.collect()
        assert subscriber.check() & finished == set()
    assert list_numbers(archived) == [6, 5, 4, 3, 2, 1]


def test_removed_and_late_entries_change_only_their_block(archived: Newsroom) -> None:
    write_one(archived, "old", 999)
    archived.collect()
    before = read_blocks(archived)
    newest, middle, oldest = before
    write_one(archived, "old", 999, title="Another title")
    archived.collect()
    edited = read_blocks(archived)
    assert [number for number in before if edited[number] != before[number]] == [oldest]
    archived.delete("old")
    archived.collect()
    left = read_blocks(archived)
    assert [number for number in before if left[number] != edited[number]] == [oldest]
    late = before[middle].entries[50].published
    archived.write("late", publishedDateTime=late.isoformat(), topics=["Tides"])
    archived.collect()
    come = read_blocks(archived)
    assert [number for number in before if come[number] != left[number]] == [middle]
    assert (newest, middle, oldest) == (3, 2, 1)


def test_a_large_block_is_divided(archived: Newsroom) -> None:
    publish(archived, "import", Stories(3 * BLOCK_SIZE, 0, 10))
    archived.collect()
    assert list_numbers(archived) == [3, 2, 6, 5, 4, 1][: len(list_numbers(archived))]
    assert max(len(block.entries) for block in read_blocks(archived).values()) < 2 * BLOCK_SIZE
    check_complete(archived, limit=50)


def test_a_feed_end_works_after_its_entry_is_removed(archived: Newsroom) -> None:
    for name in "abc":
        write_one(archived, name, 5000)
    archived.collect()
    part = window(archived, ALL, 2).older
    assert part
    older = archive(archived, ALL, part)
    assert older.entries[0].id == url_of("c")
    archived.delete("b")
    archived.collect()
    assert archive(archived, ALL, part) == older


def test_a_feed_end_at_an_unknown_entry_uses_its_time(archived: Newsroom) -> None:
    write_one(archived, "a", 5000)
    archived.collect()
    second = int(DAY.timestamp()) + 5000
    for published, first in ((second, url_of("a")), (second - 1, archive(archived, ALL, ArchivePart(3)).entries[1].id)):
        found = archive(archived, ALL, ArchivePart(3, FeedEnd(published, "00000000")))
        assert found.entries[0].id == first


def test_other_parts_are_not_found(archived: Newsroom) -> None:
    publish(archived, "more", Stories(3 * BLOCK_SIZE, 3000, 4000))
    archived.collect()
    late = FeedEnd(int(DAY.timestamp()) + 9999, "00000000")
    assert find_archive(archived, ALL, ArchivePart(99)) is None
    assert find_archive(archived, ALL, ArchivePart(99, late)) is None
    assert find_archive(archived, ALL, ArchivePart(1, late)) is None  # nearly all entries
    assert archive(archived, ALL, ArchivePart(5, late)).entries


@pytest.mark.slow
def test_unreleased_entries_are_in_no_archive(archived: Newsroom) -> None:
    ahead = [START + timedelta(days=1, seconds=second) for second in range(2 * BLOCK_SIZE)]
    write(archived, "ahead", ahead)
    archived.collect()
    assert list_numbers(archived) == [3, 2, 1]
    check_complete(archived, limit=10)
    archived.wait(days=2)
    check_complete(archived, limit=10)
    write_one(archived, "next", 5 * 86_400)
    archived.collect()
    check_complete(archived, limit=10)
    assert list_numbers(archived) == [5, 4, 3, 2, 1]


def test_a_renamed_topic_keeps_its_archive(archived: Newsroom) -> None:
    numbers = list_numbers(archived, TIDES)
    (archived.folder / "topics").mkdir()
    (archived.folder / "topics" / "ebb.yaml").write_text("name: Ebb\nshortname: Tides\n")
    archived.collect()
    assert list_numbers(archived, Query.for_topic("ebb")) == numbers == [3, 2, 1]


def test_a_short_feed_has_an_empty_archive(newsroom: Newsroom) -> None:
    newsroom.write("a")
    newsroom.collect()
    (_, current), (part, older) = walk(newsroom, ALL, limit=1)
    assert part == current.links[0]
    assert older == Document((), (None, None, False), None, is_finished=True)
