"""Fixtures of the tests of comparisons."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.comparison import git


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: Callable[[str], str]) -> Path:
    program("git")
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "main")
    monkeypatch.chdir(folder)
    return folder
