"""The soak sees what is wrong, and finds nothing wrong with the server."""

import gzip
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from benchmarks.__main__ import main
from benchmarks.soak import Outcome
from benchmarks.soak.judge import Exchange, Judge
from benchmarks.soak.publisher import TOPICS, Ledger, write_revision
from tests.support.environment import SOAK

pytestmark = pytest.mark.usefixtures("without_coverage")

SECONDS = SOAK or 3
FEED = "/topics/amber.atom"
SOON, DUE = 100.9, 101.1  # when revision 3 may be missing, and when it may not
OUTCOME = Outcome(seconds=600, counts={}, commits=0, p50_ms=0, p99_ms=0, memory=(), faults=0, findings=())


@pytest.fixture
def judge() -> Judge:
    """Give a judge who knows that revision 2 of one topic was followed by 3, fifty seconds later."""
    ledger = Ledger()
    ledger.note("amber", 2, moment=50)
    ledger.note("amber", 3, moment=100)
    return Judge(ledger)


def show(text: str) -> bytes:
    return f"<feed>{text}</feed>".encode()


def make_exchange(body: bytes, fields: Mapping[str, object], *, begun: float = DUE) -> Exchange:
    plain = {"kind": "plain", "path": FEED, "seconds": 0.0, "status": 200, "headers": {"etag": '"a"'}, "body": body}
    return msgspec.convert({**plain, "begun": begun, **fields}, Exchange)


@pytest.mark.parametrize("revision", [2, 3])
def test_what_is_recent_enough_is_right(judge: Judge, revision: int) -> None:
    whole = make_exchange(show(f"Revision {revision} of amber"), {}, begun=SOON)
    assert judge.judge(whole) == {"amber": revision}
    judge.judge(make_exchange(b"", {"kind": "tag", "status": 304, "known": {"amber": revision}}, begun=SOON))
    judge.judge(make_exchange(b"", {"kind": "unknown", "status": 404}))
    judge.judge(make_exchange(b"", {"kind": "head"}))
    assert (judge.faults, sum(judge.counts.values())) == (0, 4)


@pytest.mark.parametrize(
    ("body", "fields", "fault"),
    [
        (show("Revision 1 of amber"), {}, "is stale: it has revision 1 of amber, 3 was due"),
        (b"", {"kind": "tag", "status": 304, "known": {"amber": 1}}, "is a wrong 304: it has revision 1"),
        (show("Revision 3 of amber Revision 4 of amber"), {}, "is torn: it shows [('amber', 3), ('amber'"),
        (b"<feed>Revision 3 of amber", {}, "is torn: "),
        (b"<!doctype html><html>Revision 3 of amber", {}, "is torn: a page without an end"),
        (b'{"title": "Revision 3 of amber', {}, "is torn: "),
        (gzip.compress(b"x", mtime=0)[:-4], {"headers": {"content-encoding": "gzip"}}, "is torn: "),
        (show("Revision 3 of basin"), {}, "shows only ['basin']"),
        (b"", {"status": 503}, "was answered with 503"),
        (b"", {"status": 304}, "was answered with 304"),
        (b"", {"kind": "head", "status": 405}, "was answered with 405"),
        (b"", {"kind": "unknown"}, "was answered with 200"),
    ],
)
def test_what_is_wrong_is_seen(judge: Judge, body: bytes, fields: dict[str, object], fault: str) -> None:
    judge.judge(make_exchange(body, fields))
    assert judge.faults == 1
    assert fault in judge.findings[0]


def test_one_tag_for_two_bodies_is_seen(judge: Judge) -> None:
    for text in ("Revision 3 of amber", "Revision 3 of amber!"):
        judge.judge(make_exchange(show(text), {}))
    assert judge.findings == [f'plain {FEED}: has other bytes under the ETag "a"']


@pytest.mark.parametrize(
    ("memory", "is_flat"), [((), True), ((1, 5, 5, 5), True), ((5, 5, 5, 6), False), ((9, 9, 5, 5, 5, 5, 5, 5), True)]
)
def test_memory_that_grows_is_seen(memory: tuple[float, ...], is_flat: bool) -> None:  # noqa: FBT001 a parameter of pytest's
    assert msgspec.structs.replace(OUTCOME, memory=memory).is_flat == is_flat


def test_articles_say_which_revision_they_are(tmp_path: Path) -> None:
    write_revision(tmp_path, TOPICS[0], 7)
    texts = [path.read_text() for path in tmp_path.iterdir()]
    assert texts
    assert all(text.count("Revision 7 of amber") > 20 for text in texts)


@pytest.mark.timeout(60 + 2 * SECONDS)
def test_the_server_bears_it() -> None:
    result = CliRunner().invoke(main, ["soak", "--seconds", str(SECONDS), "--readers", "4"])
    assert result.exit_code == 0, result.output
    assert "faults: 0\n" in result.output
    # On a busy machine, a few seconds do not bring every kind.
    kinds = ("plain 200", "gzip 200", "br 200", "head 200", "unknown 404", "tag 304", "archive, plain 200")
    for kind in kinds if SOAK else (" 200",):
        assert f"{kind}: " in result.output
    assert not re.search(r"\b(and 0 commits|[a-z]+ 5\d\d:)", result.output)
