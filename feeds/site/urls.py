"""Define the canonical URLs of the site: feeds, archives, digests, pages, lists and static files.

An address is a parsed URL. Only the catalog knows whether an address has a document.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Self, TypeAlias
from urllib.parse import quote

import msgspec

from feeds.model.archive import ArchivePart
from feeds.model.feed import Format
from feeds.model.periods import Cycle
from feeds.model.query import EVERYTHING, Query
from feeds.site.bundle_query import write_references
from feeds.site.file_urls import AssetAddress, NotFoundAddress, RobotsAddress, SecurityAddress, SitemapAddress
from feeds.site.find_query import write_find
from feeds.site.opml_query import EVERY_TOPIC, OpmlQuery


class FeedAddress(msgspec.Struct, frozen=True):
    """A feed in one format."""

    query: Query
    format: Format

    @property
    def path(self) -> str:
        """The canonical path, percent-encoded."""
        return f"{self.query.path}.{self.format}"


class ArchiveAddress(msgspec.Struct, frozen=True):
    """An archive document of a feed in one format (RFC 5005 section 4)."""

    query: Query
    part: ArchivePart
    format: Format

    @property
    def path(self) -> str:
        """The canonical path, percent-encoded."""
        return f"{archive_stem(self.query, self.part)}.{self.format}"


def archive_stem(query: Query, part: ArchivePart) -> str:
    """Return the canonical path of an archive document, percent-encoded, without an extension."""
    return f"{query.path}/archive/{part.name}"


class DigestAddress(msgspec.Struct, frozen=True):
    """A digest, a feed with one entry per day or week, in one format."""

    query: Query
    cycle: Cycle
    format: Format

    @property
    def path(self) -> str:
        """The canonical path, percent-encoded."""
        return f"{digest_stem(self.query, self.cycle)}.{self.format}"


def digest_stem(query: Query, cycle: Cycle) -> str:
    """Return the canonical path of a digest, percent-encoded, without an extension."""
    return f"{query.path}/{cycle}"


class Order(StrEnum):
    """An order of the stories on the page of a search, as its URL spells it."""

    NEWEST = "newest"
    BEST = "best"


SORT = "sort"
"""The parameter for the order; feeds have no such parameter, and are always in order of time."""


class DigestPageAddress(msgspec.Struct, frozen=True):
    """The page of a digest, with its newest issues."""

    query: Query
    cycle: Cycle

    @property
    def path(self) -> str:
        """The canonical path, percent-encoded."""
        return digest_stem(self.query, self.cycle)


class IssueAddress(msgspec.Struct, frozen=True):
    """The page of one issue of a digest; its query has no limit, which counts issues."""

    query: Query
    cycle: Cycle
    issue: int

    @property
    def path(self) -> str:
        """The canonical path, percent-encoded."""
        return f"{digest_stem(self.query, self.cycle)}/{self.cycle.name_issue(self.issue)}"

    @classmethod
    def of(cls, query: Query, cycle: Cycle, issue: int) -> Self:
        """Return the address of an issue of a query's digest, whatever the limit of the query."""
        return cls(msgspec.structs.replace(query, limit=None), cycle, issue)


class PageAddress(msgspec.Struct, frozen=True):
    """The page of a query's latest stories, or of a part of its archive; only searches have another order."""

    query: Query = EVERYTHING
    part: ArchivePart | None = None
    order: Order = Order.NEWEST

    @property
    def path(self) -> str:
        """The canonical path, percent-encoded."""
        if self.part:
            return archive_stem(self.query, self.part)
        return self.query.path if self.query.topics or self.query.providers else "/latest"

    @property
    def query_string(self) -> str:
        """The canonical query string, percent-encoded."""
        return self.query.query_string + (f"&{SORT}={self.order}" if self.order is not Order.NEWEST else "")


class HomeAddress(msgspec.Struct, frozen=True):
    """The home page."""

    path: str = "/"


class TopicOrder(StrEnum):
    """The orders of the list of topics: in groups below their parents, or all topics by name, activity or date."""

    GROUPS = ""
    NAME = "name"
    ACTIVITY = "activity"
    DATE = "date"


