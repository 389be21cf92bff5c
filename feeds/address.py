"""Map URL paths to what they name, and back: feeds, archives, pages, the list of feeds, the files that pages need.

Nothing here knows what exists; whether there is such a topic is the catalog's to say.
"""

import re
from typing import NoReturn, Self, TypeAlias
from urllib.parse import quote, unquote

import msgspec

from feeds.choices import read_choices
from feeds.cycle import Cycle
from feeds.errors import MovedError, NotFoundError
from feeds.expression import Expression, parse_expression
from feeds.expression import name as name_alone
from feeds.feed import Format
from feeds.filters import NO_FILTERS, Filters, read_filters
from feeds.listing import EVERY_TOPIC, Listing, read_listing

_SIGNS = ",+!"  # those of expressions, which a path may hold as they are (RFC 3986 section 3.3)


class Subject(msgspec.Struct, frozen=True):
    """What a feed or page is about: topics (by slug) or providers (by domain); with neither, everything.

    `filters` narrow it further. It is plain where it is everything, one topic or one provider, and nothing else.
    """

    topics: Expression | None = None
    providers: Expression | None = None
    filters: Filters = NO_FILTERS

    @classmethod
    def of_topic(cls, slug: str) -> Self:
        """Make the subject that is one topic."""
        return cls(topics=name_alone(slug))

    @classmethod
    def of_provider(cls, domain: str) -> Self:
        """Make the subject that is one provider."""
        return cls(providers=name_alone(domain))

    @property
    def topic(self) -> str:
        """The slug of the topic that its path names, if that is all there; else empty."""
        return self.topics.single if self.topics else ""

    @property
    def provider(self) -> str:
        """The domain of the provider that its path names, if that is all there; else empty."""
        return self.providers.single if self.providers else ""

    @property
    def is_plain(self) -> bool:
        """Whether it is everything, one topic or one provider."""
        names_all = not self.topics and not self.providers
        return self.filters == NO_FILTERS and (names_all or bool(self.topic or self.provider))

    @property
    def path(self) -> str:
        """The canonical path of its feeds, percent-encoded, without an extension."""
        if self.topics:
            return f"/topics/{quote(str(self.topics), safe=_SIGNS)}"
        return f"/providers/{quote(str(self.providers), safe=_SIGNS)}" if self.providers else "/feed"

    @property
    def query(self) -> str:
        """The canonical query of its feeds and its page, percent-encoded, without `?`."""
        return str(self.filters)


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


class DigestAddress(msgspec.Struct, frozen=True):
    """A feed with an entry a day or a week, in one format."""

    subject: Subject
    cycle: Cycle
    format: Format

    @property
    def path(self) -> str:
        """The canonical path, percent-encoded."""
        return f"{digest_stem(self.subject, self.cycle)}.{self.format}"


def digest_stem(subject: Subject, cycle: Cycle) -> str:
    """Give the canonical path of a digest feed, percent-encoded, without an extension."""
    return f"{subject.path}/{cycle}"


class PageAddress(msgspec.Struct, frozen=True):
    """The page of a subject's latest stories, or of a part of its archive."""

    subject: Subject = EVERYTHING
    part: ArchivePart | None = None

    @property
    def path(self) -> str:
        """The canonical path, percent-encoded."""
        if self.part:
            return archive_stem(self.subject, self.part)
        return self.subject.path if self.subject.topics or self.subject.providers else "/latest"


class HomeAddress(msgspec.Struct, frozen=True):
    """The page that leads to all others."""

    path: str = "/"


class ComposeAddress(msgspec.Struct, frozen=True):
    """The page on which feeds are composed. With choices in its query, it is another name of the page they lead to."""

    path: str = "/compose"


class OpmlAddress(msgspec.Struct, frozen=True):
    """The list of feeds, for feed readers to import."""

    listing: Listing = EVERY_TOPIC

    @property
    def path(self) -> str:
        """The canonical path."""
        return "/feeds.opml"


class SitemapAddress(msgspec.Struct, frozen=True):
    """The list of all pages, for search engines."""

    path: str = "/sitemap.xml"


class RobotsAddress(msgspec.Struct, frozen=True):
    """What robots are asked to do."""

    path: str = "/robots.txt"


class AssetAddress(msgspec.Struct, frozen=True):
    """A file that comes with the program, such as the stylesheet."""

    name: str

    @property
    def path(self) -> str:
        """The canonical path, percent-encoded."""
        return f"/{self.name}" if self.name in _ROOT_ASSETS else f"/static/{quote(self.name)}"


SubjectAddress: TypeAlias = FeedAddress | ArchiveAddress | DigestAddress | PageAddress
Address: TypeAlias = (
    SubjectAddress | HomeAddress | ComposeAddress | OpmlAddress | SitemapAddress | RobotsAddress | AssetAddress
)
SEARCH_PATH = "/search"
"""What leads, with a query, to the page of what it asks for."""

