"""Understand the texts of typed fields: addresses, dates, numbers, languages, yes and no."""

import re
from datetime import UTC, datetime, timedelta, timezone

# No blanks, control characters, or characters that RFC 3987 forbids and markup uses. White space is spelt out
# because `\s` in a set makes the pattern several times slower, and so does `\w` without the ASCII letters before it.
_SPACES = r"\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_PATH = rf'[^{_SPACES}<>"\ud800-\udfff\ufffe\uffff]'
# A host is names joined by dots, which keeps out whatever `urlsplit` would stumble over later, and passwords.
_URL = re.compile(rf"[Hh][Tt][Tt][Pp][Ss]?://(\w[0-9A-Za-z.\w-]*)(?::[0-9]{{1,5}})?(?:[/?#]{_PATH}*)?")
_DOMAIN = re.compile(r"\w[\w-]*(?:\.\w[\w-]*)*")
_IRI = re.compile(rf"[A-Za-z][A-Za-z0-9+.-]*:{_PATH}+")
_MAX_HOST_BYTES = 253  # RFC 1035 section 2.3.4, less what is not written
_NUMBER = re.compile(r"([-+]?[0-9]{1,9})(?:\.[0-9]*)?")
# RFC 5646 section 2.1, as far as the shape goes.
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
# https://yaml.org/type/timestamp.html, and offsets without a colon.
_YAML_DATE = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt]|[ \t]+)(\d\d?):(\d\d)(?::(\d\d)(?:[.,]\d*)?)?)?"
    r"(?:[ \t]*(?:[Zz]|([-+])(\d\d?)(?::?(\d\d))?))?",
    re.ASCII,
)
_LEAP_SECOND = 60
_FLAGS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def read_url_host(text: str) -> str:
    """Give the host of an absolute http(s) URL as written, without its port; empty where the text is no such URL."""
    match = _URL.fullmatch(text)
    return match[1] if match and _fits_dns(match[1]) else ""


def is_iri(text: str) -> bool:
    """Say whether the text is an absolute IRI: a scheme, a colon, and no blank or control character (RFC 3987)."""
    return _IRI.fullmatch(text) is not None


def is_domain(text: str) -> bool:
    """Say whether the text is a host name and nothing else."""
    return _DOMAIN.fullmatch(text) is not None and _fits_dns(text)


def _fits_dns(host: str) -> bool:
    return len(host.encode()) <= _MAX_HOST_BYTES


def read_date(text: str) -> datetime | None:
    """Read a date of ISO 8601, RFC 3339 or YAML 1.1 as aware UTC in whole seconds; None where it is none.

    Without an offset it is in UTC, without a time it means midnight.
    """
    try:
        # Digits alone are more likely a Unix time than ISO 8601's basic form.
        moment = _read_yaml_date(text) if text.isdigit() else datetime.fromisoformat(text)
    except ValueError:
        moment = _read_yaml_date(text)
    return moment and _to_utc(moment)


def _to_utc(moment: datetime) -> datetime | None:
    if moment.microsecond:
        moment = moment.replace(microsecond=0)
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment if moment.tzinfo is UTC else moment.astimezone(UTC).replace(microsecond=0)
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
    """Read a decimal number of at most nine digits, dropping a fraction; None where it is none."""
    match = _NUMBER.fullmatch(text)
    return int(match[1]) if match else None


def read_language(text: str) -> str:
    """Read a language tag (BCP 47), with `_` taken for `-`; empty where it is none."""
    tag = text.replace("_", "-")
    return tag if _LANGUAGE.fullmatch(tag) else ""


def read_flag(text: str) -> bool | None:
    """Read true, yes, on, false, no or off in any case; None where it is none of them."""
    return _FLAGS.get(text.lower())
