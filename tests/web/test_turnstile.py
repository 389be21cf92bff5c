"""One at a time is let through, a few wait, and the rest are told so at once."""

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier, Event

import pytest

from feeds.errors import OverloadError
from feeds.web.turnstile import REST, Turnstile


def test_who_would_have_to_wait_in_vain_is_turned_away() -> None:
    turnstile = Turnstile(max_waiting=0)
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
    turnstile = Turnstile(max_waiting=7)
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
    turnstile = Turnstile(max_waiting=0)
    for _ in range(3):
        with pytest.raises(ValueError, match="of its own"), turnstile.passing():
            raise ValueError("of its own")


def test_who_comes_next_waits_until_it_has_rested() -> None:
    turnstile = Turnstile(max_waiting=0)
    moments: list[float] = []
    for _ in range(3):
        with turnstile.passing():
            moments.append(time.monotonic())
            begun = time.thread_time()
            while time.thread_time() < begun + 0.01:
                pass
    assert all(later - earlier >= (1 + REST) * 0.01 for earlier, later in pairwise(moments))
