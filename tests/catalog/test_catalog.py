"""Opening the catalog: missing, unreachable, unknown or busy databases."""

import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from feeds.catalog.catalog import Catalog
from feeds.catalog.database import open_engine
from feeds.catalog.stored import CollectState
from feeds.model.errors import CatalogBusyError, CatalogError
from feeds.model.query import Query
from tests.support.newsroom import START, Newsroom, url_of
from tests.support.postgresql import DatabaseServer


def execute(database_url: str, *statements: str) -> None:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def read_state(database_url: str) -> None:
    catalog = Catalog(database_url, wait_seconds=1)
    try:
        with catalog.reading() as reader:
            reader.read_state()
    finally:
        catalog.close()


def write_nothing(database_url: str) -> None:
    catalog = Catalog(database_url, wait_seconds=1)
    try:
        with catalog.writing():
            pass
    finally:
        catalog.close()


def test_reading_before_the_first_collect_fails_and_creates_nothing(database_url: str, tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"feeds collect"):
        read_state(database_url)
    assert list(tmp_path.iterdir()) == []


def test_an_sqlite_file_without_tables_is_empty(tmp_path: Path) -> None:
    (tmp_path / "empty.sqlite").touch()
    with pytest.raises(CatalogError, match=r"^No catalog at .*; run `feeds collect` first"):
        read_state(f"sqlite:///{tmp_path}/empty.sqlite")


def test_a_file_that_is_not_a_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("These are just notes. " * 100)
    with pytest.raises(CatalogError, match=r"notes\.txt: file is not a database\. Check DATABASE_URL\."):
        read_state(f"sqlite:///{tmp_path}/notes.txt")


def test_a_catalog_in_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"nowhere/catalog\.sqlite"):
        write_nothing(f"sqlite:///{tmp_path}/nowhere/catalog.sqlite")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://reader:hunter2@127.0.0.1:1/feeds",
        "postgres://reader:hunter2@127.0.0.1:1/feeds",
        "postgresql://127.0.0.1:1/feeds?user=reader&password=hunter2",
    ],
)
def test_an_unreachable_database_is_reported_without_the_password(url: str) -> None:
    with pytest.raises(CatalogError, match=r"127\.0\.0\.1") as caught:
        write_nothing(url)
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "hunter2" not in str(Catalog(url))


@pytest.mark.parametrize("url", ["", "news", "mysql://localhost/feeds", "postgresql://localhost:port/feeds"])
def test_an_unknown_database_url_is_rejected(url: str) -> None:
    with pytest.raises(CatalogError, match=r"DATABASE_URL"):
        Catalog(url)


