"""Find the feed that answers at the URL of an earlier feed."""

from collections.abc import Mapping
from typing import TypeAlias
from urllib.parse import unquote, urlsplit

import msgspec

from feeds.model.errors import FeedsError
from feeds.site.url_parser import is_alias, parse_address
from feeds.site.urls import FeedAddress, FormerFeedAddress, HomeAddress

FormerFeeds: TypeAlias = Mapping[tuple[str, str], FeedAddress]
"""The feeds that answer at the URLs of earlier feeds, by decoded path and encoded query."""


def read_former_feeds(document: str, *, base_path: str) -> FormerFeeds:
    """Read the feeds from `CatalogState.former_feeds`; `base_path` is the path of the site.

    The hosts do not matter: the feed answers whatever host leads here.
    """
    found: dict[tuple[str, str], FeedAddress] = {}
    for url, feed in msgspec.json.decode(document or "{}", type=dict[str, str]).items():
        address = _parse_feed(feed)
        if address:
            found.setdefault(split_former_url(url, base_path=base_path), address)
    return found


def split_former_url(url: str, *, base_path: str = "") -> tuple[str, str]:
    """Return what identifies an earlier feed, whatever its host: the decoded path and the encoded query."""
    parts = urlsplit(url)
    return unquote(parts.path).removeprefix(base_path) or "/", parts.query


def comes_first(path: str, query_string: str) -> bool:
    """Return whether an earlier feed at a decoded path and an encoded query goes before the site's own document.

    The site's own aliases of its feeds are free for earlier feeds, which may have another format. At the root, a query
    can decide between a page and a feed. Elsewhere, the site's own document goes first.
    """
    return is_alias(path) or (path == HomeAddress().path and bool(query_string))


def find_former_feed(feeds: FormerFeeds, path: str, query_string: str) -> FeedAddress | None:
    """Return the feed at a decoded path and an encoded query; without such a query, at the path alone."""
    return feeds.get((path, query_string)) or (feeds.get((path, "")) if path != HomeAddress().path else None)


def list_former_addresses(feeds: FormerFeeds) -> list[FormerFeedAddress]:
    """List the addresses that a static host can serve: those with a file name, and without a query."""
    return [
        FormerFeedAddress(path, target)
        for (path, query), target in sorted(feeds.items(), key=lambda item: item[0])
        if not query and "." in path.rpartition("/")[2]
    ]


def _parse_feed(path: str) -> FeedAddress | None:
    try:
        address = parse_address(unquote(path))
    except FeedsError:  # such as a path that only another version of the program knows
        return None
    return address if isinstance(address, FeedAddress) else None
