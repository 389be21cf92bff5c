"""The predictions of `feeds diff` agree with a real reader; a wrong prediction would be reported."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.__main__ import main
from benchmarks.prediction.replay import Mismatch, PredictionResult, write_prediction_result
from benchmarks.prediction.subscriber import Count
from tests.support.environment import SOAK


def test_a_wrong_prediction_is_reported() -> None:
    mismatch = Mismatch(7, "/feed", Count(frozenset({"a", "b"})), Count(frozenset({"b"}), frozenset({"c"})))
    result = PredictionResult(
        commits=8, with_difference=1, feeds=1, polls=2, new=1, modified=1, ignored=0, doubled=(), lost=(),
        mismatches=(mismatch,), seconds=1,
    )  # fmt: skip
    assert not result.has_passed
    assert write_prediction_result(result).splitlines()[-2:] == [
        "  commit 7, /feed, new, only predicted: a",
        "  commit 7, /feed, modified, only counted: c",
    ]


@pytest.mark.program
@pytest.mark.slow
@pytest.mark.skipif(not SOAK, reason="takes a quarter of a minute; set FEEDS_SOAK")
def test_predictions_for_invented_edits_are_right(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["prediction", "--commits", "12", "--work", str(tmp_path / "work")])
    assert result.exit_code == 0, result.output
    assert "feeds in which the reader counts something else: 0" in result.output
