"""A damaged SQLite catalog is renamed and made again, another program's is refused, and a read-only disk serves."""

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from feeds.catalog.catalog import Catalog
from feeds.catalog.database import open_engine
from feeds.model.errors import CatalogError, DamagedCatalogError
from tests.support.disks import mounted_disk
from tests.support.newsroom import Newsroom, dump_fresh, open_newsroom, url_of
from tests.support.postgresql import DatabaseServer


def overwrite_header(content: bytes) -> bytes:
    return os.urandom(100) + content[100:]


def truncate(content: bytes) -> bytes:
    return content[:50_000]


def replace_by_noise(content: bytes) -> bytes:
    return os.urandom(len(content))


def overwrite_schema(content: bytes) -> bytes:
    return content[:100] + os.urandom(4_000) + content[4_100:]


def overwrite_tables(content: bytes) -> bytes:
    return content[:8_192] + os.urandom(len(content) - 8_192)


@pytest.fixture
def damaged() -> Iterator[Newsroom]:
    with open_newsroom() as newsroom:
        newsroom.write("a")
        newsroom.collect()
        newsroom.catalog.close()
        yield newsroom


def file_of(newsroom: Newsroom) -> Path:
    return Path(newsroom.database_url.removeprefix("sqlite:///"))


@pytest.mark.parametrize(
    "damage",
    [overwrite_header, truncate, replace_by_noise, overwrite_schema, overwrite_tables],
    ids=lambda f: f.__name__,
)
def test_a_damaged_catalog_is_renamed_and_made_again(
    damaged: Newsroom, damage: Callable[[bytes], bytes], caplog: pytest.LogCaptureFixture
) -> None:
    file = file_of(damaged)
    content = damage(file.read_bytes())
    file.write_bytes(content)
    with pytest.raises(DamagedCatalogError, match=r"is damaged: .*Run `feeds collect`"):
        damaged.see()
    result = damaged.collect()
    assert (result.read, result.added) == (1, 1)
    assert damaged.dump() == dump_fresh(damaged, "")
    (moved,) = file.parent.glob("*.damaged-20210304T*Z")
    assert moved.read_bytes() == content
    assert [record.getMessage() for record in caplog.records] == [
        f"The catalog was damaged. It was renamed to {moved}, and a new catalog is made."
    ]


def test_an_empty_file_is_a_new_catalog(damaged: Newsroom) -> None:
    file_of(damaged).write_bytes(b"")
    assert damaged.collect().added == 1


def test_a_file_that_another_collector_has_replaced_stays(damaged: Newsroom) -> None:
    file = file_of(damaged)
    good = file.read_bytes()
    file.write_bytes(os.urandom(9_000))
    with pytest.raises(DamagedCatalogError), damaged.catalog.writing():
        pass
    file.rename(file.with_name("other"))
    file.write_bytes(good)
    assert damaged.catalog.move_aside(now=damaged.now) is None
    file.unlink()
    assert damaged.catalog.move_aside(now=damaged.now) is None
    assert not list(file.parent.glob("*.damaged-*"))


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "photos.sqlite3"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE photos (path)")
    before = file.read_bytes()
    newsroom = Newsroom(tmp_path / "articles", f"sqlite:///{file}")
    with pytest.raises(CatalogError, match=r"has tables of another program \(photos\).*DATABASE_URL"):
        newsroom.collect()
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("photos",)]
    assert len(before) == file.stat().st_size


@pytest.mark.program
def test_tables_of_another_program_with_our_names_are_refused(postgresql: DatabaseServer, tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "articles", postgresql.create_schema())
    newsroom.write("a")
    engine = open_engine(newsroom.database_url)
    with engine.begin() as connection:
        for statement in ("CREATE TABLE photos (path text)", "CREATE TABLE files (path text)"):
            connection.exec_driver_sql(statement)
    with pytest.raises(CatalogError, match=r"has tables of another program \(files\)"):
        newsroom.collect()
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE files")
    assert newsroom.collect().added == 1
    engine.dispose()
    newsroom.catalog.close()


@pytest.mark.program
def test_a_read_only_disk_serves_a_catalog(damaged: Newsroom, tmp_path: Path) -> None:
    with mounted_disk(tmp_path / "disk", megabytes=8) as disk:
        shutil.copy(file_of(damaged), tmp_path / "disk" / "catalog #1.sqlite3")
        disk.make_read_only()
        catalog = Catalog(f"sqlite:///{tmp_path}/disk/catalog #1.sqlite3")
        damaged.catalog = catalog
        assert damaged.see().ids == [url_of("a")]
        damaged.write("b")
        with pytest.raises(CatalogError, match="readonly database"):
            damaged.collect()
        catalog.close()


def test_a_stamp_changes_with_each_commit() -> None:
    with open_newsroom() as newsroom:
        assert newsroom.catalog.read_stamp() is None
        stamps = set()
        for number in range(3):
            newsroom.write(str(number))
            newsroom.collect()
            assert newsroom.catalog.read_stamp() is None
            hours_ago = time.time() - 3_600
            os.utime(file_of(newsroom), (hours_ago, hours_ago))
            stamps.add(newsroom.catalog.read_stamp())
            assert newsroom.catalog.read_stamp() in stamps
        assert len(stamps) == 3


def test_postgresql_has_no_stamp(postgresql: DatabaseServer) -> None:
    with closing(Catalog(postgresql.create_database())) as catalog:
        assert catalog.read_stamp() is None


def test_the_default_folder_is_created_and_kept_out_of_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with closing(Catalog("sqlite:///.feeds/catalog.sqlite3")) as catalog:
        with pytest.raises(CatalogError, match="run `feeds collect` first"), catalog.reading():
            pass
        assert list(tmp_path.iterdir()) == []
        with catalog.writing():
            pass
    assert (tmp_path / ".feeds" / ".gitignore").read_text() == "*\n"
    assert (tmp_path / ".feeds" / "catalog.sqlite3").exists()
