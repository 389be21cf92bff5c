"""The costs of hostile files are measured, and pass or fail."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.__main__ import main
from benchmarks.costs import Cost, measure_costs
from benchmarks.processes import Usage

pytestmark = pytest.mark.program


def test_a_costly_body_is_measured_in_three_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    # The machine may be busy, and Linux counts the memory of a parent as its child's.
    monkeypatch.setattr("benchmarks.costs.MAX_SECONDS", 1_000)
    monkeypatch.setattr("benchmarks.costs.MAX_MB", 100_000)
    result = CliRunner().invoke(main, ["costs", "deep elements", "paragraphs"])
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert [line.rpartition("  ")[2] for line in lines[:2]] == ["deep elements", "paragraphs"]
    assert lines[2] == "more than 5 s or 500 MB: 0"


def test_a_cost_above_a_limit_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    small = Usage(1, 1, 100)
    assert Cost("", (small, Usage(9, 4.9, 499))).is_bounded
    assert not Cost("", (small, Usage(1, 5.1, 100))).is_bounded
    assert not Cost("", (small, Usage(1, 1, 501))).is_bounded
    assert len(next(measure_costs(tmp_path, ["deep elements"])).usages) == 3
    monkeypatch.setattr("benchmarks.costs.MAX_SECONDS", 0)
    assert CliRunner().invoke(main, ["costs", "deep elements"]).exit_code == 1