_ROOT_ASSETS = frozenset({"favicon.ico"})  # where browsers look without being told
_ARCHIVE_PART = re.compile(r"([1-9][0-9]{0,8})(?:-(-?[0-9]{1,12})-([0-9a-f]{8}))?")
_CYCLES = {str(cycle): cycle for cycle in Cycle}
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
    **dict.fromkeys(("", "topics", "providers", SEARCH_PATH[1:]), HomeAddress()),
    **{address.path[1:]: address for address in (PageAddress(), ComposeAddress(), OpmlAddress())},
    **{address.path[1:]: address for address in (SitemapAddress(), RobotsAddress())},
    **{f"feed.{format}": FeedAddress(EVERYTHING, format) for format in Format},
    **{name: AssetAddress(name) for name in _ROOT_ASSETS},
}


def parse_address(path: str, query: str = "", *, defaults: Filters = NO_FILTERS) -> Address:
    """Read a decoded URL path and an encoded query in any spelling: in capitals, say, or with a slash at its end.

    The names of topics and providers are taken as they stand: only the catalog knows how they are written. What a query
    says that `defaults` say as well is as good as not there.

    Raises:
        NotFoundError: nothing can ever be there.
        BadRequestError: it holds an ill-formed expression, or the query a bad value.
    """
    address = _parse_path(path)
    if isinstance(address, OpmlAddress):
        return OpmlAddress(read_listing(query))
    if not isinstance(address, SubjectAddress | HomeAddress | ComposeAddress):
        return address
    filters = read_filters(query).without(defaults)
    if not isinstance(address, SubjectAddress):
        topics = read_choices(query) if isinstance(address, ComposeAddress) else None
        subject = Subject(topics=topics, filters=filters)
        return PageAddress(subject) if subject != EVERYTHING else address
    subject = msgspec.structs.replace(address.subject, filters=filters)
    return msgspec.structs.replace(address, subject=subject)


def _parse_path(path: str) -> Address:
    if path in _ALIASES:
        return FeedAddress(EVERYTHING, _ALIASES[path])
    section, _, name = path.strip("/").partition("/")
    section = section.lower()
    if not name:
        return _SINGLE.get(section) or _refuse()
    if not name.isprintable():
        _refuse()
    if "/" in name or section == "feed":
        return _read_nested(section, name)
    if section == "static":
        return AssetAddress(name)
    return _read_named(section, name)


def page_of(subject: Subject) -> PageAddress | HomeAddress:
    """Give the address of the page that speaks for a subject: for everything, that is the home page."""
    return HomeAddress() if subject == EVERYTHING else PageAddress(subject)


def query_of(address: Address) -> str:
    """Give the canonical query of an address, percent-encoded; empty where there is none."""
    if isinstance(address, OpmlAddress):
        return str(address.listing)
    return address.subject.query if isinstance(address, SubjectAddress) else ""


def write_reference(address: Address) -> str:
    """Give the canonical path of an address, and its query behind `?` if there is one (RFC 3986 section 4.2)."""
    query = query_of(address)
    return f"{address.path}?{query}" if query else address.path


def check_spelling(path: str, address: Address) -> None:
    """Accept the decoded `path` for `address` where it is the canonical one, or a name that readers try by themselves.

    The query may be written in any way.

    Raises:
        MovedError: it is neither.
    """
    if path not in _ALIASES and path != unquote(address.path):
        raise MovedError(write_reference(address))


def _read_named(section: str, name: str) -> Address:
    stem, _, extension = name.rpartition(".")
    format = _FORMATS.get(extension.lower()) if stem else None
    subject = _make_subject(section, stem if format else name)
    return FeedAddress(subject, format) if format else PageAddress(subject)


def _read_nested(section: str, path: str) -> ArchiveAddress | DigestAddress | PageAddress:
    *folders, file = path.split("/")
    stem, dot, extension = file.lower().partition(".")
    format = _FORMATS.get(extension) or (_refuse() if dot else None)
    if format and stem in _CYCLES:
        return DigestAddress(_make_parent(section, folders), _CYCLES[stem], format)
    found = _ARCHIVE_PART.fullmatch(stem)
    if not folders or folders.pop().lower() != "archive" or not found:
        _refuse()
    block, published, mark = found.groups()
    part = ArchivePart(int(block), Cut(int(published), mark) if mark else None)
    subject = _make_parent(section, folders)
    return ArchiveAddress(subject, part, format) if format else PageAddress(subject, part)


def _make_parent(section: str, names: list[str]) -> Subject:
    if section == "feed" and not names:
        return EVERYTHING
    return _make_subject(section, names[0]) if len(names) == 1 else _refuse()


def _make_subject(section: str, name: str) -> Subject:
    if section == "topics":
        return Subject(topics=parse_expression(name))
    return Subject(providers=parse_expression(name)) if section == "providers" else _refuse()


def _refuse() -> NoReturn:
    raise NotFoundError("There is nothing at this address.")
