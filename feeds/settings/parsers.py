"""Parse the values of settings as people type them; each function raises ValueError with the text "expected ..."."""

import os
import re
from difflib import get_close_matches
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote, urlsplit

from feeds.model.text import clean_text
from feeds.model.uri import encode_iri, is_server_url
from feeds.model.values import read_flag, read_language

_DATABASE_SCHEMES = frozenset({"sqlite", "postgres", "postgresql"})
_TOKEN_CHARACTERS = 16
_MAX_CODE_LETTERS = 3


def parse_folders(text: str) -> tuple[Path, ...]:
    """Read folders with the system's path separator between them."""
    folders = tuple(Path(part.strip()) for part in text.split(os.pathsep) if part.strip())
    if not folders:
        raise ValueError("expected a folder")
    return folders


def parse_site_url(text: str) -> str:
    """Read an absolute URL without query and fragment, and drop the slash at the end; empty stays empty."""
    if not text:
        return ""
    if "?" in text or "#" in text:
        raise ValueError("expected a URL without a query or fragment")
    if not {".", ".."}.isdisjoint(map(unquote, text.split("/"))):  # browsers drop these parts of links
        raise ValueError("expected a URL without . or .. in its path")
    return _parse_url(text).rstrip("/")


def _parse_url(text: str) -> str:
    if not is_server_url(text):
        raise ValueError("expected an absolute URL such as https://feeds.example.org")
    if "@" in urlsplit(text).netloc:
        raise ValueError("expected a URL without a user or password")
    return encode_iri(text)


def parse_hubs(text: str) -> tuple[str, ...]:
    """Read absolute URLs of hubs, separated by spaces or commas, without duplicates."""
    parts = [part for part in re.split(r"[\s,]+", text) if part]
    if not all(map(is_server_url, parts)):
        raise ValueError("expected absolute URLs of hubs, separated by spaces or commas")
    return tuple(dict.fromkeys(map(_parse_url, parts)))


def parse_caches(text: str) -> tuple[str, ...]:
    """Read absolute URLs of shared caches without a path, separated by spaces or commas, without duplicates."""
    parts = [part.rstrip("/") for part in re.split(r"[\s,]+", text) if part]
    if not all(is_server_url(part) and urlsplit(part).netloc == part.partition("//")[2] for part in parts):
        raise ValueError("expected absolute URLs of caches without a path, separated by spaces or commas")
    return tuple(dict.fromkeys(map(_parse_url, parts)))


def parse_host(text: str) -> str:
    """Read the address of a network interface; `localhost` is 127.0.0.1."""
    if text == "localhost":
        return "127.0.0.1"
    try:
        return str(ip_address(text.removeprefix("[").removesuffix("]")))
    except ValueError:
        raise ValueError("expected an IP address such as 127.0.0.1 or ::1") from None


def parse_line(text: str) -> str:
    """Read one line of text."""
    if not text.isprintable():
        raise ValueError("expected one line without control characters")
    if text and not clean_text(text):
        raise ValueError("expected a text with visible characters")
    return text


def parse_language(text: str) -> str:
    """Read a language tag (BCP 47); no language has a code of more than three letters, so names are refused."""
    code = text.partition("-")[0]
    if not text or read_language(text) != text or len(code) > _MAX_CODE_LETTERS:
        raise ValueError("expected a BCP 47 language tag such as en or pt-BR")
    return text


def parse_flag(text: str) -> bool:
    """Read yes or no, in any case, or the other words for them in front matter."""
    flag = read_flag(text)
    if flag is None:
        raise ValueError("expected yes or no")
    return flag


def parse_choice(kind: type[StrEnum], text: str) -> StrEnum:
    """Read one of an enumeration's values, in any case."""
    choices = [str(choice) for choice in kind]
    if text.lower() not in choices:
        close = get_close_matches(text.lower(), choices, n=1)
        raise ValueError(f"expected one of {', '.join(choices)}" + (f" (did you mean {close[0]}?)" if close else ""))
    return kind(text.lower())


def parse_token(text: str) -> str:
    """Read a secret that nobody can guess; empty stays empty."""
    if text and (len(text) < _TOKEN_CHARACTERS or not text.isascii() or not text.isprintable() or " " in text):
        raise ValueError(f"expected {_TOKEN_CHARACTERS} or more ASCII letters, digits and signs without spaces")
    return text


def parse_database_url(text: str) -> str:
    """Read the URL of a database that can hold the catalog."""
    scheme, separator, _ = text.partition("://")
    if not separator or scheme.partition("+")[0] not in _DATABASE_SCHEMES:
        raise ValueError("expected sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME")
    return text
