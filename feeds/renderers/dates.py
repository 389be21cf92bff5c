"""Format dates as RFC 3339 and RFC 822, in every locale and time zone of the process."""

from datetime import UTC, datetime


def format_rfc3339(timestamp: datetime) -> str:
    """Format an aware `timestamp` in UTC and whole seconds, as `2020-12-22T16:15:00Z` (RFC 4287 section 3.3)."""
    return timestamp.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def format_rfc822(timestamp: datetime) -> str:
    """Format an aware `timestamp` in UTC, as `Tue, 22 Dec 2020 16:15:00 GMT`: validators refuse `UTC`."""
    utc = timestamp.astimezone(UTC)
    # `ctime` writes `Tue Dec 22 16:15:00 2020` in every locale; `email.utils` takes twice as long for the date.
    weekday, month, _, time, year = utc.ctime().split()
    return f"{weekday}, {utc.day:02} {month} {year} {time} GMT"
