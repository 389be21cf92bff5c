"""Format dates as RFC 3339 and RFC 822, and days for people, in every locale and time zone of the process."""

from datetime import UTC, date, datetime

# The locale of the process has its own month names, and must not change the bytes of a document.
_MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)


def format_rfc3339(timestamp: datetime) -> str:
    """Format an aware `timestamp` in UTC and whole seconds, as `2020-12-22T16:15:00Z` (RFC 4287 section 3.3)."""
    return timestamp.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def format_rfc822(timestamp: datetime) -> str:
    """Format an aware `timestamp` in UTC, as `Tue, 22 Dec 2020 16:15:00 GMT`: validators refuse `UTC`."""
    utc = timestamp.astimezone(UTC)
    # `ctime` writes `Tue Dec 22 16:15:00 2020` in every locale; `email.utils` takes twice as long for the date.
    weekday, month, _, time, year = utc.ctime().split()
    return f"{weekday}, {utc.day:02} {month} {year} {time} GMT"


def format_day(timestamp: date) -> str:
    """Format a day, or the day of an aware UTC timestamp, for people, as `22 December 2020`."""
    return f"{timestamp.day} {_MONTHS[timestamp.month - 1]} {timestamp.year}"
