"""The throttle admits one thread at a time, lets a few wait, and rejects the rest at once."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier, Event

import pytest

from feeds.model.errors import OverloadError
from feeds.web.throttle import MAX_PAUSE_SECONDS, PATIENCE_SECONDS, SHARE, Throttle


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
            with pytest.raises(OverloadError):
                throttle.check()
        may_go_on.set()
        passing.result()
    throttle.check()
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


class FakeTimer:
    """A clock that only sleep and work advance."""

    def __init__(self) -> None:
        self.now = 0.0
        self.worked = 0.0

    def monotonic(self) -> float:
        return self.now

    def thread_time(self) -> float:
        return self.worked

    def sleep(self, seconds: float, /) -> None:
        self.now += seconds

    def work(self, seconds: float) -> None:
        self.now += seconds
        self.worked += seconds


def list_admissions(throttle: Throttle, timer: FakeTimer, *pieces: float) -> list[float]:
    """Pass once for each piece of work, in seconds; return the times of admission."""
    admissions = []
    for seconds in pieces:
        with throttle.admit():
            admissions.append(timer.now)
            timer.work(seconds)
    return admissions


def test_throttled_work_gets_a_share_of_the_time() -> None:
    timer = FakeTimer()
    throttle = Throttle(max_waiting=0, burst_seconds=0, patience_seconds=10, timer=timer)
    admissions = list_admissions(throttle, timer, *[0.1] * 4)
    assert [later - earlier for earlier, later in pairwise(admissions)] == pytest.approx([0.1 / SHARE] * 3)


def test_after_a_quiet_period_many_pass_at_once() -> None:
    timer = FakeTimer()
    throttle = Throttle(max_waiting=0, burst_seconds=1, timer=timer)
    first = list_admissions(throttle, timer, *[0.25] * 5)
    assert first == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    timer.sleep(1 / SHARE)
    assert list_admissions(throttle, timer, 0.25) == [timer.now - 0.25]


def test_an_expensive_piece_of_work_locks_out_others_for_a_limited_time() -> None:
    timer = FakeTimer()
    throttle = Throttle(max_waiting=0, patience_seconds=10, timer=timer)
    assert list_admissions(throttle, timer, 27, 0, 0) == pytest.approx(
        [0, 27 + MAX_PAUSE_SECONDS, 27 + MAX_PAUSE_SECONDS]
    )


def test_a_thread_that_would_wait_too_long_is_rejected_at_once() -> None:
    timer = FakeTimer()
    throttle = Throttle(max_waiting=0, burst_seconds=0, timer=timer)
    list_admissions(throttle, timer, 1.5 * SHARE * PATIENCE_SECONDS)
    before = timer.now
    with pytest.raises(OverloadError):
        throttle.check()
    with pytest.raises(OverloadError), throttle.admit():
        raise AssertionError("nobody is let through")
    assert timer.now == before
    timer.sleep(0.6 * PATIENCE_SECONDS)
    throttle.check()
    assert list_admissions(throttle, timer, 0) == pytest.approx([1.5 * PATIENCE_SECONDS])


def test_a_thread_waits_only_so_long_for_the_one_inside() -> None:
    throttle = Throttle(max_waiting=1, patience_seconds=0.01)
    with ThreadPoolExecutor(1) as pool, throttle.admit(), pytest.raises(OverloadError):
        pool.submit(lambda: list_admissions(throttle, FakeTimer(), 0)).result(30)
    assert list_admissions(throttle, FakeTimer(), 0) == [0]
