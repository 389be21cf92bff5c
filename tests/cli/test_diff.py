"""`feeds diff` compares folders and commits, in three formats, and fails for a doubled or lost story."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from click.testing import CliRunner, Result

from feeds.cli import main
from tests.support.articles import write_article
from tests.support.comparison import commit_all, git

pytestmark = pytest.mark.program

Run: TypeAlias = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: Callable[[str], str]) -> Run:
    """Run `feeds diff` in a repository with three commits: a new story, then the same story at another URL."""
    program("git")
    repository = tmp_path / "repository"
    repository.mkdir()
    monkeypatch.chdir(repository)
    git(repository, "init", "--quiet", "--initial-branch", "main")
    write_article(repository, "a")
    commit_all(repository)
    write_article(repository, "b")
    commit_all(repository)
    write_article(repository, "b", webUrl="https://gazette.example/other")
    commit_all(repository)
    return lambda *args: CliRunner().invoke(main, ["diff", *args])


def test_a_new_story_passes(run: Run) -> None:
    result = run("main~2", "main~1")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("1 new; in 3 feeds.\n\n/feed: 1 new\n  + Title of b (2024-05-06)\n")


def test_a_doubled_story_fails_beside_its_file(run: Run, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    result = run("main~1", "HEAD", "--format", "github", "--summary", str(summary))
    assert result.exit_code == 1
    assert result.stdout.startswith("::error file=b.md,line=1,col=1,title=doubled-entry::Subscribers get")
    assert result.stderr == "1 new, 1 withdrawn, 1 doubled; in 3 feeds.\n"
    assert "b.md: Title of b (same title and date)" in summary.read_text()


def test_json_has_the_documented_shape(run: Run) -> None:
    report = json.loads(run("main~2", ".", "--format", "json", "--at", "2025-01-01").stdout)
    assert report["at"] == "2025-01-01T00:00:00Z"
    assert report["counts"] == {
        "new": 1, "updated": 0, "withdrawn": 0, "doubled": 0, "lost": 0, "missed": 0, "feeds": 3
    }  # fmt: skip
    assert [feed["path"] for feed in report["feeds"]] == ["/feed", "/topics/tides", "/providers/gazette.example"]
    assert report["feeds"][0]["new"] == [
        {
            "id": "https://gazette.example/other",
            "title": "Title of b",
            "url": "https://gazette.example/other",
            "published": "2024-05-06T07:08:09Z",
        }
    ]
    assert (report["doubled"], report["lost"], report["events"], report["errors"]) == ([], [], [], 0)


def test_a_bad_time_and_an_unknown_revision_are_reported(run: Run) -> None:
    assert "Invalid value for '--at': expected a date such as" in run("main", "HEAD", "--at", "soon").stderr
    result = run("main", "none")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "“none” is neither a folder, nor a catalog, nor a revision" in result.stderr