class TopicListAddress(msgspec.Struct, frozen=True):
    """The page that lists all topics in an order, or the topics whose names contain the text `find`."""

    order: TopicOrder = TopicOrder.GROUPS
    find: str = ""

    @property
    def path(self) -> str:
        """The canonical path."""
        return f"/topics-by-{self.order}" if self.order else "/topics"


TOPIC_LISTS = tuple(TopicListAddress(order) for order in TopicOrder)
"""The lists of all topics."""


class ProviderListAddress(msgspec.Struct, frozen=True):
    """The page that lists all publishers, or those whose domains contain the text `find`."""

    find: str = ""

    @property
    def path(self) -> str:
        """The canonical path."""
        return "/providers"


class ComposeAddress(msgspec.Struct, frozen=True):
    """The page with the form that composes feeds."""

    path: str = "/compose"


class SuggestedNamesAddress(msgspec.Struct, frozen=True):
    """The names that the form for composing feeds suggests, in JSON."""

    path: str = "/compose.json"


class OpmlAddress(msgspec.Struct, frozen=True):
    """The list of feeds in OPML, for import into feed readers."""

    listing: OpmlQuery = EVERY_TOPIC

    @property
    def path(self) -> str:
        """The canonical path."""
        return "/feeds.opml"


class BundleAddress(msgspec.Struct, frozen=True):
    """A list of chosen feeds in OPML, at the path of the list of all feeds; both parts are in canonical order.

    The feeds in `missing` do not exist. The URL names them all the same: they may appear later.
    """

    feeds: tuple[FeedAddress | DigestAddress, ...]
    missing: tuple[FeedAddress | DigestAddress, ...] = ()

    @classmethod
    def of(
        cls, feeds: Iterable[FeedAddress | DigestAddress], *, missing: Iterable[FeedAddress | DigestAddress] = ()
    ) -> Self:
        """Return the bundle of feeds in any order, some of them more than once."""
        return cls(*(tuple(sorted(set(each), key=write_reference)) for each in (feeds, missing)))

    @property
    def path(self) -> str:
        """The canonical path."""
        return OpmlAddress().path

    @property
    def query_string(self) -> str:
        """The canonical query string, percent-encoded."""
        return write_references(map(write_reference, (*self.feeds, *self.missing)))


class FormerFeedAddress(msgspec.Struct, frozen=True):
    """The path of an earlier feed, decoded, at which a feed of this site answers."""

    former_path: str
    target: FeedAddress

    @property
    def path(self) -> str:
        """The path, percent-encoded."""
        return quote(self.former_path)


QueryAddress: TypeAlias = FeedAddress | ArchiveAddress | DigestAddress | DigestPageAddress | IssueAddress | PageAddress
DirectoryPageAddress: TypeAlias = HomeAddress | TopicListAddress | ProviderListAddress | ComposeAddress
Address: TypeAlias = (
    QueryAddress
    | DirectoryPageAddress
    | FormerFeedAddress
    | SuggestedNamesAddress
    | OpmlAddress
    | BundleAddress
    | SitemapAddress
    | RobotsAddress
    | SecurityAddress
    | AssetAddress
    | NotFoundAddress
)


def page_of(query: Query) -> PageAddress | HomeAddress:
    """Return the address of a query's page; the page of everything is the home page."""
    return HomeAddress() if query == EVERYTHING else PageAddress(query)


def query_string_of(address: Address) -> str:
    """Return the canonical query string of an address, percent-encoded; empty if the address takes none."""
    if isinstance(address, OpmlAddress):
        return str(address.listing)
    if isinstance(address, BundleAddress | PageAddress):
        return address.query_string
    if isinstance(address, TopicListAddress | ProviderListAddress):
        return write_find(address.find)
    return address.query.query_string if isinstance(address, QueryAddress) else ""


def write_reference(address: Address) -> str:
    """Return the canonical path of an address, with `?` and its query string unless empty (RFC 3986 section 4.2)."""
    query_string = query_string_of(address)
    return f"{address.path}?{query_string}" if query_string else address.path
