"""Errors of the catalog are logged, but not for every request."""

from pathlib import Path

import pytest

from feeds.catalog.catalog import Catalog
from feeds.web import error_handlers
from tests.support.app import make_client


def test_an_error_is_logged_once_in_a_while(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client(Catalog(f"sqlite:///{tmp_path}/none.sqlite3"))
    monkeypatch.setattr(error_handlers, "LOG_PAUSE_SECONDS", 60)
    for _ in range(5):
        assert client.get("/feed.atom").status_code == 503
    assert len(caplog.records) == 1
    monkeypatch.setattr(error_handlers, "LOG_PAUSE_SECONDS", 0)
    client.get("/feed.atom")
    assert len(caplog.records) == 2


def test_each_error_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "catalog.sqlite3"
    client = make_client(Catalog(f"sqlite:///{path}"))
    client.get("/feed.atom")
    path.write_text("This is no database. " * 100)
    client.get("/feed.atom")
    first, second = [record.getMessage() for record in caplog.records]
    assert "No catalog at" in first
    assert "file is not a database" in second
