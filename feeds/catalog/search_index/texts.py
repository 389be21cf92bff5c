"""Keep the texts of entries and find words in them, with SQLite's FTS5 or PostgreSQL's tsvector.

Each word is indexed with the mark of its section in front, a section being 16,384 numbers. So an engine that looks for
a word reads what some sections hold of it and no more, be the word in every text, and however many texts there are.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from msgspec import json
from sqlalchemy import Connection, text

from feeds.model.entry import Entry
from feeds.model.search import Search, SearchTerm
from feeds.model.text import strip_tags
from feeds.model.tokenize import GAP, split_texts

SECTION_SIZE = 16_384
"""How many numbers a section has."""

# Characters for private use, which no word holds: one for 1,024 sections, another behind it in all but the first of
# these, another before it where numbers are negative. Numbers begin anew at multiples of 2**24: most need but the one.
_SECTIONS = 1_024
_FIRST_MARK = 0xF0000
_SECOND_MARK = 0xE000
_MINUS = "\uf000"

Words: TypeAlias = list[str]
LruDocuments: TypeAlias = Collection[tuple[int, int]]

# Looks up one number for each section that has any.
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
""")  # noqa: S608 a number of our own


def index_texts(connection: Connection, entries: Iterable[tuple[int, Entry]]) -> None:
    """Have entries found by their words, under these numbers, each instead of what was there before.

    Searched are title, summary, body, and the provider's name and domain. Where they say the same, nothing is written.
    """
    if texts := {number: words_of(entry) for number, entry in entries}:
        _engine(connection).put(texts)


def copy_texts(connection: Connection, copies: LruDocuments) -> None:
    """Have what is found under the first number of each pair found under the second as well, where nothing is yet."""
    if copies:
        _engine(connection).copy(copies)


def drop_texts(connection: Connection, numbers: Collection[int]) -> None:
    """Have what is under these numbers found no more; numbers under which there is nothing do not matter."""
    if numbers:
        _engine(connection).drop(numbers)


def find_texts(connection: Connection, search: Search, numbers: range) -> list[int]:
    """Give the numbers in a range, whose step is 1, under which there is what is searched for, ascending.

    It costs up to some milliseconds for each section in which there is any text, and nothing for others.
    """
    firsts = connection.execute(_FIRSTS, {"start": numbers.start, "stop": numbers.stop}).scalars()
    # As JSON: to fetch hundreds of thousands of rows costs many times what it costs to find them.
    answer = _engine(connection).find(search, marks=[mark_of(number) for number in firsts])
    found = sorted(json.decode(answer, type=list[int]))
    return found[bisect_left(found, numbers.start) : bisect_left(found, numbers.stop)]


def check_texts(connection: Connection, search: Search, numbers: Iterable[int]) -> list[int]:
    """Give those of some numbers under which there is what is searched for.

    It costs up to a tenth of a millisecond for each, however much text there is.
    """
    found: list[int] = json.decode(_engine(connection).check(search, list(numbers)), type=list[int])
    return found


def words_of(entry: Entry) -> Words:
    """Give the words of an entry that a search goes by."""
    provider = entry.provider
    return split_texts((entry.title, entry.summary, strip_tags(entry.body), provider.name, provider.domain))


