"""The soak test reports problems, and finds none in our server."""

import gzip
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from benchmarks.__main__ import main
from benchmarks.soak import SoakResult
from benchmarks.soak.answer_checker import AnswerChecker, Exchange
from benchmarks.soak.publisher import TOPICS, CommitLog, write_revision
from tests.support.environment import SOAK

pytestmark = pytest.mark.program

SECONDS = SOAK or 3
FEED = "/topics/amber.atom"
BEFORE_DUE, DUE = 100.9, 101.1  # until revision 3 may be missing, and from when it is required
RESULT = SoakResult(seconds=600, counts={}, commits=0, p50_ms=0, p99_ms=0, memory=(), problem_count=0, problems=())


@pytest.fixture
def checker() -> AnswerChecker:
    """Return a checker for revisions 2 and 3 of a topic, committed fifty seconds apart."""
    commit_log = CommitLog()
    commit_log.record("amber", 2, at=50)
    commit_log.record("amber", 3, at=100)
    return AnswerChecker(commit_log)


def show(text: str) -> bytes:
    return f"<feed>{text}</feed>".encode()


def make_exchange(body: bytes, fields: Mapping[str, object], *, started: float = DUE) -> Exchange:
    plain = {"kind": "plain", "path": FEED, "seconds": 0.0, "status": 200, "headers": {"etag": '"a"'}, "body": body}
    return msgspec.convert({**plain, "started": started, **fields}, Exchange)


@pytest.mark.parametrize("revision", [2, 3])
def test_recent_answers_are_accepted(checker: AnswerChecker, revision: int) -> None:
    whole = make_exchange(show(f"Revision {revision} of amber"), {}, started=BEFORE_DUE)
    assert checker.check(whole) == {"amber": revision}
    checker.check(make_exchange(b"", {"kind": "tag", "status": 304, "known": {"amber": revision}}, started=BEFORE_DUE))
    checker.check(make_exchange(b"", {"kind": "unknown", "status": 404}))
    checker.check(make_exchange(b"", {"kind": "head"}))
    assert (checker.problem_count, sum(checker.counts.values())) == (0, 4)


@pytest.mark.parametrize(
    ("body", "fields", "problem"),
    [
        (show("Revision 1 of amber"), {}, "stale: revision 1 of amber, expected 3"),
        (b"", {"kind": "tag", "status": 304, "known": {"amber": 1}}, "wrong 304: revision 1"),
        (show("Revision 3 of amber Revision 4 of amber"), {}, "torn: shows [('amber', 3), ('amber'"),
        (b"<feed>Revision 3 of amber", {}, "torn: "),
        (b"<!doctype html><html>Revision 3 of amber", {}, "torn: page without </html>"),
        (b'{"title": "Revision 3 of amber', {}, "torn: "),
        (gzip.compress(b"x", mtime=0)[:-4], {"headers": {"content-encoding": "gzip"}}, "torn: "),
        (show("Revision 3 of basin"), {}, "incomplete: shows ['basin']"),
        (b"", {"status": 503}, "unexpected status 503"),
        (b"", {"status": 304}, "unexpected status 304"),
        (b"", {"kind": "head", "status": 405}, "unexpected status 405"),
        (b"", {"kind": "unknown"}, "unexpected status 200"),
    ],
)
def test_problems_are_reported(checker: AnswerChecker, body: bytes, fields: dict[str, object], problem: str) -> None:
    checker.check(make_exchange(body, fields))
    assert checker.problem_count == 1
    assert problem in checker.problems[0]


def test_an_etag_with_two_bodies_is_reported(checker: AnswerChecker) -> None:
    for text in ("Revision 3 of amber", "Revision 3 of amber!"):
        checker.check(make_exchange(show(text), {}))
    assert checker.problems == [f'plain {FEED}: different bytes with the same ETag "a"']


@pytest.mark.parametrize(
    ("memory", "is_flat"), [((), True), ((1, 5, 5, 5), True), ((5, 5, 5, 6), False), ((9, 9, 5, 5, 5, 5, 5, 5), True)]
)
def test_growing_memory_is_reported(memory: tuple[float, ...], is_flat: bool) -> None:  # noqa: FBT001 a parameter of pytest
    assert msgspec.structs.replace(RESULT, memory=memory).is_flat == is_flat


def test_articles_state_their_revision(tmp_path: Path) -> None:
    write_revision(tmp_path, TOPICS[0], 7)
    texts = [path.read_text() for path in tmp_path.iterdir()]
    assert texts
    assert all(text.count("Revision 7 of amber") > 20 for text in texts)


@pytest.mark.timeout(60 + 2 * SECONDS)
def test_our_server_has_no_problems() -> None:
    result = CliRunner().invoke(main, ["soak", "--seconds", str(SECONDS), "--readers", "4"])
    assert result.exit_code == 0, result.output
    assert "problems: 0\n" in result.output
    # On a busy machine, a few seconds are too short for every kind.
    kinds = ("plain 200", "gzip 200", "br 200", "head 200", "unknown 404", "tag 304", "archive, plain 200")
    for kind in kinds if SOAK else (" 200",):
        assert f"{kind}: " in result.output
    assert not re.search(r"\b(and 0 commits|[a-z]+ 5\d\d:)", result.output)
