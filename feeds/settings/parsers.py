"""Read the values of settings as people type them; each function raises ValueError with what is right instead."""

import os
import re
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

_URL = re.compile(r"[!#-;=?-\[\]^_a-z~]+")  # no blanks, quotes, angle brackets, or letters beyond ASCII
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_DATABASE_SCHEMES = frozenset({"sqlite", "postgres", "postgresql"})


def parse_folders(text: str) -> tuple[Path, ...]:
    """Read folders with the system's path separator between them."""
    folders = tuple(Path(part.strip()) for part in text.split(os.pathsep) if part.strip())
    if not folders:
        raise ValueError("name a folder")
    return folders


def parse_site_url(text: str) -> str:
    """Read an absolute address without query and fragment, and drop the slash at its end; empty stays empty."""
    if not text:
        return ""
    if "?" in text or "#" in text:
        raise ValueError("write it without a query and a fragment")
    return _parse_url(text).rstrip("/")


def _parse_url(text: str) -> str:
    if not _URL.fullmatch(text) or not _is_absolute(text):
        raise ValueError("write an absolute address such as https://feeds.example.org")
    if "@" in urlsplit(text).netloc:
        raise ValueError("write it without a user and a password")
    return text


def _is_absolute(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # its brackets or its port
        return False


def parse_urls(text: str) -> tuple[str, ...]:
    """Read absolute addresses with blanks or commas between them, each once."""
    return tuple(dict.fromkeys(_parse_url(part) for part in re.split(r"[\s,]+", text) if part))


def parse_line(text: str) -> str:
    """Read one line of text."""
    if not text.isprintable():
        raise ValueError("write it in one line, without control characters")
    return text


def parse_language(text: str) -> str:
    """Read a language tag (BCP 47)."""
    if not _LANGUAGE.fullmatch(text):
        raise ValueError("write a language tag of BCP 47 such as en or pt-BR")
    return text


def parse_choice(kind: type[StrEnum], text: str) -> StrEnum:
    """Read one of an enumeration's values, in any case."""
    choices = [str(choice) for choice in kind]
    if text.lower() not in choices:
        close = get_close_matches(text.lower(), choices, n=1)
        raise ValueError(f"choose one of {', '.join(choices)}" + (f"; did you mean {close[0]}?" if close else ""))
    return kind(text.lower())


def parse_database_url(text: str) -> str:
    """Read the address of a database of a kind the catalog can be kept in."""
    scheme, separator, _ = text.partition("://")
    if not separator or scheme.partition("+")[0] not in _DATABASE_SCHEMES:
        raise ValueError("write sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME")
    return text