def test_a_catalog_of_another_layout_is_rebuilt(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"])
    newsroom.collect()
    execute(
        newsroom.database_url, "UPDATE facts SET value = 'another' WHERE name = 'layout'", "DROP TABLE former_versions"
    )
    with pytest.raises(CatalogError, match=r"from another version of this program; run `feeds collect` first"):
        read_state(newsroom.database_url)
    result = newsroom.collect()
    assert (result.read, result.added) == (1, 1)
    assert newsroom.see_topic("ai").changed is not None


def test_a_second_writer_gives_up_after_its_wait(database_url: str) -> None:
    first, second = Catalog(database_url), Catalog(database_url, wait_seconds=0)
    with first.writing(), pytest.raises(CatalogBusyError, match="Another collector is writing"), second.writing():
        pass
    with second.writing() as writer:
        assert writer.read_state() is None
    first.close()
    second.close()


def test_a_failed_writer_changes_nothing(newsroom: Newsroom) -> None:
    newsroom.collect()

    def fail() -> None:
        with newsroom.catalog.writing() as writer:
            writer.save_state(CollectState(version=99))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with newsroom.catalog.reading() as reader:
        assert reader.read_state().version == 1


def test_a_reader_sees_one_state_during_a_write(newsroom: Newsroom) -> None:
    newsroom.write("a")
    newsroom.collect()
    with newsroom.catalog.reading() as reader:
        before = reader.read_newest(Query(), limit=9, now=newsroom.now)
        newsroom.write("b")
        newsroom.collect()
        assert reader.read_newest(Query(), limit=9, now=newsroom.now) == before
    assert len(newsroom.see().ids) == 2


def test_a_database_restart_costs_one_error(postgresql: DatabaseServer, tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "articles", postgresql.create_database())
    newsroom.write("a")
    newsroom.collect()

    def lose_connection() -> None:
        with newsroom.catalog.writing() as writer:
            postgresql.end_sessions()
            writer.read_state()

    with pytest.raises(CatalogError, match=r"^Cannot use the catalog at postgresql://.*: "):
        lose_connection()
    newsroom.write("b")
    assert newsroom.collect().added == 1
    newsroom.catalog.close()


def test_a_broken_connection_is_not_reported_as_busy(postgresql: DatabaseServer) -> None:
    url = postgresql.create_database()
    first = Catalog(url)
    with first.writing():
        waiting = Catalog(f"{url}&options=-cstatement_timeout%3D200")
        with pytest.raises(CatalogError, match="statement timeout") as caught, waiting.writing():
            pass
        assert not isinstance(caught.value, CatalogBusyError)
        waiting.close()
    first.close()


def test_state_has_the_version_and_the_last_collect(newsroom: Newsroom) -> None:
    newsroom.write("a", secured="one")
    newsroom.collect()
    newsroom.write("a", secured="two")
    newsroom.collect()
    with newsroom.catalog.reading() as reader:
        assert reader.read_state().version == 1
        assert reader.read_state().collected == newsroom.now > START
        assert reader.find_changed_scopes(1) == {}
        assert reader.find_changed_scopes(0) == {"feed": 1, "providers/gazette.example": 1}


def test_topics_and_providers_are_counted(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI", "Tides"])
    newsroom.write("b", topics=["AI"], publishedDateTime="2021-03-02T12:00:00Z")
    newsroom.collect()
    with newsroom.catalog.reading() as reader:
        assert [(topic.slug, topic.entries) for topic in reader.list_topics(now=newsroom.now)] == [
            ("ai", 2),
            ("tides", 1),
        ]
        (provider,) = reader.list_providers(now=newsroom.now)
        assert (provider.domain, provider.entries) == ("gazette.example", 2)
        assert provider == reader.find_provider("gazette.example", now=newsroom.now)
        assert provider.newest == datetime(2021, 3, 2, 12, tzinfo=UTC)
        assert reader.find_provider("nobody.example", now=newsroom.now) is None
        assert reader.find_topic("nothing", now=newsroom.now) is None
        assert reader.resolve_alias("nothing") is None
        assert reader.find_next_scheduled_change(after=newsroom.now) is None


def test_a_full_window_links_to_older_entries(newsroom: Newsroom) -> None:
    newsroom.write("a")
    newsroom.write("b")
    newsroom.collect()
    with newsroom.catalog.reading() as reader:
        window = reader.read_newest(Query(), limit=1, now=newsroom.now)
        assert window.older
        archive = reader.read_archive(Query(), window.older, now=newsroom.now)
        assert archive
        assert [entry.id for entry in (*window.entries, *archive.entries)] == [url_of("a"), url_of("b")]
        assert reader.read_newest(Query(), limit=3, now=newsroom.now).older is None
        assert reader.read_newest(Query.for_topic("nothing"), limit=2, now=newsroom.now).entries == ()


def test_a_writer_waits_for_a_briefly_locked_new_file(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    other.execute("CREATE TABLE one (number)")
    timer = threading.Timer(0.3, other.rollback)
    timer.start()
    catalog = Catalog(f"sqlite:///{path}", wait_seconds=0)
    with catalog.writing() as writer:
        assert writer.read_state() is None
    timer.join()
    other.close()
    catalog.close()
