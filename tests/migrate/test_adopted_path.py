"""The file of adopted ids is found in the content folders, and replaced as a whole."""

from pathlib import Path

import pytest

from feeds.articles import file_reader
from feeds.migrate import adopted_path
from feeds.migrate.adopted_path import find_adopted_path, read_adopted, write_adopted
from feeds.model.adopted import AdoptedFile
from feeds.model.entry import AdoptedIds
from feeds.model.errors import AdoptionError, ArticleError

FILE = AdoptedFile(entries={"https://b.example/1": AdoptedIds(every="urn:1")})


def test_the_first_existing_file_is_found(tmp_path: Path) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    assert find_adopted_path(folders) == folders[0] / "adopted.yaml"
    folders[1].mkdir()
    (folders[1] / "adopted.yaml").write_text("entries: []")
    assert find_adopted_path(folders) == folders[1] / "adopted.yaml"


def test_a_file_is_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "adopted.yaml"
    assert read_adopted(path) == AdoptedFile()
    assert write_adopted(path, FILE)
    assert not write_adopted(path, FILE)
    assert read_adopted(path) == FILE
    assert list(tmp_path.iterdir()) == [path]
    path.write_text("entries: 1")
    with pytest.raises(ArticleError):
        read_adopted(path)


def test_a_failure_keeps_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "adopted.yaml"
    path.mkdir()
    with pytest.raises(AdoptionError, match=r"Cannot write .*adopted\.yaml \("):
        write_adopted(path, FILE)
    assert list(tmp_path.iterdir()) == [path]
    monkeypatch.setattr(adopted_path, "MAX_FILE_BYTES", 100)
    with pytest.raises(AdoptionError, match="would be larger than 100 bytes"):
        write_adopted(tmp_path / "b" / "adopted.yaml", FILE)
    assert file_reader.MAX_FILE_BYTES > 100
