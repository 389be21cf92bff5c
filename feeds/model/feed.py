"""Define a feed: a named, ordered list of entries, before any format is chosen."""

from datetime import UTC, datetime
from enum import StrEnum

import msgspec

from feeds.model.entry import Entry

EMPTY_FEED_UPDATED = datetime(1970, 1, 1, tzinfo=UTC)
"""The `updated` of a feed without entries: Atom demands one (RFC 4287 section 4.1.1), and a clock would lie."""


class Format(StrEnum):
    """The documents a feed can be written as; the value is the extension in its URL."""

    ATOM = "atom"
    RSS = "rss"
    JSON = "json"

    @property
    def media_type(self) -> str:
        """The media type without parameters, as autodiscovery links carry it."""
        return {"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"}[self]

    @property
    def display_name(self) -> str:
        """The name people know the format by."""
        return {"atom": "Atom", "rss": "RSS", "json": "JSON Feed"}[self]


class LinkChoice(StrEnum):
    """Which of an article's addresses an entry links to, where it has more than one."""

    WEB = "web"
    AMP = "amp"
    CDN = "cdn"


class Link(msgspec.Struct, frozen=True):
    """A link of the feed itself, such as a hub or an archive document (RFC 4287 section 4.2.7)."""

    rel: str
    href: str
    type: str = ""


class DocumentLink(msgspec.Struct, frozen=True):
    """A link to another document of the same feed, at a canonical path without an extension (RFC 5005 section 4).

    Each format links to the document in the same format.
    """

    rel: str
    path: str


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """The publisher, as every feed names it; `url` is absolute and has no slash at its end."""

    url: str
    title: str
    language: str = "en"
    icon: str = ""
    logo: str = ""


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """One feed, whatever its format.

    `path` is the canonical URL path without an extension (`/topics/ai`, `/feed`); `id` is the same in every format and
    on every host; `page_url` is the absolute URL of the HTML page. `entries` stand newest first. `links` are beyond
    the self and alternate links, and absolute; `documents` are the other documents of the feed. `ttl_seconds` is how
    long a reader need not ask again. `is_archive` says that the document will stay as it is (RFC 5005 section 4).
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

    @property
    def updated(self) -> datetime:
        """The newest `updated` of the entries, never the clock."""
        return max((entry.updated for entry in self.entries), default=EMPTY_FEED_UPDATED)

    @property
    def category_scheme(self) -> str:
        """The address below which each category's term leads to what else is in it (RFC 4287 section 4.2.2.2)."""
        return f"{self.site.url}/topics/"

    def self_url(self, format: Format) -> str:
        """Give the absolute URL this feed has in `format`."""
        return f"{self.site.url}{self.path}.{format}{'?' + self.query_string if self.query_string else ''}"

    def links_in(self, format: Format) -> tuple[Link, ...]:
        """Give the links, and those to the feed's other documents in `format`."""
        documents = (
            Link(document.rel, f"{self.site.url}{document.path}.{format}", format.media_type)
            for document in self.documents
        )
        return (*self.links, *documents)


def entry_url(entry: Entry, choice: LinkChoice) -> str:
    """Give the address an entry links to: the chosen one where the entry has it, else its own."""
    chosen = {LinkChoice.WEB: entry.url, LinkChoice.AMP: entry.amp_url, LinkChoice.CDN: entry.cdn_amp_url}[choice]
    return chosen or entry.url
