"""Requests are observed once each, whoever answers them, and reach every consumer."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping

import pytest
from flask.testing import FlaskClient

from feeds.catalog.catalog import Catalog
from feeds.web import request_log as module
from feeds.web.app import ServerOptions, create_app
from feeds.web.request_kind import RequestKind
from feeds.web.request_log import AnsweredRequest, RequestLog
from tests.support.app import CLOCK, make_settings

REQUEST = AnsweredRequest(
    ("/feed.atom", ""), 200, 3, "GET", "Reader/1.0", is_conditional=False, address="", seconds=None
)


class Recorder:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.requests: list[AnsweredRequest] = []
        self.closed = 0

    def add(self, requests: Mapping[AnsweredRequest, int]) -> None:
        self.requests += Counter(requests).elements()

    def close(self) -> None:
        self.closed += 1


class Failing(Recorder):
    """Fails always."""

    def add(self, requests: Mapping[AnsweredRequest, int]) -> None:
        super().add(requests)
        raise OSError("no space left")

    def close(self) -> None:
        raise OSError("no space left")


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def log(recorder: Recorder) -> Iterator[RequestLog]:
    log = RequestLog([recorder])
    yield log
    log.stop()


@pytest.fixture
def client(catalog: Catalog, log: RequestLog) -> FlaskClient:
    return create_app(make_settings(), catalog, clock=CLOCK, options=ServerOptions(request_log=log)).test_client()


def without_time(recorder: Recorder) -> list[AnsweredRequest]:
    return [each._replace(time=0) for each in recorder.requests]


def test_every_answer_is_observed_once(client: FlaskClient, log: RequestLog, recorder: Recorder) -> None:
    first = client.get("/feed.atom?utm_source=x", headers={"User-Agent": "Reader/1.0"})
    again = client.get("/feed.atom", headers={"If-None-Match": first.headers["ETag"], "User-Agent": "Reader/2.0"})
    client.head("/feed.atom")
    client.get("/topics/AI.atom?limit=2&utm_source=x")
    client.get("/topics/nope.atom?token=x")
    client.get("/healthz")
    client.post("/feed.atom")
    log.drain()
    found = [(each.method, each.key, each.status, each.size, each.is_conditional) for each in recorder.requests]
    assert found == [
        ("GET", ("/feed.atom", ""), 200, len(first.data), False),
        ("GET", ("/feed.atom", ""), 304, 0, True),
        ("HEAD", ("/feed.atom", ""), 200, 0, False),
        ("GET", ("/topics/AI.atom", ""), 301, found[3][3], False),
        ("GET", ("/topics/nope.atom", ""), 404, found[4][3], False),
        ("GET", ("/healthz", ""), 200, found[5][3], False),
        ("POST", ("/feed.atom", ""), 405, found[6][3], False),
    ]
    assert again.status_code == 304
    assert [each.user_agent for each in recorder.requests[:2]] == ["Reader/1.0", "Reader/2.0"]
    assert [each.seconds is None for each in recorder.requests] == [False, True, True, False, False, False, False]
    assert {each.address for each in recorder.requests} == {"127.0.0.1"}


def test_the_fast_path_and_the_app_observe_the_same(client: FlaskClient, log: RequestLog, recorder: Recorder) -> None:
    for query in (
        "",
        "",
        "?min_quality=70&related=links",
        "?related=links&min_quality=70",
        "?min_quality=70&related=links",
    ):
        client.get(f"/topics/ai.rss{query}", headers={"Accept-Encoding": "gzip"})
    log.drain()
    plain, composed = recorder.requests[:2], recorder.requests[2:]
    for requests in (plain, composed):
        assert len({each._replace(time=0, seconds=None, requested="") for each in requests}) == 1
        assert all(abs(each.time - time.time()) < 60 for each in requests)
    spelled = [each.requested for each in recorder.requests]
    assert spelled == ["", "", "", "/topics/ai.rss?related=links&min_quality=70", ""]
    assert {each.kind for each in plain} == {RequestKind.FEED}
    assert {each.kind for each in composed} == {RequestKind.COMPOSED}


def test_a_failing_consumer_costs_the_others_nothing(caplog: pytest.LogCaptureFixture, recorder: Recorder) -> None:
    log = RequestLog([Failing(), recorder])
    log.add(REQUEST)
    log.drain()
    log.stop()
    assert (without_time(recorder), recorder.closed) == ([REQUEST], 1)
    assert {record.message for record in caplog.records} == {"Cannot record answered requests."}


def test_the_rest_is_handed_over_once_at_the_end(log: RequestLog, recorder: Recorder) -> None:
    log.start()
    log.start()
    log.add(REQUEST)
    log.stop()
    log.stop()
    assert (without_time(recorder), recorder.closed) == ([REQUEST], 1)


def test_more_than_can_wait_is_dropped_and_counted(monkeypatch: pytest.MonkeyPatch, recorder: Recorder) -> None:
    monkeypatch.setattr(module, "MAX_PENDING", 2)
    log = RequestLog([recorder])
    for _ in range(5):
        log.add(REQUEST)
    log.drain()
    assert (len(recorder.requests), log.dropped) == (2, 3)
