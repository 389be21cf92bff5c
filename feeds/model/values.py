"""Recognise URLs, identifiers, host names, dates, numbers, languages and flags in the texts of fields and settings."""

import re
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import urlsplit

# Without blanks, control characters, and the characters that RFC 3987 forbids and markup uses. The set lists white
# space because `\s` in a set makes the pattern several times slower. So does `\w` without the ASCII letters before it.
_SPACES = r"\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_PATH = rf'[^{_SPACES}<>"\ud800-\udfff\ufffe\uffff]'
# A host is names joined by dots. This excludes passwords, and hosts that `urlsplit` rejects later.
_URL = re.compile(rf"[Hh][Tt][Tt][Pp][Ss]?://(\w[0-9A-Za-z.\w-]*)(?::[0-9]{{1,5}})?(?:[/?#]{_PATH}*)?")
_ASCII_URL = re.compile(r"[!#-;=?-\[\]^_a-z~]+")  # no blanks, quotes, angle brackets, or letters beyond ASCII
_DOMAIN = re.compile(r"\w[\w-]*(?:\.\w[\w-]*)*")
_IRI = re.compile(rf"[A-Za-z][A-Za-z0-9+.-]*:{_PATH}+")
_MAX_HOST_BYTES = 253  # RFC 1035 section 2.3.4, without the bytes that no text spells
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


def read_url_host(text: str) -> str:
    """Return the host of an absolute http(s) URL as written, without the port; empty if the text is not a URL."""
    match = _URL.fullmatch(text)
    return match[1] if match and _fits_dns(match[1]) else ""


def is_server_url(text: str) -> bool:
    """Return whether the text is an absolute http(s) URL in ASCII with a host, and a port that a server can have."""
    if not _ASCII_URL.fullmatch(text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # from bad brackets or a bad port
        return False


def is_iri(text: str) -> bool:
    """Return whether the text is an absolute IRI: a scheme, a colon, no blanks or control characters (RFC 3987)."""
    return _IRI.fullmatch(text) is not None


def is_domain(text: str) -> bool:
    """Return whether the text is a host name and nothing else."""
    return _DOMAIN.fullmatch(text) is not None and _fits_dns(text)


def _fits_dns(host: str) -> bool:
    return len(host.encode()) <= _MAX_HOST_BYTES


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
