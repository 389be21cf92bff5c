"""Parse URL paths and query strings, in any spelling, into addresses."""

import re
from collections.abc import Sequence
from typing import NoReturn
from urllib.parse import parse_qsl, unquote

import msgspec

from feeds.model.archive import ArchivePart, FeedEnd
from feeds.model.errors import BadRequestError, MovedError, NotFoundError
from feeds.model.expression import parse_expression
from feeds.model.feed import Format
from feeds.model.periods import Cycle
from feeds.model.query import EVERYTHING, Query, parse_query
from feeds.site.bundle_query import FEED, read_references
from feeds.site.compose_query import read_form
from feeds.site.file_urls import ROOT_ASSETS, AssetAddress, RobotsAddress, SecurityAddress, SitemapAddress
from feeds.site.find_query import read_find
from feeds.site.opml_query import OPML_PARAMETERS, parse_opml_query
from feeds.site.urls import (
    SORT,
    TOPIC_LISTS,
    Address,
    ArchiveAddress,
    BundleAddress,
    ComposeAddress,
    DigestAddress,
    DigestPageAddress,
    FeedAddress,
    HomeAddress,
    IssueAddress,
    OpmlAddress,
    Order,
    PageAddress,
    ProviderListAddress,
    QueryAddress,
    SuggestedNamesAddress,
    TopicListAddress,
    write_reference,
)

SEARCH_PATH = "/search"
"""The search form's target: with a query string, an alias of the page of its results."""

_SHOWN_CHARACTERS = 60
_ARCHIVE_PART = re.compile(r"([1-9][0-9]{0,8})(?:-(-?[0-9]{1,12})-([0-9a-f]{8}))?")
_CYCLES = {str(cycle): cycle for cycle in Cycle}
_FORMATS = {str(format): format for format in Format}
_ALIASES = {
    # Readers that know only the site's address probe these paths without following redirects. A folder `feed` has
    # meant RSS since WordPress; `.xml` may be Atom.
    "/feed.xml": Format.ATOM,
    "/atom.xml": Format.ATOM,
    "/index.xml": Format.ATOM,
    "/rss.xml": Format.RSS,
    "/feed/": Format.RSS,
    "/feed": Format.RSS,
}
_SINGLE: dict[str, Address] = {
    **dict.fromkeys(("", SEARCH_PATH[1:]), HomeAddress()),
    **{address.path[1:]: address for address in TOPIC_LISTS},
    **{address.path[1:]: address for address in (ProviderListAddress(), PageAddress(), SuggestedNamesAddress())},
    **{address.path[1:]: address for address in (ComposeAddress(), OpmlAddress(), SitemapAddress(), RobotsAddress())},
    **{f"feed.{format}": FeedAddress(EVERYTHING, format) for format in Format},
    **{name: AssetAddress(name) for name in ROOT_ASSETS},
}


def parse_address(path: str, query_string: str = "", *, defaults: Query = EVERYTHING) -> Address:
    """Parse a decoded URL path and an encoded query string, in any spelling: capitals, a slash at the end.

    Names of topics and providers stay as written: only the catalog knows their spelling. Parameters that equal
    `defaults` are dropped.

    Raises:
        NotFoundError: no document can have this path.
        BadRequestError: an expression is ill-formed, or a parameter has an invalid value.
    """
    address = _parse_path(path)
    if isinstance(address, OpmlAddress):
        return _parse_list(query_string, defaults=defaults)
    if not isinstance(address, QueryAddress | HomeAddress | ComposeAddress):
        return _find(address, query_string)
    is_form = isinstance(address, ComposeAddress)
    query = read_form(query_string).compose() if is_form else parse_query(query_string)
    query = query.without_defaults(defaults)
    if isinstance(address, QueryAddress):
        topics, providers = address.query.topics, address.query.providers
        query = msgspec.structs.replace(query, topics=topics, providers=providers)
        if isinstance(address, IssueAddress):
            return IssueAddress.of(query, address.cycle, address.issue)
        address = msgspec.structs.replace(address, query=query)
        return _order(address, query_string) if isinstance(address, PageAddress) else address
    if query == EVERYTHING:
        return address
    return _order(PageAddress(query), query_string)


def _find(address: Address, query_string: str) -> Address:
    """Give a list of topics or publishers the text to find in the query string; other documents have none."""
    if address in (TopicListAddress(), ProviderListAddress()):
        return msgspec.structs.replace(address, find=read_find(query_string))
    return address


def _order(address: PageAddress, query_string: str) -> PageAddress:
    """Give the page of a search the order in the query string; other pages, and other values, have the usual order."""
    orders = [text.strip().lower() for name, text in parse_qsl(query_string) if name == SORT]
    is_best = bool(address.query.search) and not address.part and Order.BEST in orders
    return msgspec.structs.replace(address, order=Order.BEST) if is_best else address


