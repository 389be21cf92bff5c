"""Map URL paths to what they name, and back: feeds, archives, pages, the list of feeds, the files that pages need.

Nothing here knows what exists; whether there is such a topic is the catalog's to say. Expressions over topics will be
read where a Subject is made.
"""

import re
from typing import NoReturn, TypeAlias
from urllib.parse import quote, unquote

import msgspec

from feeds.errors import MovedError, NotFoundError
from feeds.feed import Format


class Subject(msgspec.Struct, frozen=True):
    """What a feed or page is about: a topic (by slug), a provider (by domain), or, with neither, everything."""

    topic: str = ""
    provider: str = ""

    @property
    def path(self) -> str:
        """The canonical path of its feeds, percent-encoded, without an extension."""
        if self.topic:
            return f"/topics/{quote(self.topic, safe='')}"
        return f"/providers/{quote(self.provider, safe='')}" if self.provider else "/feed"


EVERYTHING = Subject()


class FeedAddress(msgspec.Struct, frozen=True):
    """A feed in one format."""

    subject: Subject
    format: Format

    @property
    def path(self) -> str:
        """The canonical path, percent-encoded."""
        return f"{self.subject.path}.{self.format}"


class Cut(msgspec.Struct, frozen=True):
    """Where a feed ends and its archive goes on: below an entry `published` at a moment, in seconds.

    `mark` tells the entry from others of that moment: 8 hexadecimal digits, the first of the fingerprint of its id.
    """

    published: int
    mark: str


class ArchivePart(msgspec.Struct, frozen=True):
    """What an archive document holds: a whole block of entries, by its number, or from its beginning up to a cut."""

    block: int
    cut: Cut | None = None

    @property
    def name(self) -> str:
        """What stands for it in a path."""
        return f"{self.block}-{self.cut.published}-{self.cut.mark}" if self.cut else str(self.block)


class ArchiveAddress(msgspec.Struct, frozen=True):
    """An archive document of a feed in one format (RFC 5005 section 4)."""

    subject: Subject
    part: ArchivePart
    format: Format

    @property
    def path(self) -> str:
        """The canonical path, percent-encoded."""
        return f"{archive_stem(self.subject, self.part)}.{self.format}"


def archive_stem(subject: Subject, part: ArchivePart) -> str:
    """Give the canonical path of an archive document, percent-encoded, without an extension."""
    return f"{subject.path}/archive/{part.name}"


class PageAddress(msgspec.Struct, frozen=True):
    """The page of a subject; that of everything is the home page."""

    subject: Subject = EVERYTHING

    @property
    def path(self) -> str:
        """The canonical path, percent-encoded."""
        return "/" if self.subject == EVERYTHING else self.subject.path


class OpmlAddress(msgspec.Struct, frozen=True):
    """The list of all topic feeds."""

    path: str = "/feeds.opml"


class AssetAddress(msgspec.Struct, frozen=True):
    """A file that comes with the program, such as the stylesheet."""

    name: str

    @property
    def path(self) -> str:
        """The canonical path, percent-encoded."""
        return f"/{self.name}" if self.name in _ROOT_ASSETS else f"/static/{quote(self.name)}"


Address: TypeAlias = FeedAddress | ArchiveAddress | PageAddress | OpmlAddress | AssetAddress

_ROOT_ASSETS = frozenset({"favicon.ico", "robots.txt"})  # where browsers and robots look without being told
_ARCHIVE_PART = re.compile(r"([1-9][0-9]{0,8})(?:-(-?[0-9]{1,12})-([0-9a-f]{8}))?")
_FORMATS = {str(format): format for format in Format}
_ALIASES = {
    # Readers that are given the site's address probe these, and do not follow redirects while they do. What a
    # directory called `feed` holds has been RSS since WordPress; `.xml` says no more than that Atom may be there.
    "/feed.xml": Format.ATOM,
    "/atom.xml": Format.ATOM,
    "/index.xml": Format.ATOM,
    "/rss.xml": Format.RSS,
    "/feed/": Format.RSS,
    "/feed": Format.RSS,
}
_SINGLE: dict[str, Address] = {
    "": PageAddress(),
    "topics": PageAddress(),
    "providers": PageAddress(),
    "feeds.opml": OpmlAddress(),
    **{f"feed.{format}": FeedAddress(EVERYTHING, format) for format in Format},
    **{name: AssetAddress(name) for name in _ROOT_ASSETS},
}


def parse_address(path: str) -> Address:
    """Read a decoded URL path in any spelling: in capitals, say, or with a slash at its end.

    The names of topics and providers are taken as they stand: only the catalog knows how they are written.

    Raises:
        NotFoundError: nothing can ever be there.
    """
    if path in _ALIASES:
        return FeedAddress(EVERYTHING, _ALIASES[path])
    section, _, name = path.strip("/").partition("/")
    section = section.lower()
    if not name:
        return _SINGLE.get(section) or _refuse()
    if not name.isprintable():
        _refuse()
    if "/" in name:
        return _read_archive(section, name)
    if section == "static":
        return AssetAddress(name)
    return _read_named(section, name)


def check_spelling(path: str, address: Address) -> None:
    """Accept the decoded `path` for `address` where it is the canonical one, or a name that readers try by themselves.

    Raises:
        MovedError: it is neither.
    """
    if path not in _ALIASES and path != unquote(address.path):
        raise MovedError(address.path)


def _read_named(section: str, name: str) -> Address:
    stem, _, extension = name.rpartition(".")
    format = _FORMATS.get(extension.lower()) if stem else None
    subject = _make_subject(section, stem if format else name)
    return FeedAddress(subject, format) if format else PageAddress(subject)


def _read_archive(section: str, name: str) -> ArchiveAddress:
    *names, folder, file = ("", *name.split("/"))
    stem, _, extension = file.lower().rpartition(".")
    found = _ARCHIVE_PART.fullmatch(stem)
    if folder.lower() != "archive" or not found or extension not in _FORMATS:
        _refuse()
    block, published, mark = found.groups()
    part = ArchivePart(int(block), Cut(int(published), mark) if mark else None)
    return ArchiveAddress(_make_archived_subject(section, names[1:]), part, _FORMATS[extension])


def _make_archived_subject(section: str, names: list[str]) -> Subject:
    if section == "feed" and not names:
        return EVERYTHING
    return _make_subject(section, names[0]) if len(names) == 1 else _refuse()


def _make_subject(section: str, name: str) -> Subject:
    if section == "topics":
        return Subject(topic=name)
    return Subject(provider=name) if section == "providers" else _refuse()


def _refuse() -> NoReturn:
    raise NotFoundError("There is nothing at this address.")
