"""Name what there can be at a URL: feeds, archives, pages, the list of feeds, the files that pages need.

Nothing here knows what exists; whether there is such a topic is the catalog's to say.
"""

from typing import TypeAlias
from urllib.parse import quote

import msgspec

from feeds.model.archive import ArchivePart
from feeds.model.feed import Format
from feeds.model.periods import Cycle
from feeds.model.query import EVERYTHING, Query
from feeds.site.opml_query import EVERY_TOPIC, OpmlQuery

ROOT_ASSETS = frozenset({"favicon.ico"})
"""The files that browsers look for without being told."""


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
    """Give the canonical path of an archive document, percent-encoded, without an extension."""
    return f"{query.path}/archive/{part.name}"


class DigestAddress(msgspec.Struct, frozen=True):
    """A feed with an entry a day or a week, in one format."""

    query: Query
    cycle: Cycle
    format: Format

    @property
    def path(self) -> str:
        """The canonical path, percent-encoded."""
        return f"{digest_stem(self.query, self.cycle)}.{self.format}"


def digest_stem(query: Query, cycle: Cycle) -> str:
    """Give the canonical path of a digest feed, percent-encoded, without an extension."""
    return f"{query.path}/{cycle}"


class PageAddress(msgspec.Struct, frozen=True):
    """The page of a subject's latest stories, or of a part of its archive."""

    query: Query = EVERYTHING
    part: ArchivePart | None = None

    @property
    def path(self) -> str:
        """The canonical path, percent-encoded."""
        if self.part:
            return archive_stem(self.query, self.part)
        return self.query.path if self.query.topics or self.query.providers else "/latest"


class HomeAddress(msgspec.Struct, frozen=True):
    """The page that leads to all others."""

    path: str = "/"


class ComposeAddress(msgspec.Struct, frozen=True):
    """The page on which feeds are composed. With choices in its query, it is another name of the page they lead to."""

    path: str = "/compose"


class OpmlAddress(msgspec.Struct, frozen=True):
    """The list of feeds, for feed readers to import."""

    listing: OpmlQuery = EVERY_TOPIC

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
        return f"/{self.name}" if self.name in ROOT_ASSETS else f"/static/{quote(self.name)}"


QueryAddress: TypeAlias = FeedAddress | ArchiveAddress | DigestAddress | PageAddress
Address: TypeAlias = (
    QueryAddress | HomeAddress | ComposeAddress | OpmlAddress | SitemapAddress | RobotsAddress | AssetAddress
)


def page_of(query: Query) -> PageAddress | HomeAddress:
    """Give the address of the page that speaks for a subject: for everything, that is the home page."""
    return HomeAddress() if query == EVERYTHING else PageAddress(query)


def query_string_of(address: Address) -> str:
    """Give the canonical query of an address, percent-encoded; empty where there is none."""
    if isinstance(address, OpmlAddress):
        return str(address.listing)
    return address.query.query_string if isinstance(address, QueryAddress) else ""


def write_reference(address: Address) -> str:
    """Give the canonical path of an address, and its query behind `?` if there is one (RFC 3986 section 4.2)."""
    query_string = query_string_of(address)
    return f"{address.path}?{query_string}" if query_string else address.path
