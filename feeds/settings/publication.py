"""Parse the settings that present the publication; each function raises ValueError with the text "expected ..."."""

import re
from datetime import UTC, datetime
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import msgspec

from feeds.model.text import clean_text
from feeds.model.uri import encode_iri, is_server_url
from feeds.model.values import read_date

LOGO_TYPES = {
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
}
"""The media types of logos, by the ends of their names."""

_MAX_LINKS = 12
_MAX_NAME_CHARACTERS = 60
_LINK = re.compile(r"\s*([^=\s][^=]{0,300}?)\s*=\s*(\S+)\s*")  # a URL ends at the first blank
_MAILBOX = re.compile(r"mailto:[^\s@<>\"]+@[^\s@<>\"]+")


class FooterLink(msgspec.Struct, frozen=True):
    """A link at the end of each page; as text, `name = URL`."""

    name: str
    url: str

    def __str__(self) -> str:
        """Return the link as a person types it."""
        return f"{self.name} = {self.url}"


def parse_accent(text: str) -> str:
    """Read a colour as #rrggbb, in lower case; empty stays empty."""
    if text and not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        raise ValueError("expected a colour such as #0a5c7a: # and six digits from 0 to f")
    return text.lower()


def parse_logo(text: str) -> str:
    """Read the URL of a picture, or the name of a file beside the articles; empty stays empty."""
    if "://" in text:
        return parse_page_url(text, example="https://example.org/logo.png")
    return _parse_file_name(text, kinds=tuple(LOGO_TYPES), example="logo.svg")


def parse_stylesheet(text: str) -> str:
    """Read the name of a stylesheet beside the articles; empty stays empty."""
    return _parse_file_name(text, kinds=(".css",), example="site.css")


def _parse_file_name(text: str, *, kinds: tuple[str, ...], example: str) -> str:
    path = PurePosixPath(text)
    if not text.isprintable() or "\\" in text or "//" in text or path.is_absolute() or ".." in path.parts:
        raise ValueError(f"expected a file in the content folder, such as {example}")
    if text and path.suffix.lower() not in kinds:
        raise ValueError(f"expected a file in the content folder whose name ends in {_list_kinds(kinds)}")
    return text


def _list_kinds(kinds: tuple[str, ...]) -> str:
    *first, last = kinds
    return f"{', '.join(first)} or {last}" if first else last


def parse_page_url(text: str, *, example: str = "https://example.org/imprint") -> str:
    """Read an absolute URL of the web; empty stays empty."""
    if text and (not is_server_url(text) or "@" in urlsplit(text).netloc):
        raise ValueError(f"expected an absolute URL such as {example}")
    return encode_iri(text)


def parse_footer_links(text: str) -> tuple[FooterLink, ...]:
    """Read links, each as `name = URL`, on lines of their own or one after the other."""
    links: list[FooterLink] = []
    position = 0
    while position < len(text.rstrip()):
        found = _LINK.match(text, position)
        if not found:
            raise ValueError("expected links such as About us = https://example.org/about, each as name = URL")
        name = clean_text(found[1])
        if not name or len(name) > _MAX_NAME_CHARACTERS or not found[1].isprintable():
            raise ValueError(f"expected names of at most {_MAX_NAME_CHARACTERS} characters before each = sign")
        links.append(FooterLink(name, _parse_target(found[2])))
        position = found.end()
    if len(links) > _MAX_LINKS:
        raise ValueError(f"expected at most {_MAX_LINKS} links")
    return tuple(links)


def _parse_target(url: str) -> str:
    if _MAILBOX.fullmatch(url):
        return url
    if not is_server_url(url) or "@" in urlsplit(url).netloc:
        raise ValueError(
            "expected links with absolute URLs such as https://example.org/about or mailto:desk@example.org"
        )
    return encode_iri(url)


def parse_contacts(text: str) -> tuple[str, ...]:
    """Read URLs for reports about security (RFC 9116 section 2.5.3), separated by spaces or commas."""
    contacts = tuple(dict.fromkeys(part for part in re.split(r"[\s,]+", text) if part))
    for contact in contacts:
        is_page = contact.startswith("https://") and is_server_url(contact)
        if not is_page and not _MAILBOX.fullmatch(contact) and not re.fullmatch(r"tel:\+?[0-9-]+", contact):
            raise ValueError("expected URLs such as mailto:security@example.org or https://example.org/security")
    return tuple(map(encode_iri, contacts))


def parse_expiry(text: str) -> str:
    """Read a date, or a date and time; return an RFC 3339 timestamp in UTC. Empty stays empty."""
    if not text:
        return ""
    date = read_date(text)
    if date is None:
        raise ValueError("expected a date such as 2027-06-30")
    in_utc = date.astimezone(UTC).replace(tzinfo=None)
    return f"{in_utc.isoformat(timespec='seconds')}Z"  # `%Y` may be shorter than four digits


def describe_expiry(expires: str, *, now: datetime) -> str:
    """Return a sentence about a date for `security.txt` that is over, near or too far ahead; empty: a good date."""
    if not expires:
        return ""
    days = (datetime.fromisoformat(expires) - now).days
    if 30 <= days <= 366:  # noqa: PLR2004 a month to act, and a year as RFC 9116 section 2.5.5 advises
        return ""
    problem = "has passed" if days < 0 else "is near" if days < 30 else "is more than a year ahead"  # noqa: PLR2004 see above
    return f"FEEDS_SECURITY_EXPIRES: {expires} {problem}; check the contact and set a date within the next year."
