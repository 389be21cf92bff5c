"""Define a document: the bytes at a URL, with their validators and caching."""

from datetime import datetime

import msgspec

from feeds.model.feed import Link

HTML = "text/html; charset=utf-8"
"""The media type of pages."""


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """The representation to send for a URL (RFC 9110 section 8).

    `etag` is strong and unquoted. `last_modified` is None for a feed that never had an entry, for static files, and
    for bundles: one URL may lead to another list, last changed at an earlier time.
    `links` are for the `Link` header. `scopes` name the parts of the catalog on which the bytes depend; empty means the
    whole catalog.
    """

    body: bytes
    media_type: str
    etag: str
    last_modified: datetime | None
    max_age_seconds: int
    links: tuple[Link, ...] = ()
    scopes: tuple[str, ...] = ()
