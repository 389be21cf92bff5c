"""The soak reports each kind of problem, in a damaged answer too, and finds none in our server."""

import gzip
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import msgspec
import pytest
from click.testing import CliRunner

from benchmarks.__main__ import main
from benchmarks.soak import SoakResult
from benchmarks.soak.checker import AnswerChecker, CheckLimits
from benchmarks.soak.client import NEW, UNKNOWN, Client, Exchange
from benchmarks.soak.edits import Editor, invent_history
from benchmarks.soak.fault_log import FaultLog
from benchmarks.soak.faults import FAULTS
from benchmarks.soak.versions import VersionLog, make_digest
from tests.support.environment import SOAK

pytestmark = pytest.mark.program

SECONDS = SOAK or 3
FEED, COMPOSED = "/topics/amber.atom", "/topics/amber.atom?limit=3"
OLD, CURRENT, UNSEEN = (f"<feed>{word}</feed>".encode() for word in ("old", "current", "unseen"))
REPLACED = 100.0  # when CURRENT replaced OLD
LATER = REPLACED + 5
DATES = {"date": "Thu, 01 Jan 2026 00:00:01 GMT", "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT"}
RESULT = SoakResult(
    seconds=600,
    counts={},
    edits=0,
    commits=0,
    milliseconds=(0, 0, 0, 0),
    own_seconds=0,
    memory=(),
    faults=(),
    unverified=0,
    problem_counts={},
    problems=(),
)


@pytest.fixture
def faults() -> FaultLog:
    return FaultLog()


@pytest.fixture
def versions() -> VersionLog:
    log = VersionLog()
    log.record(FEED, make_digest(OLD), earliest=1, latest=1)
    log.record(FEED, make_digest(CURRENT), earliest=REPLACED, latest=REPLACED)
    log.commits.append((REPLACED, REPLACED))
    return log


@pytest.fixture
def checker(versions: VersionLog, faults: FaultLog) -> AnswerChecker:
    return AnswerChecker(versions, faults, CheckLimits(1.0, frozenset([COMPOSED])))


def make_exchange(body: bytes = CURRENT, *, started: float = LATER, **fields: object) -> Exchange:
    plain = {
        "kind": "plain",
        "path": FEED,
        "connection": (1, 1),
        "started": started,
        "sent": started,
        "received": started + 0.1,
        "status": 200,
        "headers": {"etag": f'"{make_digest(body).hex()}"', **DATES},
        "digest": make_digest(body),
        "raw": make_digest(body),
    }
    return Exchange(**{**plain, **fields})  # type: ignore[arg-type]


def test_right_answers_are_accepted(checker: AnswerChecker) -> None:
    checker.check(make_exchange())
    checker.check(make_exchange(OLD, started=REPLACED + 0.9, connection=(1, 2)))
    checker.check(make_exchange(started=REPLACED + 0.9, connection=(1, 3)))
    checker.check(make_exchange(b"", kind="tag", status=304, known=make_digest(CURRENT)))
    checker.check(make_exchange(kind=UNKNOWN, path="/topics/nope.atom", status=404))
    checker.check(make_exchange(kind=NEW, path="/feed.atom?limit=7", status=503, headers={"retry-after": "2"}))
    checker.check(make_exchange(path=COMPOSED, status=503, headers={"retry-after": "2"}))
    assert (checker.problems, checker.counts.total()) == ([], 7)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"body": OLD}, "stale"),
        ({"body": UNSEEN}, "unknown body"),
        ({"status": 304, "digest": b"", "known": make_digest(OLD)}, "wrong 304"),
        ({"status": 304, "digest": b""}, "wrong status"),
        ({"status": 404}, "unknown body"),
        ({"status": 500}, "wrong status"),
        ({"status": 0, "defect": "ConnectionResetError()"}, "broken"),
        ({"kind": UNKNOWN, "path": "/topics/nope.atom"}, "wrong status"),
        ({"defect": "torn: no end"}, "torn"),
        ({"received": LATER + 2.1}, "late"),
        ({"status": 503, "headers": {"retry-after": "30"}}, "503 while the database can be reached"),
        ({"path": COMPOSED, "status": 503, "headers": {}}, "503 without Retry-After"),
        ({"headers": DATES}, "no validators"),
        ({"headers": {"etag": '"a"', "last-modified": DATES["date"], "date": DATES["last-modified"]}}, "Last-Modified"),
    ],
)
def test_problems_are_reported(checker: AnswerChecker, fields: Mapping[str, object], problem: str) -> None:
    checker.check(make_exchange(**fields))  # type: ignore[arg-type]
    assert [each for each in checker.problems if each.startswith(problem)]
    assert len(checker.problems) == 1


