"""Find the feed behind a URL, for statistics."""

from functools import lru_cache
from urllib.parse import unquote, urlsplit

from feeds.model.errors import FeedsError
from feeds.model.query import EVERYTHING, Query
from feeds.site.former_feeds import FormerFeeds, comes_first, find_former_feed
from feeds.site.url_parser import parse_address
from feeds.site.urls import DigestAddress, FeedAddress, write_reference

_KEPT_NAMES = 4_096
_MAX_KEPT_CHARACTERS = 2_000  # lines of logs may be far longer


def name_feed(url: str, *, base_path: str = "", defaults: Query = EVERYTHING) -> str:
    """Return the canonical path and query of a feed or digest, percent-encoded; empty for any other URL.

    `url` is an absolute URL, or its path and query, percent-encoded. Names of topics and publishers stay as written.
    """
    find = _find_kept_name if len(url) <= _MAX_KEPT_CHARACTERS else _find_name
    return find(url, base_path=base_path, defaults=defaults)


def _find_name(url: str, *, base_path: str, defaults: Query) -> str:
    try:
        parts = urlsplit(url)
        path = unquote(parts.path).removeprefix(base_path)
        address = parse_address(path, parts.query, defaults=defaults)
    except (FeedsError, ValueError):  # such as a host with an open bracket
        return ""
    return write_reference(address) if isinstance(address, FeedAddress | DigestAddress) else ""


_find_kept_name = lru_cache(_KEPT_NAMES)(_find_name)


def name_any_feed(url: str, *, former: FormerFeeds, base_path: str = "", defaults: Query = EVERYTHING) -> str:
    """Return the name as `name_feed` does, also of the feed that answers at the URL of an earlier feed."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    path = unquote(parts.path).removeprefix(base_path)
    found = find_former_feed(former, path, parts.query) if former else None
    if found and comes_first(path, parts.query):
        return found.path
    return name_feed(url, base_path=base_path, defaults=defaults) or (found.path if found else "")
