"""Read the dates of posts as the tools do, in front matter and in names of files."""

import re
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from feeds.model.values import read_date

_FILE_DATE = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)[-_](.+)", re.DOTALL | re.ASCII)
_FOLDER_DATE = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)", re.ASCII)
_DATE = re.compile(r"(\d{4})[-/.](\d\d?)[-/.](\d\d?)", re.ASCII)
_TIME = re.compile(r"(?:T|[ \t]+)(\d\d?):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?[ \t]*([AaPp][Mm])?", re.ASCII)
_ZONE = re.compile(r"[ \t]*(?:([-+])(\d\d?):?(\d\d)?|([A-Za-z]{1,5}))", re.ASCII)
_ZONE_AT_END = re.compile(r"[-+]\d\d:?\d\d$", re.ASCII)
_DAY, _MONTH = r"(\d\d?)(?:st|nd|rd|th)?", r"([A-Za-z]{3,9})\.?"
_WORDS = re.compile(
    rf"(?:[A-Za-z]{{3,9}},?[ \t]+)??(?:{_MONTH}[ \t]+{_DAY}|{_DAY}[ \t]+{_MONTH}),?[ \t]+(\d{{4}}),?", re.ASCII
)
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1
    )
}
_ZONE_HOURS = {
    "z": 0, "utc": 0, "gmt": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "cet": 1, "cest": 2, "bst": 1, "jst": 9,
}  # fmt: skip
_NOON = 12
_MAX_CHARACTERS = 100


def read_post_date(text: str, zone: tzinfo) -> datetime | None:
    """Read a date in one of the forms that the tools read, with its offset; a time without an offset is in `zone`.

    Besides ISO 8601 these are such as `2020-12-31 10:00 +0100`, `2020/12/31`, `Dec 31 2020`, `31 December 2020`, and
    RFC 2822.
    """
    date = _read_date(text.strip(), zone)
    # In another time zone, the date of the first or last year may have no year.
    return date if date and MINYEAR < date.year < MAXYEAR else None


def _read_date(text: str, zone: tzinfo) -> datetime | None:
    if len(text) > _MAX_CHARACTERS:
        return None
    if date := _DATE.match(text):
        return _add_time(text[date.end() :], (int(date[1]), int(date[2]), int(date[3])), zone)
    if (words := _WORDS.match(text)) and (month := _MONTHS.get((words[1] or words[4])[:3].lower())):
        day = (int(words[5]), month, int(words[2] or words[3]))
        return _add_time(text[words.end() :], day, zone)
    return _read_other(text)


def split_dated_name(name: str) -> tuple[str, str]:
    """Split the name of a file or folder without suffix into its date, in ISO 8601, and its slug.

    Without a date, the first text is empty, and the second is the name.
    """
    match = _FILE_DATE.fullmatch(name) or _FOLDER_DATE.fullmatch(name)
    if match is None or read_date("-".join(match.group(1, 2, 3))) is None:
        return "", name
    year, month, day = match.group(1, 2, 3)
    return f"{year}-{month:0>2}-{day:0>2}", match[4] if match.lastindex == len("ymds") else ""


@lru_cache(maxsize=64)
def find_zone(name: str) -> tzinfo:
    """Return a time zone by its name such as `Europe/Berlin`; UTC if the name is empty or unknown."""
    if not name:
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return UTC


def _add_time(rest: str, day: tuple[int, int, int], zone: tzinfo) -> datetime | None:
    hour = minute = second = 0
    if time := _TIME.match(rest):
        hour, minute, second = int(time[1]), int(time[2]), int(time[3] or 0)
        if time[4]:
            hour = hour % _NOON + (_NOON if time[4].lower() == "pm" else 0)
        rest = rest[time.end() :]
    if rest.strip():
        # Ruby skips what it does not understand between a time and an offset, such as a second year.
        at_end = _ZONE_AT_END.search(rest) if time else None
        found = _ZONE.fullmatch(rest) or (at_end and _ZONE.fullmatch(at_end[0]))
        given = _read_zone(found) if found else None
        if given is None:
            return None
        zone = given
    try:
        return datetime(*day, hour, minute, min(second, 59), tzinfo=zone)
    except ValueError:
        return None


def _read_zone(match: re.Match[str]) -> timezone | None:
    if match[4]:
        hours = _ZONE_HOURS.get(match[4].lower())
        return None if hours is None else timezone(timedelta(hours=hours))
    offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    try:
        return timezone(-offset if match[1] == "-" else offset)
    except ValueError:
        return None


def _read_other(text: str) -> datetime | None:
    if date := read_date(text):
        return date
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
