"""The stories of the content folders, to compare with the entries of earlier feeds."""

from datetime import datetime

import msgspec


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A story of the content folders: an article, or an item related to one. `topics` are slugs.

    Only a published article has a title and a date here: other stories are found by their address alone.
    """

    url: str
    path: str
    title: str = ""
    published: datetime | None = None
    topics: frozenset[str] = frozenset()


class Stories(msgspec.Struct, frozen=True):
    """All stories, articles first, and the slugs of all topics."""

    candidates: tuple[Candidate, ...]
    topics: frozenset[str]
