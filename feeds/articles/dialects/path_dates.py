"""Write parts of dates in paths, in English whatever the locale is."""

import re
from datetime import datetime

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DIRECTIVE = re.compile(r"%(-?)([A-Za-z%])")
# The parts of a layout, longest first: https://pkg.go.dev/time#pkg-constants.
_GO_PART = re.compile("January|Jan|Monday|Mon|2006|002|__2|_2|01|02|03|04|05|06|15|1|2|3|4|5")
_GO_DIRECTIVES = {
    "January": "%B",
    "Jan": "%b",
    "Monday": "%A",
    "Mon": "%a",
    "2006": "%Y",
    "06": "%y",
    "01": "%m",
    "1": "%-m",
    "02": "%d",
    "2": "%-d",
    "002": "%j",
    "15": "%H",
    "03": "%I",
    "3": "%-I",
    "04": "%M",
    "4": "%-M",
    "05": "%S",
    "5": "%-S",
}


def format_date(date: datetime, text: str) -> str:
    """Replace the directives of strftime in a text; `%-d` is a number without zeros in front. Unknown ones stay."""
    return _DIRECTIVE.sub(lambda match: _format_directive(date, match[2], is_short=bool(match[1])) or match[0], text)


def format_go_date(date: datetime, layout: str) -> str:
    """Format a date by a layout of Go, such as `2006-01-02`."""
    return _GO_PART.sub(lambda match: format_date(date, _GO_DIRECTIVES.get(match[0], match[0])), layout)


def _format_directive(date: datetime, name: str, *, is_short: bool) -> str:
    year, week, weekday = date.isocalendar()
    values = {
        "Y": f"{date.year:04}",
        "y": f"{date.year % 100:02}",
        "C": f"{date.year // 100:02}",
        "m": f"{date.month:02}",
        "b": _MONTHS[date.month - 1][:3],
        "B": _MONTHS[date.month - 1],
        "d": f"{date.day:02}",
        "e": f"{date.day:2}",
        "j": f"{date.timetuple().tm_yday:03}",
        "H": f"{date.hour:02}",
        "I": f"{(date.hour - 1) % 12 + 1:02}",
        "M": f"{date.minute:02}",
        "S": f"{date.second:02}",
        "F": date.date().isoformat(),
        "p": "AM" if date.hour < 12 else "PM",  # noqa: PLR2004
        "a": _DAYS[weekday - 1][:3],
        "A": _DAYS[weekday - 1],
        "u": str(weekday),
        "w": str(weekday % 7),
        "V": f"{week:02}",
        "G": f"{year:04}",
        "s": str(int(date.timestamp())),
        "%": "%",
    }
    value = values.get(name, "")
    return (value.lstrip("0 ") or "0") if is_short and value else value
