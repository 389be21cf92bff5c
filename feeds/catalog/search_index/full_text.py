"""Index words under numbers, and find numbers by words, with SQLite's FTS5 or PostgreSQL's tsvector.

Both engines have a table `texts`, by the numbers of entries, former versions and recent changes.
"""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Protocol, TypeAlias

from msgspec import json
from sqlalchemy import Connection, text

from feeds.catalog.search_index.attributes import EVERY, SIGN, is_attribute, list_pairs
from feeds.catalog.search_index.conditions import AllOf, Condition, Phrase
from feeds.catalog.search_index.numbers import CHANGE_NUMBERS, SLOT_BITS
from feeds.model.errors import OverloadError
from feeds.model.tokenize import GAP

Words: TypeAlias = list[str]

MAX_SECONDS = 3
"""The time after which a search reads no further numbers; reading some takes some hundred milliseconds at worst."""

_MERGED_PAGES = 500  # about a tenth of a second

_ANY = Phrase((EVERY,))


def write_words(connection: Connection, texts: Mapping[int, Words]) -> None:
    """Index words under numbers in ascending order, and replace the words already under the numbers."""
    if texts:
        _open_index(connection).put(texts)


def read_attributes(connection: Connection, numbers: Collection[int]) -> dict[int, Words]:
    """Return the attributes of entries and former versions, by number."""
    return _open_index(connection).read_attributes(numbers)


def drop_words(connection: Connection, numbers: Collection[int]) -> None:
    """Remove some numbers from the index; numbers without words are ignored."""
    if numbers:
        _open_index(connection).drop(numbers)


