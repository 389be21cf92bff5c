"""Name what a URL shows, for metrics, logs and statistics."""

from enum import StrEnum
from functools import lru_cache

from feeds.model.errors import FeedsError
from feeds.site.file_urls import (
    HEALTH_PATH,
    METRICS_PATH,
    PUBLISHER_PATH,
    STATISTICS_PATH,
    AssetAddress,
    RobotsAddress,
    SecurityAddress,
    SitemapAddress,
)
from feeds.site.url_parser import parse_address
from feeds.site.urls import Address, ArchiveAddress, BundleAddress, DigestAddress, FeedAddress, OpmlAddress

_KEPT_KINDS = 4_096
_MAX_KEPT_CHARACTERS = 300


class RequestKind(StrEnum):
    """The kinds of documents; `composed` are feeds that anybody may compose.

    `publisher` is for the publisher only, and `other` is whatever has no kind.
    """

    FEED = "feed"
    COMPOSED = "composed"
    DIGEST = "digest"
    ARCHIVE = "archive"
    PAGE = "page"
    OPML = "opml"
    SITEMAP = "sitemap"
    ROBOTS = "robots"
    STATIC = "static"
    HEALTH = "health"
    PUBLISHER = "publisher"
    OTHER = "other"


_PATHS = {
    HEALTH_PATH: RequestKind.HEALTH,
    METRICS_PATH: RequestKind.PUBLISHER,
    PUBLISHER_PATH: RequestKind.PUBLISHER,
    STATISTICS_PATH: RequestKind.PUBLISHER,
}
_KINDS = {
    DigestAddress: RequestKind.DIGEST,
    ArchiveAddress: RequestKind.ARCHIVE,
    OpmlAddress: RequestKind.OPML,
    BundleAddress: RequestKind.OPML,
    SitemapAddress: RequestKind.SITEMAP,
    RobotsAddress: RequestKind.ROBOTS,
    SecurityAddress: RequestKind.OTHER,
    AssetAddress: RequestKind.STATIC,
}


def name_kind(key: tuple[str, str]) -> RequestKind:
    """Return the kind of document at a decoded path with an encoded query string, whether or not there is one."""
    is_short = sum(map(len, key)) <= _MAX_KEPT_CHARACTERS
    return _find_kept_kind(key) if is_short else _find_kind(key)


def _find_kind(key: tuple[str, str]) -> RequestKind:
    path, query_string = key
    if path in _PATHS:
        return _PATHS[path]
    try:
        return _name_kind(parse_address(path, query_string))
    except FeedsError:
        return RequestKind.OTHER


_find_kept_kind = lru_cache(_KEPT_KINDS)(_find_kind)


def _name_kind(address: Address) -> RequestKind:
    if isinstance(address, FeedAddress):
        return RequestKind.FEED if address.query.is_plain else RequestKind.COMPOSED
    return _KINDS.get(type(address), RequestKind.PAGE)
