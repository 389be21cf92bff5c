"""Small runs of the benchmarks of serving and of slow clients."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.__main__ import main
from benchmarks.clients.benchmark import ClientsPlan, measure_clients
from benchmarks.processes import MeasureError
from benchmarks.report import read_json
from benchmarks.servers import GUNICORN, serving
from benchmarks.serving.wrk import measure_load
from tests.support.environment import SOAK

BARE = (*GUNICORN, "--workers", "1", "benchmarks.catalog.minimal_app:app")


def test_requests_and_processor_time_are_measured(program: Callable[[str], str]) -> None:
    program("wrk")
    with serving(BARE, {}, path="/") as (pid, port, _):
        throughput = measure_load(pid, f"http://127.0.0.1:{port}/", {"If-None-Match": "x"}, seconds=1)
    assert throughput.per_second > 10
    assert 1 < throughput.cpu_us < 1_000_000


def test_a_missing_server_is_an_error(program: Callable[[str], str]) -> None:
    program("wrk")
    with serving(BARE, {}, path="/") as (pid, _, _), pytest.raises(MeasureError):
        measure_load(pid, "http://127.0.0.1:9/", {}, seconds=1)


@pytest.mark.skipif(not SOAK, reason="takes a minute: FEEDS_SOAK is not set")
def test_every_server_is_measured(program: Callable[[str], str], tmp_path: Path) -> None:
    program("wrk")
    program("nginx")
    out = tmp_path / "docs" / "benchmarks"
    result = CliRunner().invoke(main, ["serving", "--rounds", "1", "--seconds", "1", "--out", str(out)])
    assert result.exit_code == 0, result.output
    figures = read_json(out / "serving.json").figures
    assert {"the bare callable", "ours, 200", "ours, 304", "the export by nginx"} <= {figure.name for figure in figures}
    assert all(value > 0 for figure in figures for value in figure.ours)
    assert "| ours, 304 | 1 |" in out.with_name("benchmarks.md").read_text()


@pytest.mark.skipif(not SOAK, reason="takes a minute: FEEDS_SOAK is not set")
@pytest.mark.program
def test_slow_clients_and_restarts_are_measured(tmp_path: Path) -> None:
    plan = ClientsPlan(slow=50, rounds=1, seconds=1, restart_seconds=2, with_others=False)
    figures = measure_clients(tmp_path, plan, progress=print)
    errors = [figure.value for figure in figures if figure.name.startswith("errors")]
    assert errors == [0] * 10
    assert [figure.value for figure in figures if figure.name.startswith("pipelined")] == [0]
