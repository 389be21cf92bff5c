"""One at a time is let through, a few wait, and the rest are told so at once."""

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier, Event

import pytest

from feeds.model.errors import OverloadError
from feeds.web.throttle import SHARE, Throttle


def test_who_would_have_to_wait_in_vain_is_turned_away() -> None:
    turnstile = Throttle(max_waiting=0)
    is_inside, may_go_on = Event(), Event()

    def pass_through() -> None:
        with turnstile.passing():
            is_inside.set()
            may_go_on.wait(30)

    with ThreadPoolExecutor(1) as pool:
        passing = pool.submit(pass_through)
        assert is_inside.wait(30)
        for _ in range(3):
            with pytest.raises(OverloadError), turnstile.passing():
                raise AssertionError("nobody else is let through")
        may_go_on.set()
        passing.result()
    with turnstile.passing():
        pass


def test_never_are_two_inside() -> None:
    turnstile = Throttle(max_waiting=7)
    barrier = Barrier(8)
    inside: list[int] = []

    def pass_through(number: int) -> int:
        barrier.wait()
        with turnstile.passing():
            inside.append(number)
            crowd = len(inside)
            Event().wait(0.001)
            inside.remove(number)
        return crowd

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(pass_through, range(8))) == {1}


def test_an_error_inside_opens_it_again() -> None:
    turnstile = Throttle(max_waiting=0)
    for _ in range(3):
        with pytest.raises(ValueError, match="of its own"), turnstile.passing():
            raise ValueError("of its own")


def pass_through(turnstile: Throttle, *, seconds: float, times: int) -> list[float]:
    """Pass so often, each time at work for so long; give the moments."""
    moments: list[float] = []
    for _ in range(times):
        with turnstile.passing():
            moments.append(time.monotonic())
            begun = time.thread_time()
            while time.thread_time() < begun + seconds:
                pass
    return moments


def test_in_the_long_run_only_a_share_of_the_time_is_taken() -> None:
    moments = pass_through(Throttle(max_waiting=0, burst_seconds=0), seconds=0.005, times=4)
    assert all(later - earlier >= 0.9 * 0.005 / SHARE for earlier, later in pairwise(moments))


def test_after_a_quiet_time_many_pass_at_once() -> None:
    turnstile = Throttle(max_waiting=0, burst_seconds=0.05)
    at_once = pass_through(turnstile, seconds=0.01, times=5)
    assert at_once[-1] - at_once[0] < 0.01 / SHARE
    later = pass_through(turnstile, seconds=0.01, times=2)
    assert later[-1] - at_once[-1] >= 0.5 * 0.01 / SHARE
