"""Recognise dates, numbers, languages and flags in the texts of fields and settings."""

import re
from datetime import UTC, datetime, timedelta, timezone

_NUMBER = re.compile(r"([-+]?[0-9]{1,9})(?:\.[0-9]*)?")
_DIGITS = re.compile("[0-9]{1,9}")
# The shape of a tag in RFC 5646 section 2.1; no list of languages.
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
# https://yaml.org/type/timestamp.html, plus offsets without a colon.
_YAML_DATE = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt]|[ \t]+)(\d\d?):(\d\d)(?::(\d\d)(?:[.,]\d*)?)?)?"
    r"(?:[ \t]*(?:[Zz]|([-+])(\d\d?)(?::?(\d\d))?))?",
    re.ASCII,
)
_LEAP_SECOND = 60
_FLAGS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def read_date(text: str) -> datetime | None:
    """Read a date in ISO 8601, RFC 3339 or YAML 1.1 as aware UTC in whole seconds; None if the text is not a date.

    A date without an offset is in UTC. A date without a time means midnight.
    """
    try:
        # Digits alone are more likely a Unix time than ISO 8601's basic form.
        date = _read_yaml_date(text) if text.isdigit() else datetime.fromisoformat(text)
    except ValueError:
        date = _read_yaml_date(text)
    return date and _to_utc(date)


def _to_utc(date: datetime) -> datetime | None:
    if date.microsecond:
        date = date.replace(microsecond=0)
    if date.tzinfo is None:
        return date.replace(tzinfo=UTC)
    try:
        return date if date.tzinfo is UTC else date.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        return None


def _read_yaml_date(text: str) -> datetime | None:
    match = _YAML_DATE.fullmatch(text)
    if match is None:
        return None
    sign, hours, minutes = match.group(7, 8, 9)
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    year, month, day, hour, minute, second = (int(part or 0) for part in match.group(1, 2, 3, 4, 5, 6))
    # RFC 3339 section 5.7 lets a minute end with a leap second, Python does not.
    second = min(second, 59) if second <= _LEAP_SECOND else second
    try:
        zone = timezone(-offset if sign == "-" else offset)
        return datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None


def read_number(text: str) -> int | None:
    """Read a decimal number of up to nine digits, without its fraction; None if the text is not a number."""
    match = _NUMBER.fullmatch(text)
    return int(match[1]) if match else None


def read_whole_number(text: str, *, minimum: int, maximum: int) -> int | None:
    """Read a whole number written in digits only; None if the text is not a number in this range."""
    number = int(text) if _DIGITS.fullmatch(text) else None
    return number if number is not None and minimum <= number <= maximum else None


def parse_number(text: str, *, minimum: int, maximum: int) -> int:
    """Read a whole number from `minimum` to `maximum`; raise ValueError with the expected range otherwise."""
    number = read_whole_number(text, minimum=minimum, maximum=maximum)
    if number is None:
        raise ValueError(f"expected a whole number from {minimum} to {maximum}")
    return number


def read_language(text: str) -> str:
    """Read a language tag (BCP 47), with `_` read as `-`; empty if the text is not a language tag."""
    tag = text.replace("_", "-")
    return tag if _LANGUAGE.fullmatch(tag) else ""


def read_flag(text: str) -> bool | None:
    """Read true, yes, on, false, no or off in any case; None for any other text."""
    return _FLAGS.get(text.lower())
