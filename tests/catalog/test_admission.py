"""Threads are admitted in order, a few at a time, and none while the database is silent."""

from contextlib import ExitStack, suppress
from threading import Thread

import pytest

from feeds.catalog import admission as module
from feeds.catalog.admission import Admission
from feeds.model.errors import CatalogSilentError, NotFoundError, OverloadError
from tests.support.waiting import wait_until

SILENCE = CatalogSilentError("The database does not answer.")


def fail_silently(admission: Admission) -> None:
    with pytest.raises(CatalogSilentError), admission.admit():
        raise SILENCE


def start_waiting(admission: Admission, results: list[str], name: str) -> Thread:
    """Start a thread that waits for a place, and writes down its name or its rejection."""

    def enter() -> None:
        try:
            with admission.admit():
                results.append(name)
        except CatalogSilentError:
            results.append(f"{name} rejected")

    thread = Thread(target=enter)
    before = admission.waiting
    thread.start()
    wait_until(lambda: admission.waiting > before)
    return thread


def test_threads_are_admitted_in_the_order_of_their_arrival() -> None:
    admission, results = Admission(places=1), list[str]()
    with admission.admit():
        threads = [start_waiting(admission, results, name) for name in "abcdef"]
    for thread in threads:
        thread.join()
    assert results == list("abcdef")


def test_a_thread_waits_only_so_long_and_its_place_is_not_lost() -> None:
    admission = Admission(places=1, wait_seconds=0.01)
    with admission.admit(), pytest.raises(OverloadError, match="Too many requests at once"), admission.admit():
        pass
    with admission.admit():
        assert admission.waiting == 0


def test_an_error_gives_the_place_back() -> None:
    admission = Admission(places=1, wait_seconds=0.01)
    for _ in range(3):
        with pytest.raises(NotFoundError), admission.admit():
            raise NotFoundError("Nothing here.")


def test_silence_rejects_all_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 60)
    admission, results = Admission(places=1), list[str]()
    with suppress(CatalogSilentError), admission.admit():
        thread = start_waiting(admission, results, "a")
        raise SILENCE
    thread.join()
    assert results == ["a rejected"]
    with pytest.raises(CatalogSilentError, match="does not answer"):
        admission.check()
    with pytest.raises(CatalogSilentError, match="does not answer"), admission.admit():
        pass


def test_after_a_pause_a_single_thread_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0)
    admission = Admission(places=3)
    fail_silently(admission)
    with admission.admit(), pytest.raises(CatalogSilentError), admission.admit():
        pass
    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(admission.admit())


def test_a_silent_try_goes_on_rejecting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0)
    admission = Admission(places=3)
    for _ in range(3):
        fail_silently(admission)
    monkeypatch.setattr(module, "PAUSE_SECONDS", 60)
    fail_silently(admission)
    with pytest.raises(CatalogSilentError):
        admission.check()
