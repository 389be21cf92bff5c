"""Write days for people in English, in every locale of the process."""

from datetime import date

# The locale of the process has its own month names, and must not change the bytes of a document.
_MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)


def format_day(timestamp: date) -> str:
    """Format a day, or the day of an aware UTC timestamp, for people, as `22 December 2020`."""
    return f"{timestamp.day} {_MONTHS[timestamp.month - 1]} {timestamp.year}"


def format_short_day(timestamp: date) -> str:
    """Format a day without the year, as `22 Dec`."""
    return f"{timestamp.day} {_MONTHS[timestamp.month - 1][:3]}"
