"""A small run of the benchmark of edits writes every figure, and restores the articles."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.__main__ import main
from benchmarks.corpus import invent_articles
from benchmarks.report import read_json
from tests.support.environment import SOAK

pytestmark = pytest.mark.program


@pytest.mark.skipif(not SOAK, reason="takes a quarter of a minute: FEEDS_SOAK is not set")
def test_reading_is_measured_before_and_after_edits(tmp_path: Path) -> None:
    out = tmp_path / "docs" / "benchmarks"
    options = ["--articles", "80", "--edits", "40", "--runs", "1", "--work", str(tmp_path), "--out", str(out)]
    result = CliRunner().invoke(main, ["edits", *options], env={"BENCH_MAKE_CORPUS": ""})
    assert result.exit_code == 0, result.output
    report = read_json(out / "edits.json")
    assert {figure.size for figure in report.figures} == {40}
    assert {figure.peer_name for figure in report.figures} == {"before the edits"}
    assert {"a topic", "everything, daily", "search for two words"} <= {figure.name for figure in report.figures}
    assert (tmp_path / "catalog-80-edited.sqlite").exists()
    invent_articles(tmp_path / "again", 80)
    first, again = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("articles-80", "again")
    )
    assert first == again
