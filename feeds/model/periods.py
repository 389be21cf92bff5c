"""Count and name the periods of digests: days, and weeks as ISO 8601 defines them, in UTC."""

from datetime import date, timedelta
from enum import StrEnum

MAX_STORIES = 15
"""The maximum number of stories of an issue."""

_EPOCH = date(1970, 1, 1)
_DAYS_PER_WEEK = 7
_EPOCH_WEEKDAY = 3  # a Thursday; weeks start on Monday


class Cycle(StrEnum):
    """How often a digest appears; URLs contain the value.

    Days are counted from 1970-01-01. Issues, of a day or a week, are counted from the issue with 1970-01-01.
    """

    DAILY = "daily"
    WEEKLY = "weekly"

    @property
    def max_issues(self) -> int:
        """The maximum number of issues in a feed."""
        return 30 if self is Cycle.DAILY else 10

    def find_issue(self, day: int) -> int:
        """Return the issue for a day."""
        return day if self is Cycle.DAILY else (day + _EPOCH_WEEKDAY) // _DAYS_PER_WEEK

    def list_days(self, issue: int) -> range:
        """Return the days of an issue."""
        first = issue if self is Cycle.DAILY else issue * _DAYS_PER_WEEK - _EPOCH_WEEKDAY
        return range(first, first + (1 if self is Cycle.DAILY else _DAYS_PER_WEEK))

    def name_issue(self, issue: int) -> str:
        """Name an issue as in ISO 8601: `2026-11-20` or `2026-W47`."""
        first = find_date(self.list_days(issue).start)
        if self is Cycle.DAILY:
            return first.isoformat()
        year, week, _ = first.isocalendar()
        return f"{year}-W{week:02}"


def find_date(day: int) -> date:
    """Return the date of a day."""
    return _EPOCH + timedelta(days=day)
