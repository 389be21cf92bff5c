"""The benchmark of searches counts the expected stories among the results."""

import json
from pathlib import Path

import pytest

from benchmarks.searching.found import QUERIES, ExpectedStories, main, name_story
from tests.support.articles import write_article


def test_expected_stories_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(3):
        write_article(tmp_path / "content", f"s{number}", title=f"Lighthouse {number}")
    expected = [name_story(f"https://gazette.example/s{number}") for number in (0, 1, 9)]
    queries = [{"query": query, "expected": expected, "reason": "a sample"} for query in ("lighthouse", "lihgthouse")]
    (tmp_path / "queries.json").write_text(json.dumps(queries))
    main(str(tmp_path / "content"), str(tmp_path / "queries.json"))
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:5] for line in lines[1:3]] == [["3", "2", "2", "3", "2"], ["3", "0", "2", "0", "2"]]
    assert lines[3] == "2 of 6 expected stories found, 4 with one click on a suggestion"


def test_the_queries_name_stories() -> None:
    queries = [ExpectedStories(**each) for each in json.loads(QUERIES.read_text())]
    assert len(queries) == 30
    assert all(each.expected and each.reason for each in queries)
