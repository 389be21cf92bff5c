"""The check of a shared cache reports old, older and wrong bytes, and none of a real Varnish."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.__main__ import main
from benchmarks.edge.readers import EdgeAnswer
from benchmarks.edge.verdict import judge
from benchmarks.soak.versions import VersionLog
from tests.support.environment import SOAK

FEED = "/feed.atom"


@pytest.fixture
def log() -> VersionLog:
    log = VersionLog()
    for time, digest in ((0.0, b"a"), (100.0, b"b"), (200.0, b"a")):
        log.record(FEED, digest, earliest=time, latest=time)
    return log


def answer(digest: bytes, started: float) -> EdgeAnswer:
    return EdgeAnswer(FEED, digest, started, started + 0.1)


def test_current_answers_are_accepted(log: VersionLog) -> None:
    verdict = judge([answer(b"a", 50), answer(b"b", 110), answer(b"a", 210)], log)
    assert (verdict.late_seconds, verdict.regressions, verdict.unknown, verdict.replaced) == ([], [], [], 2)


def test_the_last_old_answer_counts(log: VersionLog) -> None:
    verdict = judge([answer(b"a", 101), answer(b"a", 102), answer(b"b", 103)], log)
    assert (verdict.late_seconds, verdict.regressions) == ([2.0], [])


def test_an_older_answer_is_reported(log: VersionLog) -> None:
    verdict = judge([answer(b"b", 101), answer(b"a", 102)], log)
    assert verdict.regressions == [f"{FEED} at 102.0"]


def test_an_answer_of_no_version_is_reported(log: VersionLog) -> None:
    assert judge([answer(b"c", 50)], log).unknown == [f"{FEED} at 50.0"]


@pytest.mark.program
@pytest.mark.slow
@pytest.mark.skipif(not SOAK, reason="takes a minute; set FEEDS_SOAK")
def test_a_real_varnish_passes(tmp_path: Path) -> None:
    work = tmp_path / "work"
    result = CliRunner().invoke(main, ["edge", "--commits", "5", "--work", str(work)])
    assert result.exit_code == 0, result.output
    assert "answers older than an earlier answer: 0" in result.output
