"""The throttle admits one thread at a time, lets a few wait, and rejects the rest at once."""

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier, Event

import pytest

from feeds.model.errors import OverloadError
from feeds.web.throttle import SHARE, Throttle


def test_further_threads_are_rejected_at_once() -> None:
    throttle = Throttle(max_waiting=0)
    is_inside, may_go_on = Event(), Event()

    def pass_through() -> None:
        with throttle.admit():
            is_inside.set()
            may_go_on.wait(30)

    with ThreadPoolExecutor(1) as pool:
        passing = pool.submit(pass_through)
        assert is_inside.wait(30)
        for _ in range(3):
            with pytest.raises(OverloadError), throttle.admit():
                raise AssertionError("nobody else is let through")
        may_go_on.set()
        passing.result()
    with throttle.admit():
        pass


def test_two_threads_are_never_inside() -> None:
    throttle = Throttle(max_waiting=7)
    barrier = Barrier(8)
    inside: list[int] = []

    def pass_through(number: int) -> int:
        barrier.wait()
        with throttle.admit():
            inside.append(number)
            crowd = len(inside)
            Event().wait(0.001)
            inside.remove(number)
        return crowd

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(pass_through, range(8))) == {1}


def test_an_error_inside_releases_the_throttle() -> None:
    throttle = Throttle(max_waiting=0)
    for _ in range(3):
        with pytest.raises(ValueError, match="of its own"), throttle.admit():
            raise ValueError("of its own")


def pass_through(throttle: Throttle, *, seconds: float, times: int) -> list[float]:
    """Pass `times` times with `seconds` of work each; return the time of each admission."""
    times_admitted: list[float] = []
    for _ in range(times):
        with throttle.admit():
            times_admitted.append(time.monotonic())
            begun = time.thread_time()
            while time.thread_time() < begun + seconds:
                pass
    return times_admitted


def test_throttled_work_gets_a_share_of_the_time() -> None:
    times_admitted = pass_through(Throttle(max_waiting=0, burst_seconds=0), seconds=0.005, times=4)
    assert all(later - earlier >= 0.9 * 0.005 / SHARE for earlier, later in pairwise(times_admitted))


def test_after_a_quiet_period_many_pass_at_once() -> None:
    throttle = Throttle(max_waiting=0, burst_seconds=0.05)
    at_once = pass_through(throttle, seconds=0.01, times=5)
    assert at_once[-1] - at_once[0] < 0.01 / SHARE
    later = pass_through(throttle, seconds=0.01, times=2)
    assert later[-1] - at_once[-1] >= 0.5 * 0.01 / SHARE
