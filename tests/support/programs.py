"""Mark the tests that start programs, and fail an unmarked test at the start of a program."""

import sys
from collections.abc import Generator

import pytest
from hypothesis import is_hypothesis_test

PROGRAM_FIXTURES = frozenset({"gunicorn", "hurried", "program", "server"})
# `os.fork` is missing: a collector that reads on all cores starts no other program.
_EVENTS = frozenset({"os.exec", "os.forkpty", "os.posix_spawn", "os.system", "subprocess.Popen"})


class _Guard:
    """Refuse programs while a test without the mark runs. Python calls an audit hook at each of the events."""

    unmarked = ""

    def check(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.unmarked and event in _EVENTS:
            program = arguments[0] if arguments else event
            pytest.fail(f"{self.unmarked} starts {program!r}; mark the test with @pytest.mark.program")


_guard = _Guard()
sys.addaudithook(_guard.check)


@pytest.hookimpl(tryfirst=True)  # before `-m` selects tests
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with a fixture of programs, and count no coverage in tests of programs and properties.

    To count doubles the time of a test, and the other tests execute more than nine tenths of the lines.
    """
    for item in items:
        if PROGRAM_FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("program")
        if item.get_closest_marker("program") or is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker("no_cover")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Watch the set-up, the call and the tear-down of a test."""
    _guard.unmarked = "" if item.get_closest_marker("program") else item.nodeid
    try:
        return (yield)
    finally:
        _guard.unmarked = ""
