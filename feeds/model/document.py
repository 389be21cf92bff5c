"""Define a document: the bytes at a URL, with their validators and caching."""

from collections.abc import Collection
from datetime import datetime
from typing import Self

import msgspec

from feeds.model.entry import fingerprint
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

    @classmethod
    def of(
        cls,
        body: bytes,
        media_type: str,
        *,
        changed: datetime | None,
        max_age_seconds: int,
        scopes: tuple[str, ...] = (),
    ) -> Self:
        """Return the document with these bytes, and the tag that follows from them."""
        return cls(
            body=body,
            media_type=media_type,
            etag=fingerprint(body),
            last_modified=changed,
            max_age_seconds=max_age_seconds,
            scopes=scopes,
        )


def depends_on_any(scopes: Collection[str], changed: Collection[str]) -> bool:
    """Return whether a document with these scopes depends on any changed scope; without scopes, on every scope."""
    return any(scope in changed for scope in scopes) if scopes else bool(changed)
