"""Tests of programs carry the mark `program`, and slow modules run first."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.programs import run_slow_modules_first


def test_an_unmarked_test_cannot_start_a_program() -> None:
    with pytest.raises(pytest.fail.Exception, match="mark the test"):
        subprocess.run(["true"], check=True)
    with pytest.raises(pytest.fail.Exception, match="mark the test"):
        os.system("true")  # noqa: S605 refused


@pytest.mark.program
def test_a_marked_test_can_start_a_program() -> None:
    subprocess.run(["true"], check=True)


def test_fixtures_of_programs_mark_their_tests(request: pytest.FixtureRequest, program: object) -> None:
    assert callable(program)
    assert request.node.get_closest_marker("program") is not None
    assert request.node.get_closest_marker("no_cover") is not None


@given(value=st.none())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_tests_of_properties_count_no_coverage(request: pytest.FixtureRequest, value: None) -> None:
    assert value is None
    assert request.node.get_closest_marker("program") is None
    assert request.node.get_closest_marker("no_cover") is not None


def test_other_tests_count_coverage(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("no_cover") is None


class FakeItem:
    """A test with a path and a mark."""

    def __init__(self, path: str, mark: str = "") -> None:
        self.path = Path(path)
        self.mark = mark

    def get_closest_marker(self, name: str) -> bool:
        return name == self.mark


def test_slow_modules_run_first_and_in_one_piece() -> None:
    quick, slow = [FakeItem("quick") for _ in range(3)], [FakeItem("slow", "slow"), FakeItem("slow")]
    programs = [FakeItem("programs", "program") for _ in range(2)]
    items = [quick[0], slow[1], *quick[1:], *programs, slow[0]]
    run_slow_modules_first(items)
    assert items == [*programs, slow[1], slow[0], *quick]
