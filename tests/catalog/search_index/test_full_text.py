"""Full-text search: both engines find the same texts as a naive check of every text, before and after changes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import permutations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from sqlalchemy import Connection, text

from feeds.catalog import schema
from feeds.catalog.catalog import Catalog
from feeds.catalog.database import open_engine
from feeds.catalog.search_index.full_text import (
    SECTION_SIZE,
    check_texts,
    copy_texts,
    drop_texts,
    find_mark,
    find_texts,
    index_texts,
    list_words,
)
from feeds.model.entry import Entry, Kind, Provider
from feeds.model.search import Search, parse_search
from feeds.model.tokenize import MAX_REPEATS
from tests.support.environment import SOAK
from tests.support.newsroom import Newsroom, related, url_of

DAY = datetime(2021, 3, 1, tzinfo=UTC)
EVERYTHING = range(-(2**41), 2**41)

# Few words, so that they repeat; some share prefixes, some are an engine's keywords or syntax.
WORDS = [
    "ai",
    "air",
    "airs",
    "and",
    "or",
    "near",
    "not",
    "Café",
    "cafe",
    "漢",
    "字",
    "漢字",
    "ไทย",
    "ёж",
    "1",
    "2021",
    "a:b",
]
HOSTILE = [
    "tides' OR 1=1 --",
    "tides:* & !x | <->",
    "words : tides",
    "{words}: tides^2",
    "NEAR(tides, 2)",
    'tides") OR ("x',
    "tides\\",
    "tides % _ ? $1 %s :name",
    "\x00tides",
    "tides\U00100000x",
]
FAR = (253_402_300_799 >> 21) * 2**24 + 1  # the first number of the last period of the year 9999
NUMBERS = st.sampled_from([-FAR, -SECTION_SIZE - 1, -SECTION_SIZE, -1, 0, 1, SECTION_SIZE - 1, SECTION_SIZE, FAR])
PHRASES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
NEVER_SHRINK = (Phase.explicit, Phase.reuse, Phase.generate)


def entry(title: str, *, summary: str = "", body: str = "", name: str = "Gazette", domain: str = "g.example") -> Entry:
    return Entry(
        id="https://g.example/1",
        kind=Kind.ARTICLE,
        title=title,
        url="https://g.example/1",
        published=DAY,
        updated=DAY,
        released=DAY,
        summary=summary,
        body=body,
        provider=Provider(name=name, domain=domain),
    )


@contextmanager
def open_texts(database_url: str) -> Iterator[Connection]:
    """Make an empty catalog, and yield a connection whose transaction is rolled back."""
    catalog = Catalog(database_url)
    with catalog.writing():
        pass
    catalog.close()
    engine = open_engine(database_url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    with open_texts(database_url) as connection:
        yield connection


def find(connection: Connection, typed: str, numbers: range = EVERYTHING) -> list[int]:
    return find_texts(connection, parse_search(typed), numbers=numbers)


def test_all_visible_words_are_searched(connection: Connection) -> None:
    body = '<p title="a > b">An <em>old</em> wreck &amp; its caf&eacute;</p><p>Diving</p>'
    story = entry("Tides turn", summary="The moon's work", body=body, name="The Post", domain="post.example")
    index_texts(connection, [(1, story)])
    found = ("tides", '"the moon s work"', '"old wreck its cafe"', '"the post"', "post.example", "diving tides")
    assert [typed for typed in found if find(connection, typed) != [1]] == []
    missing = ("title", "em", "amp", "b", '"turn the"', '"work an"', "id", "https")
    assert [typed for typed in missing if find(connection, typed)] == []


def test_no_mark_of_a_section_is_the_start_of_another() -> None:
    edges = [near + far * SECTION_SIZE for near in (-1, 0, 1) for far in (-FAR // SECTION_SIZE, -1024, -1, 0, 1, 1024)]
    numbers = sorted({*edges, FAR, -FAR, 5 * SECTION_SIZE})
    for number, other in permutations(numbers, 2):
        is_same = number // SECTION_SIZE == other // SECTION_SIZE
        assert (find_mark(number) == find_mark(other)) == is_same
        assert f"{find_mark(number)}air".startswith(f"{find_mark(other)}ai") == is_same


def test_only_numbers_in_the_range_are_found(connection: Connection) -> None:
    numbers = [-SECTION_SIZE - 1, -SECTION_SIZE, -1, 0, 1, SECTION_SIZE - 1, SECTION_SIZE, 5 * SECTION_SIZE]
    index_texts(connection, [(number, entry("Tides")) for number in numbers])
    assert find(connection, "tides", range(-2 * SECTION_SIZE, 6 * SECTION_SIZE)) == numbers
    assert find(connection, "tides", range(SECTION_SIZE)) == [0, 1, SECTION_SIZE - 1]
    assert find(connection, "tides", range(-SECTION_SIZE, 1)) == [-SECTION_SIZE, -1, 0]
    assert find(connection, "tides", range(1, SECTION_SIZE + 1)) == [1, SECTION_SIZE - 1, SECTION_SIZE]
    assert find(connection, "tides", range(0)) == []


def test_a_text_replaces_the_text_of_its_number(connection: Connection) -> None:
    index_texts(connection, [(1, entry("Old words")), (2, entry("Old tides"))])
    index_texts(connection, [(1, entry("New words")), (2, entry("Old tides"))])
    assert (find(connection, "old"), find(connection, "new"), find(connection, "words")) == ([2], [1], [1])
    drop_texts(connection, [2, 3])
    assert (find(connection, "old"), find(connection, "gazette")) == ([], [1])
    index_texts(connection, [])
    drop_texts(connection, [])
    drop_texts(connection, [1])
    assert find(connection, "gazette") == []
    index_texts(connection, [(1, entry("Old words"))])
    assert (find(connection, "old"), find(connection, "new")) == ([1], [])


def test_a_copied_text_is_found_under_both_numbers(connection: Connection) -> None:
    numbers = [5, FAR, SECTION_SIZE]
    index_texts(connection, [(number, entry("Tides turn", summary=f"{number}")) for number in numbers])
    copy_texts(connection, [])
    copy_texts(connection, [(number, -number) for number in numbers])
    drop_texts(connection, [5])
    assert find(connection, '"tides turn"') == [-FAR, -SECTION_SIZE, -5, SECTION_SIZE, FAR]
    assert find(connection, f"tur* {FAR}") == [-FAR, FAR]
    assert find(connection, "5", range(-9, 9)) == [-5]


def test_a_word_repeated_too_often_is_still_found(connection: Connection) -> None:
    index_texts(
        connection, [(1, entry("Tides", body="<p>" + "buffalo " * (MAX_REPEATS + 45) + "end. buffalo herd</p>"))]
    )
    assert find(connection, '"buffalo buffalo"') == find(connection, "buffalo end herd") == [1]
    assert find(connection, '"buffalo end"') == find(connection, '"buffalo herd"') == []


def test_input_is_never_syntax(connection: Connection) -> None:
    index_texts(connection, [(1, entry("Tides"))])
    for typed in HOSTILE:
        search = parse_search(typed)
        found = [1] * search.matches(list_words(entry("Tides")))
        assert (
            find_texts(connection, search, numbers=EVERYTHING) == check_texts(connection, search, numbers=[1]) == found
        ), typed


def test_sqlite_indexes_exactly_the_texts(tmp_path: object) -> None:
    with open_texts(f"sqlite:///{tmp_path}/catalog.sqlite") as connection:
        index_texts(connection, [(-1, entry("One two one")), (7, entry("Three")), (SECTION_SIZE, entry("Four"))])
        index_texts(connection, [(-1, entry("Two five")), (8, entry("Six"))])
        drop_texts(connection, [7])
        connection.execute(text("CREATE VIRTUAL TABLE temp.held USING fts5vocab(main, text_index, instance)"))
        held = {
            (row.doc, row.offset, row.term.removeprefix(find_mark(row.doc)))
            for row in connection.execute(text("SELECT * FROM temp.held"))
        }
        rows = connection.execute(schema.texts.select())
        kept = {(row.number, place, word) for row in rows for place, word in enumerate(row.words.split())}
        assert held == kept
        assert {number for number, _, _ in held} == {-1, 8, SECTION_SIZE}


def entries() -> SearchStrategy[Entry]:
    return st.builds(entry, PHRASES, summary=PHRASES, name=st.sampled_from(WORDS), domain=st.just("air.example"))


def searches() -> SearchStrategy[str]:
    term = st.builds(
        "{}{}{}".format,
        st.sampled_from(["", "", "-"]),
        PHRASES | PHRASES.map('"{}"'.format),
        st.sampled_from(["", "*"]),
    )
    return st.lists(term, min_size=1, max_size=4).map(" ".join)


def check_against_naive(connection: Connection, batches: list[dict[int, Entry | None]], typed: list[str]) -> None:
    """Write and drop texts batch by batch; compare each search with a naive check of every text."""
    texts: dict[int, Entry] = {}
    for batch in batches:
        written = {number: text for number, text in batch.items() if text}
        index_texts(connection, written.items())
        drop_texts(connection, batch.keys() - written.keys())
        texts = {number: text for number, text in (texts | batch).items() if text}
    for search in filter(None, map(parse_or_refuse, typed)):
        naive = [number for number in sorted(texts) if search.matches(list_words(texts[number]))]
        assert find_texts(connection, search, numbers=EVERYTHING) == naive, str(search)
        assert sorted(check_texts(connection, search, numbers=[*texts, 7 * SECTION_SIZE])) == naive, str(search)
        assert check_texts(connection, search, numbers=[]) == []


def parse_or_refuse(typed: str) -> Search | None:
    try:
        return parse_search(typed)
    except ValueError:
        return None


BATCHES = st.lists(st.dictionaries(NUMBERS, st.none() | entries(), min_size=1, max_size=6), min_size=1, max_size=3)


@settings(deadline=None, max_examples=SOAK or 15, phases=NEVER_SHRINK, suppress_health_check=list(HealthCheck))
@given(batches=BATCHES, typed=st.lists(searches(), min_size=5, max_size=9))
def test_both_engines_find_the_same_as_a_naive_check(
    connection: Connection, batches: list[dict[int, Entry | None]], typed: list[str]
) -> None:
    check_against_naive(connection, batches, typed)
    connection.rollback()


def test_entries_are_found_until_they_are_removed(newsroom: Newsroom) -> None:
    def look(typed: str) -> set[str]:
        engine = open_engine(newsroom.database_url)
        with engine.connect() as connection:
            numbers = find(connection, typed, range(1, EVERYTHING.stop))
            rows = connection.execute(schema.entries.select().where(schema.entries.c.number.in_(numbers)))
            ids = {row.id for row in rows}
            assert len(ids) == len(numbers)
        engine.dispose()
        return ids

    newsroom.write("a", excerpt="Tides turn", related=related("b"), heat=1)
    newsroom.collect()
    assert (look("tides"), look("story")) == ({url_of("a")}, {url_of("a"), url_of("b")})
    newsroom.write("a", excerpt="Tides turn", related=related("b"), topics=["AI"], heat=2)
    assert newsroom.collect().changed == 2
    assert look("tides") == {url_of("a")}
    newsroom.write("a", excerpt="The moon", related=[])
    newsroom.collect()
    assert (look("tides"), look("moon"), look("story")) == (set(), {url_of("a")}, {url_of("a")})
    newsroom.write("a", excerpt="The moon", related=[], publishedDateTime="2021-02-01T12:00:00Z")
    newsroom.collect()
    assert look("moon") == {url_of("a")}
    newsroom.delete("a")
    newsroom.collect(force=True)
    assert (look("moon"), look("story")) == (set(), set())
    former = newsroom.query("SELECT id FROM former_versions ORDER BY id")
    assert former == newsroom.query(
        "SELECT id FROM former_versions JOIN texts ON texts.number = -former_versions.number ORDER BY id"
    )
    assert len(former) == 6  # each visible change, and each withdrawal
