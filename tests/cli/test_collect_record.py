"""Collects with news are recorded; nothing else is, and a record that cannot be written stops nothing."""

from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from feeds.catalog.catalog import Catalog
from feeds.catalog.collect_history import CollectRecord
from feeds.cli import main
from feeds.cli.collect_record import record_failure
from feeds.model.errors import CatalogError, MassRemovalError
from tests.support.articles import write_article


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", "sqlite:///catalog.sqlite3")
    for name in "abc":
        write_article(tmp_path / "content", name)
    return tmp_path / "content"


def collect(*args: str) -> Result:
    return CliRunner().invoke(main, ["collect", "content", *args])


def read() -> list[CollectRecord]:
    with closing(Catalog("sqlite:///catalog.sqlite3")) as catalog, catalog.reading() as reader:
        return reader.list_collects()


def test_a_collect_with_news_is_recorded(content: Path) -> None:
    collect()
    collect()
    write_article(content, "d", exerpt="A typing error")
    (content / "e.md").write_text("---\ntitle: [oops\n---\n")
    (content / "a.md").unlink()
    collect()
    second, first = read()
    assert (first.read, first.added, first.feeds, first.rejected, first.error) == (3, 3, 3, 0, "")
    assert (second.read, second.removed, second.rejected, second.warnings) == (2, 1, 1, 1)
    assert (second.added, second.changed, second.withdrawn) == (1, 0, 1)
    assert 0 < second.seconds < 60
    assert first.time < second.time


def test_a_refused_collect_is_recorded_once(content: Path) -> None:
    collect()
    for name in "ab":
        (content / f"{name}.md").unlink()
    assert collect().exit_code == collect().exit_code == 1
    refused, first = read()
    assert refused.error.startswith("This would remove 2 of 3 articles")
    assert first.error == ""
    collect("--force")
    assert read()[0].removed == 2


@pytest.mark.usefixtures("content")
def test_a_record_that_cannot_be_written_is_left_out() -> None:
    with closing(Catalog("sqlite:///other.sqlite3")) as missing:
        record_failure(missing, MassRemovalError(removed=2, known=3))
    assert not Path("other.sqlite3").exists()


@pytest.mark.usefixtures("content")
def test_errors_of_the_database_are_not_recorded() -> None:
    collect()
    with closing(Catalog("sqlite:///catalog.sqlite3")) as catalog:
        record_failure(catalog, CatalogError("The disk is full."))
    assert len(read()) == 1
