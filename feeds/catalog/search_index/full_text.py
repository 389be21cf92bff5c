"""Index the words of entries, and find words, with SQLite's FTS5 or PostgreSQL's tsvector.

Every word in the index begins with the mark of its section, a range of 16,384 numbers. To look for a word in some
sections, an engine reads only the index of the word in these sections, even if every text contains the word, and no
matter how many texts there are.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from msgspec import json
from sqlalchemy import Connection, text

from feeds.model.entry import Entry
from feeds.model.html_text import extract_text
from feeds.model.search import Search, SearchTerm
from feeds.model.tokenize import GAP, split_texts

SECTION_SIZE = 16_384
"""The count of numbers in a section."""

# Marks consist of private-use characters, which no word contains. One character stands for 1,024 sections; a second
# character follows for all sections but the first of the 1,024. A minus character precedes if numbers are negative.
# Numbers of a period start at a multiple of 2**24, so most marks are a single character.
_SECTIONS = 1_024
_FIRST_MARK = 0xF0000
_SECOND_MARK = 0xE000
_MINUS = "\uf000"

Words: TypeAlias = list[str]
NumberPairs: TypeAlias = Collection[tuple[int, int]]

# Looks up one number in each section with texts.
_FIRSTS = text(f"""
    WITH RECURSIVE firsts (number) AS (
        SELECT min(number) FROM texts WHERE number >= :start AND number < :stop
        UNION ALL
        SELECT (
            SELECT min(texts.number) FROM texts
            WHERE texts.number >= firsts.number - (firsts.number & {SECTION_SIZE - 1}) + {SECTION_SIZE}
                AND texts.number < :stop
        ) FROM firsts WHERE firsts.number IS NOT NULL
    )
    SELECT number FROM firsts WHERE number IS NOT NULL
