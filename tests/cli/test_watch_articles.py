"""A server watches its articles, whatever happens to `feeds.toml`."""

from pathlib import Path

import pytest

from feeds.cli.watch_articles import make_settings_report


def test_a_settings_file_that_cannot_be_read_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "feeds.toml"
    file.write_text('title = "Harbour News"\n')
    report = make_settings_report([tmp_path])
    file.unlink()
    file.symlink_to("/proc/self/mem")
    report()
    captured = capsys.readouterr().err
    assert "feeds.toml" in captured
    assert "The settings stay as they were." in captured


def test_an_equal_settings_file_is_not_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "feeds.toml").write_text('title = "Harbour News"\n')
    report = make_settings_report([tmp_path])
    report()
    assert capsys.readouterr().err == ""