def mark_of(number: int) -> str:
    """Give the mark of the section in which a number lies."""
    first, second = divmod((number if number >= 0 else ~number) // SECTION_SIZE, _SECTIONS)
    mark = chr(_FIRST_MARK + first) + (chr(_SECOND_MARK + second) if second else "")
    return mark if number >= 0 else _MINUS + mark


class _Engine(Protocol):
    """How an engine keeps words."""

    def put(self, texts: Mapping[int, Words]) -> None:
        """Keep the words of some texts instead of what was there."""

    def copy(self, copies: LruDocuments) -> None:
        """Keep the same words under other numbers."""

    def drop(self, numbers: Collection[int]) -> None:
        """Keep them no longer."""

    def find(self, search: Search, *, marks: Sequence[str]) -> str:
        """Find in the sections that have these marks, and give a JSON list of numbers."""

    def check(self, search: Search, numbers: Sequence[int]) -> str:
        """Look under these numbers alone, and give a JSON list of those that are found."""


def _engine(connection: Connection) -> _Engine:
    return _SQLite(connection) if connection.dialect.name == "sqlite" else _PostgreSQL(connection)


class _SQLite:
    """FTS5 (https://www.sqlite.org/fts5.html), which has to be told again what it is to forget."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, texts: Mapping[int, Words]) -> None:
        old = self._read(texts)
        new = {number: " ".join(words) for number, words in texts.items()}
        rows = [(number, words) for number, words in new.items() if old.get(number) != words]
        self._forget((number, old[number]) for number, _ in rows if number in old)
        self._insert(rows)

    def copy(self, copies: LruDocuments) -> None:
        texts = self._read([source for source, _ in copies])
        self._insert([(target, texts[source]) for source, target in copies])

    def drop(self, numbers: Collection[int]) -> None:
        self._forget(self._read(numbers).items())
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
        wanted = json.encode([(number, _write_match(search, mark_of(number))) for number in numbers]).decode()
        found: str = self._connection.exec_driver_sql(statement, (wanted,)).scalar_one()
        return found

    def _read(self, numbers: Collection[int]) -> dict[int, str]:
        statement = "SELECT number, words FROM texts WHERE number IN (SELECT value FROM json_each(?))"
        rows = self._connection.exec_driver_sql(statement, (json.encode(list(numbers)).decode(),))
        return {row.number: row.words for row in rows}

    def _insert(self, rows: Sequence[tuple[int, str]]) -> None:
        self._write("INSERT OR REPLACE INTO texts (number, words) VALUES (?, ?)", rows)
        self._write("INSERT INTO text_index (rowid, words) VALUES (?, ?)", map(_mark_all, rows))

    def _forget(self, rows: Iterable[tuple[int, str]]) -> None:
        self._write("INSERT INTO text_index (text_index, rowid, words) VALUES ('delete', ?, ?)", map(_mark_all, rows))

    def _write(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        if records := list(rows):
            self._connection.exec_driver_sql(statement, records)


def _mark_all(row: tuple[int, str]) -> tuple[int, str]:
    number, words = row
    mark = mark_of(number)
    return number, mark + words.replace(" ", f" {mark}")


def _write_match(search: Search, mark: str) -> str:
    wanted = [_write_string(term, mark) for term in search.terms if not term.is_negated]
    unwanted = [_write_string(term, mark) for term in search.terms if term.is_negated]
    match = " AND ".join(wanted)
    return f"({match}) NOT ({' OR '.join(unwanted)})" if unwanted else match


def _write_string(term: SearchTerm, mark: str) -> str:
    return '"' + " ".join(mark + word for word in term.words) + '"' + " *" * term.is_prefix


class _PostgreSQL:
    """Text search (https://www.postgresql.org/docs/current/datatype-textsearch.html), without any of its parsers."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, texts: Mapping[int, Words]) -> None:
        vectors = [_write_vector(words, mark_of(number)) for number, words in texts.items()]
        self._connection.exec_driver_sql(
            "INSERT INTO texts (number, words)"
            " SELECT number, words::tsvector FROM unnest(%s::bigint[], %s::text[]) AS new (number, words)"
            " ON CONFLICT (number) DO UPDATE SET words = excluded.words WHERE texts.words <> excluded.words",
            (list(texts), vectors),
        )
        self._tidy()

    def copy(self, copies: LruDocuments) -> None:
        rows = [(source, target, mark_of(source), mark_of(target)) for source, target in copies]
        self._connection.exec_driver_sql(
            "INSERT INTO texts (number, words)"
            " SELECT target, replace(words::text, old, new)::tsvector"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[]) AS copied (source, target, old, new)"
            " JOIN texts ON number = source",
            tuple(map(list, zip(*rows, strict=True))),
        )
        self._tidy()

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
        queries = [_write_queries(search, mark_of(number)) for number in numbers]
        found: str = self._connection.exec_driver_sql(statement, (list(numbers), queries)).scalar_one()
        return found

    def _tidy(self) -> None:
        """Sort what waits into the index, for otherwise each search would read through all of it."""
        self._connection.exec_driver_sql("SELECT gin_clean_pending_list('texts_by_word')")


def _write_vector(words: Words, mark: str) -> str:
    return " ".join([f"{mark}{word}:{place}" for place, word in enumerate(words, start=1) if word != GAP])


def _write_queries(search: Search, mark: str) -> str:
    return " & ".join(_write_query(term, mark) for term in search.terms)


def _write_query(term: SearchTerm, mark: str) -> str:
    phrase = " <-> ".join(f"'{mark}{word}'" for word in term.words) + ":*" * term.is_prefix
    return f"!({phrase})" if term.is_negated else f"({phrase})"
