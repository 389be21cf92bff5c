"""Convert between aware datetimes and whole seconds since 1970-01-01T00:00:00Z, as the catalog keeps moments."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

SECONDS_OF_DAY = 86_400


def to_seconds(moment: datetime) -> int:
    """Give the whole seconds of an aware datetime, downwards."""
    return int(moment.timestamp() // 1)


def from_seconds(seconds: int) -> datetime:
    """Give the aware datetime, in UTC."""
    return datetime.fromtimestamp(seconds, tz=UTC)


def find_day(seconds: int) -> int:
    """Give the UTC day of a moment, counted from 1970-01-01."""
    return seconds // SECONDS_OF_DAY


class Clock(msgspec.Struct, frozen=True):
    """Where the present moment comes from, and how to wait; tests bring their own."""

    now: Callable[[], datetime]
    sleep: Callable[[float], object]


SYSTEM_CLOCK = Clock(now=lambda: datetime.now(UTC), sleep=time.sleep)
