"""Define a feed: a named, ordered list of entries, independent of format."""

from datetime import UTC, datetime
from enum import StrEnum

import msgspec

from feeds.model.entry import Entry, Headline

EMPTY_FEED_UPDATED = datetime(2005, 12, 1, tzinfo=UTC)
"""The `updated` of an Atom feed without entries: Atom requires a date, and the current time would change every fetch.

The month in which RFC 4287 defined Atom. Validators call dates before 1990 implausible.
"""


class Format(StrEnum):
    """The formats of a feed; the value is the extension in the URL."""

    ATOM = "atom"
    RSS = "rss"
    JSON = "json"

    @property
    def media_type(self) -> str:
        """The media type without parameters, for autodiscovery links."""
        return {"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"}[self]

    @property
    def display_name(self) -> str:
        """The name of the format for people."""
        return {"atom": "Atom", "rss": "RSS", "json": "JSON Feed"}[self]


class LinkChoice(StrEnum):
    """The URL of an article to which its entry links, if the article has several."""

    WEB = "web"
    AMP = "amp"
    CDN = "cdn"


class Link(msgspec.Struct, frozen=True):
    """A link of the feed, such as a hub or an archive document (RFC 4287 section 4.2.7)."""

    rel: str
    href: str
    type: str = ""


class DocumentLink(msgspec.Struct, frozen=True):
    """A link to another document of the same feed, at a canonical path without an extension (RFC 5005 section 4).

    The feed in each format links to the document in the same format.
    """

    rel: str
    path: str


class Tombstone(msgspec.Struct, frozen=True):
    """The statement that the entry with an id was removed from a feed at a time (RFC 6721)."""

    id: str
    removed: datetime


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """The publishing site, as every feed names it; `url` is absolute, without a slash at the end."""

    url: str
    title: str
    language: str = "en"
    icon: str = ""
    logo: str = ""


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """One feed in any format.

    `path` is the canonical URL path without an extension (`/topics/ai`, `/feed`); `id` is the same in every format and
    on every host; `page_url` is the absolute URL of the HTML page. `entries` are sorted newest first. `links` are
    absolute and exclude the self and alternate links; `documents` are the other documents of the feed. `ttl_seconds`
    is the time for which readers need not poll. `is_archive` marks an archive document (RFC 5005 section 4). Only Atom
    shows `tombstones`.
    """

    id: str
    path: str
    query_string: str = ""
    title: str
    subtitle: str
    page_url: str
    site: Site
    entries: tuple[Entry, ...]
    image: str = ""
    links: tuple[Link, ...] = ()
    documents: tuple[DocumentLink, ...] = ()
    link_choice: LinkChoice = LinkChoice.WEB
    ttl_seconds: int = 900
    is_archive: bool = False
    tombstones: tuple[Tombstone, ...] = ()

    @property
    def updated(self) -> datetime:
        """The newest `updated` of the entries or time of a tombstone, never the current time."""
        times = (*(entry.updated for entry in self.entries), *(each.removed for each in self.tombstones))
        return max(times, default=EMPTY_FEED_UPDATED)

    @property
    def category_scheme(self) -> str:
        """The URL below which each category's term names the page of its topic (RFC 4287 section 4.2.2.2)."""
        return f"{self.site.url}/topics/"

    def self_url(self, format: Format) -> str:
        """Return the absolute URL of the feed in `format`."""
        return f"{self.site.url}{self.path}.{format}{'?' + self.query_string if self.query_string else ''}"

    def links_in(self, format: Format) -> tuple[Link, ...]:
        """Return the links, including the links to the feed's other documents in `format`."""
        documents = (
            Link(document.rel, f"{self.site.url}{document.path}.{format}", format.media_type)
            for document in self.documents
        )
        return (*self.links, *documents)


def entry_url(entry: Headline, choice: LinkChoice) -> str:
    """Return the URL to which an entry links: the chosen one if the entry has it, else `entry.url`."""
    match choice:
        case LinkChoice.AMP:
            return entry.amp_url or entry.url
        case LinkChoice.CDN:
            return entry.cdn_amp_url or entry.url
        case LinkChoice.WEB:
            return entry.url
