"""Recognise host names, and write them in ASCII by IDNA (RFC 5891, with the mapping of UTS #46)."""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote

import idna

from feeds.model.text import strip_invisible

# The set lists whitespace because `\s` in a set makes the pattern several times slower.
_NOT_IN_NAMES = r"\x00-,/:-@\[-^`{-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ud800-\udfff\ufffe\uffff"
NAMES_PATTERN = rf"[^.\-{_NOT_IN_NAMES}][^{_NOT_IN_NAMES}]*"
"""A pattern of names joined by dots; `is_host` decides whether a host can be called so."""

_LABEL = rf"[^.\-{_NOT_IN_NAMES}][^.{_NOT_IN_NAMES}]*"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_PUNCTUATION = "-._\u200c\u200d"
_MAX_BYTES = 253  # RFC 1035 section 2.3.4, without the bytes that no text spells


def is_domain(text: str) -> bool:
    """Return whether the text is a host name and nothing else."""
    return _DOMAIN.fullmatch(text) is not None and is_host(text)


def is_host(host: str) -> bool:
    """Return whether a host may have this name: a standard name, or one of letters, marks, numbers and emoji."""
    if len(host.encode()) > _MAX_BYTES:
        return False
    if is_standard_host(host):
        return True
    visible = unicodedata.normalize("NFKC", strip_invisible(host))
    return bool(visible.strip(".")) and all(_is_in_names(character) for character in visible)


def _is_in_names(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "LMN" or category == "So" or character in _PUNCTUATION


def is_standard_host(host: str) -> bool:
    """Return whether a host name is in ASCII or allowed by IDNA."""
    return host.isascii() or bool(_encode_with_idna(host))


def encode_host(host: str) -> str:
    """Return a host name in ASCII, as browsers look it up; a name in ASCII stays as written.

    A name that IDNA forbids gets Punycode all the same: a few such hosts exist, for example with an emoji.
    """
    return host if host.isascii() else _encode_with_idna(host) or _encode_with_punycode(host)


def normalize_domain(host: str) -> str:
    """Return a host name in lower case, and in ASCII if a character is invisible: our own URLs cannot contain it."""
    domain = host.lower()
    return domain if domain.isprintable() and strip_invisible(domain) == domain else encode_host(domain)


@lru_cache(maxsize=1024)
def _encode_with_idna(host: str) -> str:
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        return ""


def _encode_with_punycode(host: str) -> str:
    try:
        host = idna.uts46_remap(host, std3_rules=False)
    except idna.IDNAError:
        host = host.lower()
    labels = (label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in host.split("."))
    return quote(".".join(labels), safe="")
