"""Count and name the periods of digests: days, and weeks as ISO 8601 defines them, in UTC."""

import re
from datetime import date, timedelta
from enum import StrEnum

MAX_STORIES = 15
"""The maximum number of stories of an issue."""

_EPOCH = date(1970, 1, 1)
_DAYS_PER_WEEK = 7
_EPOCH_WEEKDAY = 3  # a Thursday; weeks start on Monday
_WEEK = re.compile(r"([0-9]{1,4})-w([0-9]{2})", re.IGNORECASE)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


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

    def parse_issue(self, name: str) -> int | None:
        """Return the issue with a name as in ISO 8601, in any case; None if there is no such day or week."""
        try:
            if self is Cycle.DAILY:
                first = date.fromisoformat(name) if _DAY.fullmatch(name) else None
            else:
                week = _WEEK.fullmatch(name)
                first = date.fromisocalendar(int(week[1]), int(week[2]), 1) if week else None
        except ValueError:
            return None
        return self.find_issue((first - _EPOCH).days) if first else None


def find_date(day: int) -> date:
    """Return the date of a day."""
    return _EPOCH + timedelta(days=day)