def test_an_etag_with_two_bodies_is_reported(checker: AnswerChecker) -> None:
    for body in (OLD, CURRENT):
        checker.check(make_exchange(body, path="/other", headers={"etag": '"a"', **DATES}))
    assert checker.problem_counts == {"ETag with two bodies": 1}


def test_a_connection_that_goes_back_is_reported(checker: AnswerChecker) -> None:
    for body in (OLD, CURRENT, OLD):
        checker.check(make_exchange(body, started=REPLACED + 0.5))
    assert checker.problem_counts == {"went back": 1}


def test_a_fault_of_the_database_excuses_old_and_missing_answers(checker: AnswerChecker, faults: FaultLog) -> None:
    rejection = make_exchange(status=503, headers={"retry-after": "30"})
    faults.begin("hang", REPLACED + 0.5, is_of_database=True)
    checker.check(rejection)
    checker.check(make_exchange(OLD))
    assert checker.problems == []
    faults.end(REPLACED + 3)
    checker.check(make_exchange(OLD, started=REPLACED + 20, connection=(2, 1)))
    checker.check(msgspec.structs.replace(rejection, started=REPLACED + 20, received=REPLACED + 20))
    assert checker.problem_counts == {"stale": 1, "503 while the database can be reached": 1}


def test_a_document_in_memory_is_expected_during_a_fault(checker: AnswerChecker, faults: FaultLog) -> None:
    faults.begin("hang", REPLACED + 60, is_of_database=True)
    checker.check(make_exchange(started=REPLACED + 59))
    for connection in ((1, 1), (1, 2)):
        headers = {"retry-after": "30"}
        checker.check(make_exchange(started=REPLACED + 61, connection=connection, status=503, headers=headers))
    assert checker.problem_counts == {"503 for a document in memory": 1}


def test_a_killed_worker_excuses_broken_answers(checker: AnswerChecker, faults: FaultLog) -> None:
    faults.kill_worker(LATER)
    checker.check(make_exchange(status=0))
    assert checker.problems == []


@contextmanager
def damaging(body: bytes, etag: str) -> Iterator[int]:
    """Run a server that answers every request with the same body and validators, whatever the catalog has."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(200)
            for name, value in (("ETag", etag), ("Last-Modified", DATES["date"]), ("Content-Encoding", "gzip")):
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (gzip.compress(OLD, mtime=0), "stale"),
        (gzip.compress(UNSEEN, mtime=0), "unknown body"),
        (gzip.compress(CURRENT, mtime=0)[:-4], "torn"),
        (gzip.compress(CURRENT[:-3], mtime=0), "torn"),
    ],
    ids=["old", "unseen", "cut gzip", "cut XML"],
)
def test_answers_of_a_damaged_server_are_reported(checker: AnswerChecker, body: bytes, problem: str) -> None:
    with damaging(body, '"a"') as port:
        client = Client(1, port, [FEED], pause_seconds=0, record=checker.check)
        client.read("gzip", FEED)
        client.disconnect()
    assert problem in checker.problem_counts


@pytest.mark.parametrize(
    ("memory", "is_flat"), [((), True), ((1, 5, 5, 5), True), ((5, 5, 5, 6), False), ((9, 9, 5, 5, 5, 5, 5, 5), True)]
)
def test_growing_memory_is_reported(memory: tuple[float, ...], is_flat: bool) -> None:  # noqa: FBT001 a parameter of pytest
    assert msgspec.structs.replace(RESULT, memory=memory).is_flat == is_flat


def test_edits_go_on_for_ever(tmp_path: Path) -> None:
    editor = Editor(tmp_path / "articles", invent_history(tmp_path / "invented"))
    files = {path.name for path in editor.folder.iterdir()}
    for _ in range(500):
        editor.edit()
    assert editor.edits == 500
    assert {path.name for path in editor.folder.iterdir()} <= files | {path.name for path in tmp_path.rglob("*.md")}


def test_every_fault_has_a_name_of_its_own() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 20


@pytest.mark.timeout(300 + 2 * SECONDS)
def test_our_server_has_no_problems() -> None:
    result = CliRunner().invoke(main, ["soak", "--seconds", str(SECONDS), "--readers", "4"])
    assert result.exit_code == 0, result.output
    assert "problems: 0\n" in result.output
    assert re.search(r"(?m)^\| answers: 200 \| [\d,]+ \|$", result.output)
    assert not re.search(r"answers: (5\d\d|broken)", result.output)
