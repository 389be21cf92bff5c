"""Connecting to a server that is full or silent, and the difference between a slow and a silent server."""

import socket
from collections.abc import Callable
from contextlib import closing
from itertools import chain

import psycopg
import pytest
from psycopg.errors import ConnectionFailure, ConnectionTimeout

from feeds.catalog import postgresql as module
from feeds.catalog.catalog import Catalog
from feeds.catalog.database import ConnectionLimits
from feeds.catalog.postgresql import ServerState, SilenceCheck, WatchedConnection, connect
from feeds.model.errors import CatalogSilentError

FULL = psycopg.OperationalError('connection failed: FATAL:  too many connections for role "feeds"')
REFUSED = psycopg.OperationalError("connection failed: Connection refused")
QUICK = ConnectionLimits(connections=1, queue_seconds=0.1, answer_seconds=0.1)


def answer_with(*errors: psycopg.Error) -> tuple[Callable[[], WatchedConnection], WatchedConnection]:
    """Return a function that raises one error after the other, and then returns a connection; and the connection."""
    left = list(errors)
    connection = WatchedConnection.__new__(WatchedConnection)

    def open_connection() -> WatchedConnection:
        if left:
            raise left.pop(0)
        return connection

    return open_connection, connection


def refuse_to_check(_connection: WatchedConnection) -> Callable[[float], object]:
    raise AssertionError("nobody waits")


def test_a_full_server_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FULL_PAUSE_SECONDS", 0)
    open_connection, connection = answer_with(FULL, FULL)
    assert connect(open_connection, start_check=refuse_to_check, full_seconds=60) is connection
    with pytest.raises(AssertionError, match="nobody waits"):
        connection.start_check()


@pytest.mark.parametrize(("error", "full_seconds"), [(FULL, 0), (REFUSED, 60)])
def test_other_errors_and_a_server_that_stays_full_are_reported(error: psycopg.Error, full_seconds: float) -> None:
    open_connection, _ = answer_with(error)
    with pytest.raises(psycopg.OperationalError) as caught:
        connect(open_connection, start_check=refuse_to_check, full_seconds=full_seconds)
    assert caught.value is error


def test_a_silent_server_is_tried_again_for_those_who_wait() -> None:
    answers = iter([True, True, False])
    open_connection, _ = answer_with(*[ConnectionTimeout("connection timeout expired")] * 3)
    with pytest.raises(ConnectionFailure, match="connection timeout expired"):
        connect(open_connection, start_check=refuse_to_check, full_seconds=60, wait_on=lambda: next(answers))
    assert list(answers) == []


def test_a_reader_gives_up_connecting_to_a_silent_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://reader:hunter2@127.0.0.1:{silent.getsockname()[1]}/feeds"
        with closing(Catalog(url, limits=QUICK)) as catalog:
            catalog.check_answers()
            with pytest.raises(CatalogSilentError, match=r"does not answer: no answer for 0\.1 seconds\.$") as caught:
                catalog.reading().__enter__()
            assert "hunter2" not in str(caught.value)
            with pytest.raises(CatalogSilentError):
                catalog.check_answers()


def check_until(seconds: float, check: SilenceCheck) -> None:
    """Check ten times per second, from 0 on."""
    for tenth in range(round(seconds * 10)):
        check.check(tenth / 10)


def test_a_slow_server_is_asked_less_and_less_often() -> None:
    asked: list[bool] = []

    def ask() -> ServerState:
        asked.append(True)
        return ServerState.BUSY

    check_until(100, SilenceCheck(ask, refuse_to_wait))
    assert len(asked) == 5


def refuse_to_wait() -> bool:
    return False


def test_a_silent_server_ends_the_wait_of_those_who_cannot_wait() -> None:
    with pytest.raises(ConnectionFailure, match="no answer for 5 seconds"):
        check_until(100, SilenceCheck(lambda: ServerState.SILENT, refuse_to_wait))


def test_a_silent_server_is_reported_until_it_answers_others_and_then_the_answer_must_come() -> None:
    answers = chain([ServerState.SILENT] * 3, [ServerState.BUSY] * 9)
    reports: list[bool] = []

    def wait_on() -> bool:
        reports.append(True)
        return True

    check = SilenceCheck(lambda: next(answers), wait_on)
    check_until(8.5, check)
    assert len(reports) == 3
    with pytest.raises(ConnectionFailure, match="the connection was lost"):
        check_until(60, check)


def test_an_idle_servers_answer_is_lost() -> None:
    with pytest.raises(ConnectionFailure, match="the connection was lost"):
        check_until(6.1, SilenceCheck(lambda: ServerState.IDLE, refuse_to_wait))


def test_an_idle_servers_answer_may_be_on_its_way() -> None:
    check_until(5.9, SilenceCheck(lambda: ServerState.IDLE, refuse_to_wait))
