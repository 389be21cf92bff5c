"""Work for greenlets runs in real threads, and requests of one connection take turns with others."""

import threading
from threading import Event

import gevent
import pytest

from feeds.model.errors import NotFoundError, OverloadError
from feeds.web import greenlets
from feeds.web.greenlets import FairServing, run_in_thread


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


class Connection:
    def settimeout(self, _seconds: float) -> None:
        """Do nothing."""


def test_a_connection_lets_others_go_first_before_its_second_request() -> None:
    answered: list[str] = []

    def answer(environ: dict[str, object], _start_response: object) -> list[bytes]:
        answered.append(str(environ["name"]))
        return []

    app = FairServing(answer)

    def send(name: str, times: int) -> None:
        connection = Connection()
        for _ in range(times):
            app({"name": name, "gunicorn.socket": connection}, lambda *_: lambda _: None)

    gevent.joinall([gevent.spawn(send, "many", 4), gevent.spawn(send, "one", 1)])
    assert answered == ["many", "one", "many", "many", "many"]
