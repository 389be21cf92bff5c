"""Read URL paths and queries, in any spelling, as the addresses that they name."""

import re
from typing import NoReturn
from urllib.parse import unquote

import msgspec

from feeds.model.archive import ArchivePart, Cut
from feeds.model.errors import MovedError, NotFoundError
from feeds.model.expression import parse_expression
from feeds.model.feed import Format
from feeds.model.filters import NO_FILTERS, Filters, read_filters
from feeds.model.periods import Cycle
from feeds.model.subject import EVERYTHING, Subject
from feeds.site.choices import read_choices
from feeds.site.opml_query import parse_opml_query
from feeds.site.urls import (
    ROOT_ASSETS,
    Address,
    ArchiveAddress,
    AssetAddress,
    ComposeAddress,
    DigestAddress,
    FeedAddress,
    HomeAddress,
    OpmlAddress,
    PageAddress,
    RobotsAddress,
    SitemapAddress,
    SubjectAddress,
    write_reference,
)

SEARCH_PATH = "/search"
"""What leads, with a query, to the page of what it asks for."""

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
    **{name: AssetAddress(name) for name in ROOT_ASSETS},
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
        return OpmlAddress(parse_opml_query(query))
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
    raise NotFoundError("Page not found.")
