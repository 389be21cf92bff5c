"""Tests of programs carry the mark `program`."""

import os
import subprocess

import pytest


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
