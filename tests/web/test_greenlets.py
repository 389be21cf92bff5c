"""Work for greenlets runs in real threads, and requests of one connection take turns with others."""

import threading
from socket import socket, socketpair
from threading import Event

import gevent
import pytest

from feeds.model.errors import NotFoundError, OverloadError
from feeds.web import greenlets
from feeds.web.greenlets import FairServing, finish_request, run_in_thread


def test_without_greenlets_work_is_done_directly() -> None:
    assert run_in_thread(threading.get_ident) == threading.get_ident()


def test_a_greenlet_lets_a_thread_do_the_work_while_others_go_on() -> None:
    is_called = Event()

    def work() -> int:
        is_called.wait(30)
        return threading.get_ident()

    working = gevent.spawn(run_in_thread, work)
    gevent.spawn(is_called.set)
    assert working.get() != threading.get_ident()


def test_an_error_reaches_the_greenlet_and_nothing_else(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise NotFoundError("Nothing here.")

    def catch() -> str:
        with pytest.raises(NotFoundError) as caught:
            run_in_thread(fail)
        return str(caught.value)

    assert gevent.spawn(catch).get() == "Nothing here."
    assert capfd.readouterr() == ("", "")


def test_a_greenlet_waits_only_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(greenlets, "WORK_SECONDS", 0.01)
    may_end = Event()

    def wait() -> str:
        with pytest.raises(OverloadError) as caught:
            run_in_thread(may_end.wait)
        return str(caught.value)

    assert gevent.spawn(wait).get() == "This takes too long at the moment. Please try again soon."
    may_end.set()


def answer(environ: dict[str, object], _start_response: object) -> list[bytes]:
    return [str(environ["name"]).encode()]


def test_a_connection_lets_others_go_first_after_some_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(greenlets, "REQUESTS_PER_TURN", 2)
    answered: list[bytes] = []
    app = FairServing(answer)

    def send(name: str, times: int) -> None:
        with socket() as connection:
            for _ in range(times):
                answered.extend(app({"name": name, "gunicorn.socket": connection}, lambda *_: lambda _: None))

    gevent.joinall([gevent.spawn(send, "many", 4), gevent.spawn(send, "one", 1)])
    assert answered == [b"many", b"many", b"one", b"many", b"many"]


def test_only_clients_with_an_unfinished_response_are_disconnected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(greenlets, "CLIENT_SECONDS", 0)
    monkeypatch.setattr(greenlets, "CHECK_SECONDS", 0.01)
    app = FairServing(answer)

    def read(theirs: socket) -> bytes:
        theirs.settimeout(0.1)
        try:
            return theirs.recv(1)
        except TimeoutError:
            return b"connected"

    (idle, idle_client), (slow, slow_client) = socketpair(), socketpair()
    with idle, idle_client, slow, slow_client:
        for connection in (idle, slow):
            app({"name": "", "gunicorn.socket": connection}, lambda *_: lambda _: None)
        assert finish_request({"gunicorn.socket": idle})
        gevent.sleep(0.05)
        assert [read(idle_client), read(slow_client)] == [b"connected", b""]
        assert finish_request({"gunicorn.socket": slow})