def merge_index(connection: Connection) -> None:
    """Merge the parts into which many changes have split the index of FTS5: a search reads every part."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"INSERT INTO texts (texts, rank) VALUES ('merge', {_MERGED_PAGES})")  # noqa: S608 constant


def read_numbers(connection: Connection, condition: Condition, *, numbers: range) -> Iterator[Sequence[int]]:
    """Yield the numbers in a range whose words meet a condition, newest first, several at a time.

    Raises:
        OverloadError: the search takes too long.
    """
    deadline = time.monotonic() + MAX_SECONDS
    for found in _open_index(connection).find(condition, numbers):
        if time.monotonic() > deadline:
            raise OverloadError("This query takes too long right now; narrow it or try again later.")
        yield found


class _FullTextIndex(Protocol):
    """The full-text index of a database engine."""

    def put(self, texts: Mapping[int, Words]) -> None:
        """Index words, and replace the words already under the numbers."""

    def read_attributes(self, numbers: Collection[int]) -> dict[int, Words]:
        """Return the attributes among the words of these numbers, none of them a recent change."""

    def drop(self, numbers: Collection[int]) -> None:
        """Delete the words of these numbers."""

    def find(self, condition: Condition, numbers: range) -> Iterator[Sequence[int]]:
        """Yield the numbers whose words meet a condition, newest first: highest absolute value first."""


def _open_index(connection: Connection) -> _FullTextIndex:
    return _SQLiteIndex(connection) if connection.dialect.name == "sqlite" else _PostgreSQLIndex(connection)


class _SQLiteIndex:
    """FTS5 (https://www.sqlite.org/fts5.html), which finds row ids in order, one after the other.

    It finds the rows with several words among all rows, and only then compares their ids with a range. So the words of
    recent changes begin with a mark: a search among these few rows must not read through the words of all entries.
    """

    _FIRST_PAGE, _PAGE_GROWTH, _MAX_PAGE = 100, 4, 10_000

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, texts: Mapping[int, Words]) -> None:
        rows = [(number, " ".join(map(_choose_mark(number).__add__, words))) for number, words in texts.items()]
        self._connection.exec_driver_sql("INSERT OR REPLACE INTO texts (rowid, words) VALUES (?, ?)", rows)

    def read_attributes(self, numbers: Collection[int]) -> dict[int, Words]:
        statement = "SELECT rowid, words FROM texts WHERE rowid IN (SELECT value FROM json_each(?))"
        rows = self._connection.exec_driver_sql(statement, (json.encode(list(numbers)).decode(),))
        return {number: words.partition(GAP)[0].split() for number, words in rows}

    def drop(self, numbers: Collection[int]) -> None:
        self._connection.exec_driver_sql("DELETE FROM texts WHERE rowid = ?", [(number,) for number in numbers])

    def find(self, condition: Condition, numbers: range) -> Iterator[Sequence[int]]:
        is_descending = numbers.stop > 0
        # As JSON: fetching hundreds of thousands of rows costs many times more than finding them.
        statement = (
            f"SELECT json_group_array(rowid) FROM ({_SELECT_MATCHES} {'DESC' if is_descending else 'ASC'} LIMIT ?)"  # noqa: S608 constants
        )
        match, size = _write_match(condition, _choose_mark(numbers.start)), self._FIRST_PAGE
        while True:
            parameters = (match, numbers.start, numbers.stop - 1, size)
            page = json.decode(self._connection.exec_driver_sql(statement, parameters).scalar_one(), type=list[int])
            page.sort(reverse=is_descending)
            yield page
            if len(page) < size:
                return
            numbers = range(numbers.start, page[-1]) if is_descending else range(page[-1] + 1, numbers.stop)
            size = min(size * self._PAGE_GROWTH, self._MAX_PAGE)


_SELECT_MATCHES = "SELECT rowid FROM texts WHERE texts MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid"


_RECENT_MARK = "\uf001"
"""A private-use character, which no word contains."""


def _choose_mark(number: int) -> str:
    return _RECENT_MARK if number in CHANGE_NUMBERS else ""


def _write_match(condition: Condition, mark: str) -> str:
    if isinstance(condition, Phrase):
        return f'"{" ".join(map(mark.__add__, condition.words))}"' + " *" * condition.is_prefix
    if isinstance(condition, AllOf):
        wanted = " AND ".join(_write_match(each, mark) for each in condition.wanted or [_ANY])
        unwanted = " OR ".join(_write_match(each, mark) for each in condition.unwanted)
        return f"(({wanted}) NOT ({unwanted}))" if unwanted else f"({wanted})"
    return f"({' OR '.join(_write_match(each, mark) for each in condition.conditions)})"


class _PostgreSQLIndex:
    """Text search (https://www.postgresql.org/docs/current/datatype-textsearch.html), without PostgreSQL's parsers.

    The index finds all numbers before the first one is known, however many. So every word begins with the mark of its
    section, a range of numbers of 32 days, and the newest sections are searched first.
    """

    _SECTION_BITS = SLOT_BITS + 5
    _FIRST_STEP, _STEP_GROWTH = 1, 4

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, texts: Mapping[int, Words]) -> None:
        vectors = [self._write_vector(words, self._find_mark(number)) for number, words in texts.items()]
        self._connection.exec_driver_sql(
            "INSERT INTO texts (rowid, words)"
            " SELECT rowid, words::tsvector FROM unnest(%s::bigint[], %s::text[]) AS new (rowid, words)"
            " ON CONFLICT (rowid) DO UPDATE SET words = excluded.words WHERE texts.words <> excluded.words",
            (list(texts), vectors),
        )
        # Every search reads through all pending words. A first collect creates the index at the end.
        self._connection.exec_driver_sql(
            "SELECT gin_clean_pending_list(oid) FROM pg_class WHERE oid = to_regclass('texts_by_word')"
        )

    def read_attributes(self, numbers: Collection[int]) -> dict[int, Words]:
        statement = "SELECT rowid, tsvector_to_array(words) FROM texts WHERE rowid = ANY(%s::bigint[])"
        rows = self._connection.exec_driver_sql(statement, (list(numbers),))
        return {
            number: [word for lexeme in lexemes if is_attribute(word := lexeme.removeprefix(self._find_mark(number)))]
            for number, lexemes in rows
        }

    def drop(self, numbers: Collection[int]) -> None:
        self._connection.exec_driver_sql("DELETE FROM texts WHERE rowid = ANY(%s::bigint[])", (list(numbers),))

    def find(self, condition: Condition, numbers: range) -> Iterator[Sequence[int]]:
        statement = (
            "SELECT coalesce(json_agg(rowid), '[]')::text FROM unnest(%s::text[]) AS query"
            " JOIN texts ON words @@ query::tsquery"
        )
        marks = self._list_marks(numbers)
        start, count = 0, self._FIRST_STEP
        while step := marks[start : start + count]:
            queries = [_write_query(condition, mark) for mark in step]
            # As JSON: fetching hundreds of thousands of rows costs many times more than finding them.
            found = self._connection.exec_driver_sql(statement, (queries,)).scalar_one()
            within = [number for number in json.decode(found, type=list[int]) if number in numbers]
            yield sorted(within, key=abs, reverse=True)
            start, count = start + count, count * self._STEP_GROWTH

    def _list_marks(self, numbers: range) -> list[str]:
        """Return the marks of the sections with numbers in a range, newest first."""
        first, last = (self._find_mark(number) for number in (numbers.start, numbers.stop - 1))
        if first == last:
            return [first]
        parameters = {"start": numbers.start, "stop": numbers.stop - 1, "bits": self._SECTION_BITS}
        firsts = self._connection.execute(_FIRSTS, parameters).scalars()
        return [self._find_mark(number) for number in sorted(firsts, key=abs, reverse=True)]

    def _find_mark(self, number: int) -> str:
        # Private-use characters, which no word contains; a minus character precedes if numbers are negative.
        mark = chr(_FIRST_MARK + ((number if number >= 0 else ~number) >> self._SECTION_BITS))
        return mark if number >= 0 else _MINUS + mark

    def _write_vector(self, words: Words, mark: str) -> str:
        places = [
            f"{mark}{word}" if word.startswith(SIGN) else f"{mark}{word}:{position}"
            for position, word in enumerate(words, start=1)
            if word != GAP
        ]
        return " ".join([*places, *(f"{mark}{pair}" for pair in list_pairs(words))])


_FIRST_MARK = 0xF0000
_MINUS = "\uf000"

# Looks up one number in each section with texts.
_FIRSTS = text("""
    WITH RECURSIVE firsts (number) AS (
        SELECT min(rowid) FROM texts WHERE rowid BETWEEN :start AND :stop
        UNION ALL
        SELECT (
            SELECT min(rowid) FROM texts
            WHERE rowid >= ((number >> :bits) + 1) << :bits AND rowid <= :stop
        ) FROM firsts WHERE number IS NOT NULL
    )
    SELECT number FROM firsts WHERE number IS NOT NULL
""")


def _write_query(condition: Condition, mark: str) -> str:
    if isinstance(condition, Phrase):
        return _write_phrase(condition, mark)
    if isinstance(condition, AllOf):
        wanted = [_write_query(each, mark) for each in condition.wanted or [_ANY]]
        unwanted = [f"!{_write_query(each, mark)}" for each in condition.unwanted]
        return f"({' & '.join([*wanted, *unwanted])})"
    return f"({' | '.join(_write_query(each, mark) for each in condition.conditions)})"


def _write_phrase(phrase: Phrase, mark: str) -> str:
    places = " <-> ".join(f"'{mark}{word}'" for word in phrase.words) + ":*" * phrase.is_prefix
    # The last word of a phrase with a prefix is no whole word.
    pairs = [f"'{mark}{pair}'" for pair in list_pairs(phrase.words[:-1] if phrase.is_prefix else phrase.words)]
    is_pair = len(pairs) == 1 and len(phrase.words) == 2  # noqa: PLR2004 a pair has two words
    return f"({' & '.join(pairs if is_pair else [*pairs, f'({places})'])})"
