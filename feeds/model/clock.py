"""Convert between aware datetimes and the catalog's timestamps: whole seconds since 1970-01-01T00:00:00Z."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

SECONDS_PER_DAY = 86_400


def to_seconds(date: datetime) -> int:
    """Return the timestamp of an aware datetime, rounded down."""
    return int(date.timestamp() // 1)


def from_seconds(seconds: int) -> datetime:
    """Return the aware datetime of a timestamp, in UTC."""
    return datetime.fromtimestamp(seconds, tz=UTC)


def find_day(seconds: int) -> int:
    """Return the UTC day of a timestamp, counted from 1970-01-01."""
    return seconds // SECONDS_PER_DAY


class Clock(msgspec.Struct, frozen=True):
    """The source of the current time, and a way to wait; tests pass their own clock."""

    now: Callable[[], datetime]
    sleep: Callable[[float], object]


SYSTEM_CLOCK = Clock(now=lambda: datetime.now(UTC), sleep=time.sleep)
