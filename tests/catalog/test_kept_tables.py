"""The kept tables are created once, and never touched by a program that does not know them."""

import pytest
from sqlalchemy import text

from feeds.catalog.database import open_engine
from feeds.catalog.kept_tables import LAYOUT, MIGRATIONS, prepare_kept_tables
from feeds.model.errors import CatalogError
from tests.support.newsroom import Newsroom


def execute(database_url: str, statement: str) -> None:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_tables_of_a_later_version_are_left_alone(newsroom: Newsroom, database_url: str) -> None:
    newsroom.collect()
    with newsroom.catalog.writing_totals():
        pass
    execute(database_url, "UPDATE kept_facts SET value = '1000'")
    with pytest.raises(CatalogError, match="later version"), newsroom.catalog.writing_totals():
        pass
    with pytest.raises(CatalogError, match="later version"), newsroom.catalog.reading_totals() as reader:
        reader.read(first_day=0, last_day=1)


def test_a_missing_table_is_created(newsroom: Newsroom, database_url: str) -> None:
    newsroom.collect()
    with newsroom.catalog.writing_totals():
        pass
    execute(database_url, "DROP TABLE request_totals")
    with newsroom.catalog.writing_totals():
        pass
    with newsroom.catalog.reading_totals() as reader:
        assert list(reader.read(first_day=0, last_day=1)) == []


def test_each_earlier_layout_has_a_migration() -> None:
    assert sorted(MIGRATIONS) == list(range(1, LAYOUT))


def test_the_first_collect_accepts_a_database_with_kept_tables(newsroom: Newsroom, database_url: str) -> None:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        prepare_kept_tables(connection)
    engine.dispose()
    newsroom.collect()
    with newsroom.catalog.reading() as reader:
        assert reader.read_state().version == 1