""")  # noqa: S608 a constant


def index_texts(connection: Connection, entries: Iterable[tuple[int, Entry]]) -> None:
    """Index the words of entries under their numbers, and replace the texts already under the numbers.

    Words come from title, summary, body, and the provider's name and domain. Unchanged texts are not written.
    """
    if texts := {number: list_words(entry) for number, entry in entries}:
        _open_index(connection).put(texts)


def copy_texts(connection: Connection, copies: NumberPairs) -> None:
    """Copy the text of the first number of each pair to the second number; no text exists there yet."""
    if copies:
        _open_index(connection).copy(copies)


def drop_texts(connection: Connection, numbers: Collection[int]) -> None:
    """Delete the texts of some numbers; numbers without a text are ignored."""
    if numbers:
        _open_index(connection).drop(numbers)


def find_texts(connection: Connection, search: Search, *, numbers: range) -> list[int]:
    """Return the numbers in a range whose texts match a search, ascending; the step of the range is 1.

    The cost is up to a few milliseconds for each section with texts, and nothing for empty sections.
    """
    firsts = connection.execute(_FIRSTS, {"start": numbers.start, "stop": numbers.stop}).scalars()
    # As JSON: fetching hundreds of thousands of rows costs many times more than finding them.
    answer = _open_index(connection).find(search, marks=[find_mark(number) for number in firsts])
    found = sorted(json.decode(answer, type=list[int]))
    return found[bisect_left(found, numbers.start) : bisect_left(found, numbers.stop)]


def check_texts(connection: Connection, search: Search, *, numbers: Iterable[int]) -> list[int]:
    """Return the numbers, among the given numbers, whose texts match a search.

    The cost is up to a tenth of a millisecond for each number, no matter how many texts there are.
    """
    found: list[int] = json.decode(_open_index(connection).check(search, list(numbers)), type=list[int])
    return found


def list_words(entry: Entry) -> Words:
    """Return the searchable words of an entry."""
    body = f"{extract_text(entry.body)} {entry.rest_words}" if entry.body else ""
    return split_texts((entry.title, entry.summary, entry.provider.name, entry.provider.domain, body))


def find_mark(number: int) -> str:
    """Return the mark of the section of a number."""
    first, second = divmod((number if number >= 0 else ~number) // SECTION_SIZE, _SECTIONS)
    mark = chr(_FIRST_MARK + first) + (chr(_SECOND_MARK + second) if second else "")
    return mark if number >= 0 else _MINUS + mark


class _FullTextIndex(Protocol):
    """The full-text index of a database engine."""

    def put(self, texts: Mapping[int, Words]) -> None:
        """Index texts, and replace the texts already under the numbers."""

    def copy(self, copies: NumberPairs) -> None:
        """Index the same texts under other numbers."""

    def drop(self, numbers: Collection[int]) -> None:
        """Delete the texts of these numbers."""

    def find(self, search: Search, *, marks: Sequence[str]) -> str:
        """Search the sections with these marks, and return a JSON list of numbers."""

    def check(self, search: Search, numbers: Sequence[int]) -> str:
        """Search the texts of these numbers only, and return a JSON list of the matching numbers."""


def _open_index(connection: Connection) -> _FullTextIndex:
    return _SQLiteIndex(connection) if connection.dialect.name == "sqlite" else _PostgreSQLIndex(connection)


class _SQLiteIndex:
    """FTS5 (https://www.sqlite.org/fts5.html); to delete a text, the statement must repeat the text."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, texts: Mapping[int, Words]) -> None:
        old = self._read(texts)
        new = {number: " ".join(words) for number, words in texts.items()}
        rows = [(number, words) for number, words in new.items() if old.get(number) != words]
        self._unindex((number, old[number]) for number, _ in rows if number in old)
        self._insert(rows)

    def copy(self, copies: NumberPairs) -> None:
        texts = self._read([source for source, _ in copies])
        self._insert([(target, texts[source]) for source, target in copies])

    def drop(self, numbers: Collection[int]) -> None:
        self._unindex(self._read(numbers).items())
        self._write("DELETE FROM texts WHERE number = ?", ((number,) for number in numbers))

    def find(self, search: Search, *, marks: Sequence[str]) -> str:
        statement = (
            "SELECT json_group_array(text_index.rowid)"
            " FROM json_each(?) CROSS JOIN text_index WHERE text_index MATCH json_each.value"
        )
        queries = json.encode([_write_match(search, mark) for mark in marks]).decode()
        found: str = self._connection.exec_driver_sql(statement, (queries,)).scalar_one()
        return found

    def check(self, search: Search, numbers: Sequence[int]) -> str:
        statement = (
            "SELECT json_group_array(text_index.rowid) FROM json_each(?) AS wanted CROSS JOIN text_index"
            " WHERE text_index.rowid = json_extract(wanted.value, '$[0]')"
            " AND text_index MATCH json_extract(wanted.value, '$[1]')"
        )
        wanted = json.encode([(number, _write_match(search, find_mark(number))) for number in numbers]).decode()
        found: str = self._connection.exec_driver_sql(statement, (wanted,)).scalar_one()
        return found

    def _read(self, numbers: Collection[int]) -> dict[int, str]:
        statement = "SELECT number, words FROM texts WHERE number IN (SELECT value FROM json_each(?))"
        rows = self._connection.exec_driver_sql(statement, (json.encode(list(numbers)).decode(),))
        return {row.number: row.words for row in rows}

    def _insert(self, rows: Sequence[tuple[int, str]]) -> None:
        self._write("INSERT OR REPLACE INTO texts (number, words) VALUES (?, ?)", rows)
        self._write("INSERT INTO text_index (rowid, words) VALUES (?, ?)", map(_mark_all, rows))

    def _unindex(self, rows: Iterable[tuple[int, str]]) -> None:
        self._write("INSERT INTO text_index (text_index, rowid, words) VALUES ('delete', ?, ?)", map(_mark_all, rows))

    def _write(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        if records := list(rows):
            self._connection.exec_driver_sql(statement, records)


def _mark_all(row: tuple[int, str]) -> tuple[int, str]:
    number, words = row
    mark = find_mark(number)
    return number, mark + words.replace(" ", f" {mark}")


def _write_match(search: Search, mark: str) -> str:
    wanted = [_write_string(term, mark) for term in search.terms if not term.is_negated]
    unwanted = [_write_string(term, mark) for term in search.terms if term.is_negated]
    match = " AND ".join(wanted)
    return f"({match}) NOT ({' OR '.join(unwanted)})" if unwanted else match


def _write_string(term: SearchTerm, mark: str) -> str:
    return '"' + " ".join(mark + word for word in term.words) + '"' + " *" * term.is_prefix


class _PostgreSQLIndex:
    """Text search (https://www.postgresql.org/docs/current/datatype-textsearch.html), without PostgreSQL's parsers."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, texts: Mapping[int, Words]) -> None:
        vectors = [_write_vector(words, find_mark(number)) for number, words in texts.items()]
        self._connection.exec_driver_sql(
            "INSERT INTO texts (number, words)"
            " SELECT number, words::tsvector FROM unnest(%s::bigint[], %s::text[]) AS new (number, words)"
            " ON CONFLICT (number) DO UPDATE SET words = excluded.words WHERE texts.words <> excluded.words",
            (list(texts), vectors),
        )
        self._merge_pending()

    def copy(self, copies: NumberPairs) -> None:
        rows = [(source, target, find_mark(source), find_mark(target)) for source, target in copies]
        self._connection.exec_driver_sql(
            "INSERT INTO texts (number, words)"
            " SELECT target, replace(words::text, old, new)::tsvector"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[]) AS copied (source, target, old, new)"
            " JOIN texts ON number = source",
            tuple(map(list, zip(*rows, strict=True))),
        )
        self._merge_pending()

    def drop(self, numbers: Collection[int]) -> None:
        self._connection.exec_driver_sql("DELETE FROM texts WHERE number = ANY(%s::bigint[])", (list(numbers),))

    def find(self, search: Search, *, marks: Sequence[str]) -> str:
        statement = (
            "SELECT coalesce(json_agg(number), '[]')::text FROM unnest(%s::text[]) AS query"
            " JOIN texts ON words @@ query::tsquery"
        )
        queries = [_write_queries(search, mark) for mark in marks]
        found: str = self._connection.exec_driver_sql(statement, (queries,)).scalar_one()
        return found

    def check(self, search: Search, numbers: Sequence[int]) -> str:
        statement = (
            "SELECT coalesce(json_agg(texts.number), '[]')::text FROM unnest(%s::bigint[], %s::text[])"
            " AS wanted (number, query) JOIN texts ON texts.number = wanted.number WHERE words @@ query::tsquery"
        )
        queries = [_write_queries(search, find_mark(number)) for number in numbers]
        found: str = self._connection.exec_driver_sql(statement, (list(numbers), queries)).scalar_one()
        return found

    def _merge_pending(self) -> None:
        """Merge pending words into the index, because every search reads through all pending words."""
        self._connection.exec_driver_sql("SELECT gin_clean_pending_list('texts_by_word')")


def _write_vector(words: Words, mark: str) -> str:
    return " ".join([f"{mark}{word}:{position}" for position, word in enumerate(words, start=1) if word != GAP])


def _write_queries(search: Search, mark: str) -> str:
    return " & ".join(_write_query(term, mark) for term in search.terms)


def _write_query(term: SearchTerm, mark: str) -> str:
    phrase = " <-> ".join(f"'{mark}{word}'" for word in term.words) + ":*" * term.is_prefix
    return f"!({phrase})" if term.is_negated else f"({phrase})"
