"""Write moments the two ways feeds want them, whatever the process's locale and time zone."""

from datetime import UTC, datetime
from email.utils import format_datetime


def format_rfc3339(moment: datetime) -> str:
    """Write an aware `moment` in UTC and whole seconds, as `2020-12-22T16:15:00Z` (RFC 4287 section 3.3)."""
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def format_rfc822(moment: datetime) -> str:
    """Write an aware `moment` in UTC, as `Tue, 22 Dec 2020 16:15:00 GMT`: validators refuse `UTC`."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)
