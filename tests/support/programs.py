"""Mark the tests that start programs, fail an unmarked test at the start of a program, and run slow modules first."""

import sys
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path
from typing import Protocol, TypeVar

import pytest
from hypothesis import is_hypothesis_test

PROGRAM_FIXTURES = frozenset({"gunicorn", "hurried", "program", "server"})
# `os.fork` is missing: a collector that reads on all cores starts no other program.
_EVENTS = frozenset({"os.exec", "os.forkpty", "os.posix_spawn", "os.system", "subprocess.Popen"})
# The likely time of a test by its marks; a test on PostgreSQL shares the server with all others.
_SECONDS = {"program": 1.5, "slow": 0.5}
_POSTGRESQL_SECONDS = 0.3
_OTHER_SECONDS = 0.02


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
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark tests by their fixtures and folders, count no coverage in some tests, and order the modules.

    To count doubles the time of a test, and tests without programs and properties execute more than nine tenths of the
    lines.
    """
    for item in items:
        if PROGRAM_FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("program")
        if item.get_closest_marker("program") or is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker("no_cover")
        if item.nodeid.startswith("benchmarks/"):
            item.add_marker("thorough")
    if hasattr(config, "workerinput"):  # one of several processes
        run_slow_modules_first(items)


class _Item(Protocol):
    @property
    def path(self) -> Path: ...
    def get_closest_marker(self, name: str, /) -> object: ...


_AnyItem = TypeVar("_AnyItem", bound=_Item)


def run_slow_modules_first(items: list[_AnyItem]) -> None:
    """Sort the modules by their likely time, so that in the end no process is busy alone with a slow module."""
    seconds: defaultdict[Path, float] = defaultdict(float)
    for item in items:
        seconds[item.path] += _guess_seconds(item)
    items.sort(key=lambda item: -seconds[item.path])


def _guess_seconds(item: _Item) -> float:
    if "database_url" in getattr(item, "fixturenames", ()):
        return _POSTGRESQL_SECONDS if item.get_closest_marker("program") else _OTHER_SECONDS
    return next((likely for mark, likely in _SECONDS.items() if item.get_closest_marker(mark)), _OTHER_SECONDS)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Watch the set-up, the call and the tear-down of a test."""
    _guard.unmarked = "" if item.get_closest_marker("program") else item.nodeid
    try:
        return (yield)
    finally:
        _guard.unmarked = ""