def _parse_list(query_string: str, *, defaults: Query) -> OpmlAddress | BundleAddress:
    if references := read_references(query_string, excluded=OPML_PARAMETERS):
        return BundleAddress.of(parse_feed(reference, defaults=defaults) for reference in references)
    return OpmlAddress(parse_opml_query(query_string))


def parse_feed(reference: str, *, defaults: Query) -> FeedAddress | DigestAddress:
    """Parse the path and query of a feed or of its page, percent-encoded; a name stands for a topic."""
    name, _, query_string = reference.partition("?")
    path = unquote(name)
    if not path.startswith("/"):
        path = f"/{path}" if "/" in path else f"/topics/{path}"
    address: Address | None = None
    try:
        address = parse_address(path, query_string, defaults=defaults)
    except BadRequestError as error:
        raise BadRequestError(f"“{FEED}”: {str(error).rstrip('.')}.") from error
    except NotFoundError:
        pass  # reported below
    if isinstance(address, PageAddress) and not address.part:
        return FeedAddress(address.query, Format.ATOM)
    if isinstance(address, DigestPageAddress):
        return DigestAddress(address.query, address.cycle, Format.ATOM)
    if isinstance(address, FeedAddress | DigestAddress):
        return address
    shown = reference if len(reference) <= _SHOWN_CHARACTERS else f"{reference[:_SHOWN_CHARACTERS]}…"
    raise BadRequestError(f"“{FEED}”: “{shown}” is not a feed; write such as /topics/ai or /topics/ai+robotics.rss.")


def _parse_path(path: str) -> Address:
    if path in _ALIASES:
        return FeedAddress(EVERYTHING, _ALIASES[path])
    section, _, name = path.strip("/").partition("/")
    section = section.lower()
    if not name:
        return _SINGLE.get(section) or _raise_not_found()
    if not name.isprintable():
        _raise_not_found()
    if f"/{section}/{name.lower()}" == SecurityAddress().path:
        return SecurityAddress()
    if "/" in name or section == "feed":
        return _parse_nested(section, name)
    if section == "static":
        return AssetAddress(name)
    return _parse_named(section, name)


def is_alias(path: str) -> bool:
    """Return whether a decoded path is an alias of a feed, for readers that probe it."""
    return path in _ALIASES


def check_spelling(path: str, address: Address) -> None:
    """Accept the decoded `path` of `address` if it is canonical or an alias that feed readers probe.

    The query string may have any spelling.

    Raises:
        MovedError: the path is neither.
    """
    if path not in _ALIASES and path != unquote(address.path):
        raise MovedError(write_reference(address))


def _parse_named(section: str, name: str) -> Address:
    stem, _, extension = name.rpartition(".")
    format = _FORMATS.get(extension.lower()) if stem else None
    query = _parse_query_path(section, stem if format else name)
    return FeedAddress(query, format) if format else PageAddress(query)


def _parse_nested(section: str, path: str) -> QueryAddress:
    *folders, file = path.split("/")
    stem, dot, extension = file.lower().partition(".")
    format = _FORMATS.get(extension) or (_raise_not_found() if dot else None)
    if stem in _CYCLES:
        query, cycle = _parse_parent(section, folders), _CYCLES[stem]
        return DigestAddress(query, cycle, format) if format else DigestPageAddress(query, cycle)
    if folders and not format and folders[-1].lower() in _CYCLES:
        return _parse_issue(section, folders, stem)
    found = _ARCHIVE_PART.fullmatch(stem)
    if not folders or folders.pop().lower() != "archive" or not found:
        _raise_not_found()
    block, published, mark = found.groups()
    part = ArchivePart(int(block), FeedEnd(int(published), mark) if mark else None)
    query = _parse_parent(section, folders)
    return ArchiveAddress(query, part, format) if format else PageAddress(query, part)


def _parse_issue(section: str, folders: Sequence[str], name: str) -> IssueAddress:
    *parents, cycle_name = folders
    cycle = _CYCLES[cycle_name.lower()]
    issue = cycle.parse_issue(name)
    if issue is None:
        _raise_not_found()
    return IssueAddress(_parse_parent(section, parents), cycle, issue)


def _parse_parent(section: str, names: list[str]) -> Query:
    if section == "feed" and not names:
        return EVERYTHING
    return _parse_query_path(section, names[0]) if len(names) == 1 else _raise_not_found()


def _parse_query_path(section: str, name: str) -> Query:
    if section == "topics":
        return Query(topics=parse_expression(name))
    return Query(providers=parse_expression(name)) if section == "providers" else _raise_not_found()


def _raise_not_found() -> NoReturn:
    raise NotFoundError("Page not found.")
