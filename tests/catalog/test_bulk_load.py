"""A first collect on PostgreSQL leaves statistics and the index of words; on SQLite, nothing is needed."""

from sqlalchemy import Connection, text

from feeds.catalog.bulk_load import analyze_results, analyze_sources, create_word_index, drop_word_index
from feeds.catalog.database import open_engine
from feeds.model.query import Query
from feeds.model.search import parse_search
from tests.support.newsroom import Newsroom, url_of


def count_rows(connection: Connection, table: str) -> int:
    """Return the number of rows that the planner expects; -1 if it has never counted."""
    expected = text("SELECT reltuples FROM pg_class WHERE oid = to_regclass(:name)")
    return int(connection.scalar(expected, {"name": table}) or 0)


def test_statistics_follow_many_new_rows(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"])
    newsroom.collect()
    engine = open_engine(newsroom.database_url)
    with engine.connect() as connection:
        analyze_sources(connection, inserted=4_999)
        analyze_results(connection, inserted=4_999)
        if connection.dialect.name == "postgresql":
            assert count_rows(connection, "mentions") == count_rows(connection, "entries") == -1
        analyze_sources(connection, inserted=5_000)
        analyze_results(connection, inserted=5_000)
        if connection.dialect.name == "postgresql":
            tables = ("mentions", "entries", "entry_topics", "texts")
            assert [count_rows(connection, table) for table in tables] == [1, 1, 1, 1]
    engine.dispose()


def test_words_are_found_after_the_index_was_dropped_and_created(newsroom: Newsroom) -> None:
    newsroom.write("a", title="Tides")
    newsroom.collect()
    engine = open_engine(newsroom.database_url)
    with engine.begin() as connection:
        drop_word_index(connection)
        create_word_index(connection)
    engine.dispose()
    newsroom.write("b", title="Tides again")
    newsroom.collect()
    assert newsroom.see(Query(search=parse_search("tides"))).ids == [url_of("a"), url_of("b")]
    if newsroom.database_url.startswith("postgresql"):
        indexes = "SELECT count(*) FROM pg_indexes WHERE indexname = 'texts_by_word' AND schemaname = current_schema()"
        assert newsroom.query(indexes) == [(1,)]
