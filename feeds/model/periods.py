"""Name the stretches of time that digests are about: days, and weeks as ISO 8601 has them, all in UTC."""

from datetime import date, timedelta
from enum import StrEnum

_EPOCH = date(1970, 1, 1)
_DAYS_OF_WEEK = 7
_EPOCH_WEEKDAY = 3  # a Thursday, where weeks begin with Monday


class Cycle(StrEnum):
    """How often a digest comes; the value stands for it in URLs.

    Days are counted from 1970-01-01, and issues, of one day or one week, from the one that this day is in.
    """

    DAILY = "daily"
    WEEKLY = "weekly"

    def issue_of(self, day: int) -> int:
        """Give the issue that a day belongs to."""
        return day if self is Cycle.DAILY else (day + _EPOCH_WEEKDAY) // _DAYS_OF_WEEK

    def days_of(self, issue: int) -> range:
        """Give the days of an issue."""
        first = issue if self is Cycle.DAILY else issue * _DAYS_OF_WEEK - _EPOCH_WEEKDAY
        return range(first, first + (1 if self is Cycle.DAILY else _DAYS_OF_WEEK))

    def name_of(self, issue: int) -> str:
        """Name an issue, as ISO 8601 does: `2026-11-20` or `2026-W47`."""
        first = date_of(self.days_of(issue).start)
        if self is Cycle.DAILY:
            return first.isoformat()
        year, week, _ = first.isocalendar()
        return f"{year}-W{week:02}"


def date_of(day: int) -> date:
    """Give the date of a day."""
    return _EPOCH + timedelta(days=day)
