"""The index of words: both engines find the same entries as a naive look at all of them, before and after changes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from sqlalchemy import Connection, text

from feeds.catalog import schema
from feeds.catalog.catalog import Catalog
from feeds.catalog.database import open_engine
from feeds.catalog.rows import Record
from feeds.catalog.search_index.attributes import list_attributes
from feeds.catalog.search_index.conditions import Condition
from feeds.catalog.search_index.entry_words import index_words, list_words, split_entry
from feeds.catalog.search_index.full_text import drop_words, merge_index, read_numbers
from feeds.catalog.search_index.matching import QueryConditions, make_conditions
from feeds.catalog.search_index.numbers import list_entry_numbers, list_former_numbers
from feeds.catalog.search_index.word_forms import save_stemmer_name
from feeds.model.entry import Entry, Kind, Provider
from feeds.model.expression import name, parse_expression
from feeds.model.query import Query
from feeds.model.search import Search, parse_search
from feeds.model.stemmer import Stemmer, find_stemmer
from feeds.model.tokenize import GAP, MAX_REPEATS
from tests.support.environment import SOAK
from tests.support.found_words import matches_text
from tests.support.index_rows import make_row
from tests.support.newsroom import Newsroom, related, url_of

DAY = datetime(2021, 3, 1, tzinfo=UTC)
SECTION = 2**29
"""More than PostgreSQL searches at once."""

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
    "cafés",
    "mangé",
    "mange",
    "MANGÉES",
    "mangees",
    "Häuser",
    "Haus",
    "hauser",
    "الكتاب",
    "كتاب",
    "漢",
    "字",
    "漢字",
    "ไทย",
    "ёж",
    "1",
    "2021",
    "a:b",
]
LANGUAGES = ["en", "de", "fr", "ar", "ja"]
ENGLISH = find_stemmer("en")
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
FAR = list_entry_numbers(since=2_932_896).start + 1  # the last day of the year 9999
NUMBERS = st.sampled_from([1, 2, SECTION - 1, SECTION, 2 * SECTION + 1, 8 * SECTION, 9 * SECTION, FAR])
PHRASES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
NEVER_SHRINK = (Phase.explicit, Phase.reuse, Phase.generate)


def entry(
    title: str, *, summary: str = "", body: str = "", publisher: str = "Gazette", domain: str = "g.example"
) -> Entry:
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
        provider=Provider(name=publisher, domain=domain),
    )


@contextmanager
def open_texts(database_url: str) -> Iterator[Connection]:
    """Make an empty catalog in English, and yield a connection whose transaction is rolled back."""
    catalog = Catalog(database_url)
    with catalog.writing():
        pass
    catalog.close()
    engine = open_engine(database_url)
    with engine.connect() as connection:
        save_stemmer_name(connection, ENGLISH.name)
        yield connection
    engine.dispose()


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    with open_texts(database_url) as connection:
        yield connection


def index(connection: Connection, entries: dict[int, Entry]) -> None:
    index_words(connection, [(make_row(number=number), entry) for number, entry in entries.items()])


def find_all(connection: Connection, condition: Condition, numbers: range) -> list[int]:
    return [number for page in read_numbers(connection, condition, numbers=numbers) for number in page]


def find(connection: Connection, typed: str, numbers: range | None = None) -> list[int]:
    condition = make_conditions(connection, Query(search=parse_search(typed))).match()
    return find_all(connection, condition, list_entry_numbers() if numbers is None else numbers)


def test_all_visible_words_are_searched(connection: Connection) -> None:
    body = '<p title="a > b">An <em>old</em> wreck &amp; its caf&eacute;</p><p>Diving</p>'
    index(
        connection,
        {1: entry("Tides turn", summary="The moon's work", body=body, publisher="The Post", domain="p.example")},
    )
    found = ("tides", '"the moon s work"', '"old wreck its cafe"', '"the post"', "p.example", "diving tides")
    assert [typed for typed in found if find(connection, typed) != [1]] == []
    missing = ("title", "em", "amp", "b", '"turn the"', '"work an"', "id", "https")
    assert [typed for typed in missing if find(connection, typed)] == []


def test_numbers_are_found_newest_first(connection: Connection) -> None:
    numbers = [1, 2, SECTION - 1, SECTION, 5 * SECTION, FAR]
    index(connection, {number: entry("Tides") for each in numbers for number in (each, -each)})
    assert find(connection, "tides") == numbers[::-1]
    assert find(connection, "tides", list_former_numbers()) == [-number for number in numbers[::-1]]
    assert find(connection, "tides", range(2, SECTION + 1)) == [SECTION, SECTION - 1, 2]
    assert find(connection, "tides", range(-SECTION + 1, 0)) == [-SECTION + 1, -2, -1]
    assert find(connection, "tides", range(3, 9)) == find(connection, "tides", range(5, 5)) == []


def test_words_replace_the_words_of_their_number(connection: Connection) -> None:
    index(connection, {1: entry("Old words"), 2: entry("Old tides")})
    index(connection, {2: entry("Old tides"), 1: entry("New words")})
    assert (find(connection, "old"), find(connection, "new"), find(connection, "words")) == ([2], [1], [1])
    drop_words(connection, [2, 3])
    assert (find(connection, "old"), find(connection, "gazette")) == ([], [1])
    index(connection, {})
    drop_words(connection, [])
    drop_words(connection, [1])
    assert find(connection, "gazette") == []
    index(connection, {1: entry("Old words")})
    assert (find(connection, "old"), find(connection, "new")) == ([1], [])


def test_a_word_repeated_too_often_is_still_found(connection: Connection) -> None:
    index(connection, {1: entry("Tides", body="<p>" + "buffalo " * (MAX_REPEATS + 45) + "end. buffalo herd</p>")})
    assert find(connection, '"buffalo buffalo"') == find(connection, "buffalo end herd") == [1]
    assert find(connection, '"buffalo end"') == find(connection, '"buffalo herd"') == []


def test_stems_of_the_longest_texts_fit_into_the_database(connection: Connection) -> None:
    starts = ["".join(letters) for letters in product("abcdefghijklmnopqrs", repeat=3)]
    short = " ".join(f"{start[:2]} {start}" for start in starts)  # many pairs of short words
    long = " ".join(f"{start}{'é' * 24}bcings" for start in starts)
    index(connection, {1: entry("Tides", body=f"<p>{long} {short}</p>")})
    first, last = (f"{start}{'é' * 24}bcing" for start in ("aab", "ssr"))
    assert find(connection, "tide") == find(connection, first) == find(connection, f"{last}s") == [1]
    assert find(connection, last) == []


def test_input_is_never_syntax(connection: Connection) -> None:
    for typed in HOSTILE:
        row = make_row(provider=typed, type=typed)
        index_words(connection, [(row, entry("Tides"))])
        found = [1] * matches_text(parse_search(typed), split_entry(entry("Tides"))[1], ENGLISH)
        assert find(connection, typed) == found, typed
        condition = QueryConditions(Query(from_providers=name(typed), types=name(typed.casefold())), {}).match()
        assert find_all(connection, condition, list_entry_numbers()) == [1], typed


def test_sqlite_indexes_exactly_the_words(tmp_path: object) -> None:
    with open_texts(f"sqlite:///{tmp_path}/catalog.sqlite") as connection:
        index(connection, {-1: entry("One two one"), 7: entry("Three"), SECTION: entry("Four")})
        index(connection, {-1: entry("Two five"), 8: entry("Six")})
        drop_words(connection, [7])
        connection.execute(text("CREATE VIRTUAL TABLE temp.held USING fts5vocab(main, texts, instance)"))
        held = {(row.doc, row.offset, row.term) for row in connection.execute(text("SELECT * FROM temp.held"))}
        texts = {-1: entry("Two five"), 8: entry("Six"), SECTION: entry("Four")}
        assert held == {
            (number, place, word)
            for number, each in texts.items()
            for place, word in enumerate([*list_attributes(make_row()), GAP, *list_words(each, ENGLISH)])
        }


def entries() -> SearchStrategy[Entry]:
    return st.builds(entry, PHRASES, summary=PHRASES, publisher=st.sampled_from(WORDS), domain=st.just("air.example"))


def searches() -> SearchStrategy[str]:
    term = st.builds(
        "{}{}{}".format,
        st.sampled_from(["", "", "-"]),
        PHRASES | PHRASES.map('"{}"'.format),
        st.sampled_from(["", "*"]),
    )
    return st.lists(st.lists(term, min_size=1, max_size=3).map(" ".join), min_size=1, max_size=2).map(" OR ".join)


NAMES = ["a", "b", "c"]
TOPICS = {slug: number for number, slug in enumerate(NAMES, start=1)}
FIGURES = st.none() | st.sampled_from([-1, 0, 1, 3, 4, 50, 69, 70, 71, 1_000, 5_000])


def rows() -> SearchStrategy[Record]:
    after = st.none() | st.tuples(st.sampled_from(NAMES), FIGURES, FIGURES)
    topics = st.sets(st.sampled_from(list(TOPICS.values()))).map(lambda numbers: tuple(sorted(numbers)))
    return st.builds(
        make_row,
        kind=st.sampled_from(Kind).map(str),
        type=st.sampled_from(NAMES),
        provider=st.sampled_from(NAMES),
        topics=topics,
        quality=FIGURES,
        heat=FIGURES,
        after=after,
    )


def queries() -> SearchStrategy[Query]:
    term = st.builds("{}{}".format, st.sampled_from(["", "", "!"]), st.sampled_from([*NAMES, "unknown"]))
    terms = st.lists(term, min_size=1, max_size=3).map("+".join)
    expressions = st.none() | st.lists(terms, min_size=1, max_size=2).map(",".join).map(parse_expression)
    return st.builds(
        Query,
        topics=expressions,
        providers=st.none() | expressions,
        from_providers=st.none() | expressions,
        types=st.none() | expressions,
        min_quality=st.none() | st.sampled_from([0, 1, 4, 70, 1_000]),
        min_heat=st.none() | st.sampled_from([0, 1, 4, 70, 1_000]),
        with_related=st.none() | st.just(value=False),
        search=st.none() | searches().map(parse_or_refuse),
    )


def parse_or_refuse(typed: str) -> Search | None:
    try:
        return parse_search(typed)
    except ValueError:
        return None


def matches(query: Query, row: Record, entry: Entry, *, stemmer: Stemmer, after: str = "") -> bool:
    """Look at a row and a text as a reader would; with `after`, at the figures after the change."""
    slugs = frozenset(NAMES[int(number) - 1] for number in row["topics"].split())
    return (
        (query.includes_related or row["kind"] == "article")
        and (query.topics is None or query.topics.holds(slugs))
        and all(each.holds(frozenset({row["provider"]})) for each in query.provider_expressions)
        and (query.types is None or query.types.holds(frozenset({row[f"type{after}"]})))
        and reaches(row[f"quality{after}"], query.min_quality)
        and reaches(row[f"peak_heat{after}"], query.min_heat)
        and (query.search is None or matches_text(query.search, split_entry(entry)[1], stemmer))
    )


def reaches(figure: int | None, minimum: int | None) -> bool:
    return minimum is None or (figure is not None and figure >= minimum)


def has_left_or_joined(query: Query, row: Record, entry: Entry, *, stemmer: Stemmer) -> bool:
    still_matches = "figures_only" in row and matches(query, row, entry, stemmer=stemmer, after="_after")
    return matches(query, row, entry, stemmer=stemmer) != still_matches


def check_against_naive(
    connection: Connection,
    batches: list[dict[int, tuple[Record, Entry] | None]],
    queries: list[Query],
    *,
    language: str,
) -> None:
    """Write and drop words batch by batch; compare each query with a naive look at every row."""
    stemmer = find_stemmer(language)
    save_stemmer_name(connection, stemmer.name)
    kept: dict[int, tuple[Record, Entry]] = {}
    for batch in batches:
        written = {number: ({**each[0], "number": number}, each[1]) for number, each in batch.items() if each}
        index_words(connection, written.values())
        drop_words(connection, batch.keys() - written.keys())
        kept = {number: each for number, each in (kept | written).items() if batch.get(number, each)}
    for query in queries:
        conditions = QueryConditions(query, TOPICS, stemmer=stemmer)
        for is_met, condition in ((matches, conditions.match()), (has_left_or_joined, conditions.left_or_joined())):
            naive = [number for number in sorted(kept, reverse=True) if is_met(query, *kept[number], stemmer=stemmer)]
            assert find_all(connection, condition, list_entry_numbers()) == naive, query


ENTRIES = st.none() | st.tuples(rows(), entries())
BATCHES = st.lists(st.dictionaries(NUMBERS, ENTRIES, min_size=1, max_size=6), min_size=1, max_size=3)


@settings(deadline=None, max_examples=SOAK or 15, phases=NEVER_SHRINK, suppress_health_check=list(HealthCheck))
@given(batches=BATCHES, queries=st.lists(queries(), min_size=5, max_size=9), language=st.sampled_from(LANGUAGES))
def test_both_engines_find_the_same_as_a_naive_look(
    connection: Connection,
    batches: list[dict[int, tuple[Record, Entry] | None]],
    queries: list[Query],
    language: str,
) -> None:
    check_against_naive(connection, batches, queries, language=language)
    connection.rollback()


def test_entries_are_found_until_they_are_removed(newsroom: Newsroom) -> None:
    def look(typed: str) -> set[str]:
        engine = open_engine(newsroom.database_url)
        with engine.connect() as connection:
            numbers = find(connection, typed)
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
    kept = [set(newsroom.query(f"SELECT number FROM {name}")) for name in ("former_versions", "recent_changes")]  # noqa: S608 ours
    assert set(newsroom.query("SELECT rowid FROM texts")) == kept[0] | kept[1]
    assert [len(numbers) for numbers in kept] == [2, 6]  # versions in digests; each visible change, each withdrawal


def test_merging_the_index_changes_no_result(newsroom: Newsroom) -> None:
    for title in ("Tides", "Ebb tides", "Flood tides"):
        newsroom.write(title[:3], title=title)
        newsroom.collect()
    engine = open_engine(newsroom.database_url)
    with engine.begin() as connection:
        found = find(connection, "tides")
        merge_index(connection)
        assert find(connection, "tides") == found
        assert len(found) == 3
    engine.dispose()
