"""Refuse to remove most articles at once: the content folder may not be mounted."""

from collections.abc import Sequence

import msgspec

from feeds.catalog.stored import StoredFile
from feeds.catalog.writer import CatalogWriter
from feeds.model.errors import MassRemovalError

MAX_REMOVED_PART = 2
"""A collect may remove one part in this number of all articles; more needs --force."""


class Removal(msgspec.Struct, frozen=True):
    """The URLs of articles with deleted files, and the number of articles before the collect."""

    urls: list[str] = []
    articles: int = 0


def find_removal(writer: CatalogWriter, gone: Sequence[StoredFile]) -> Removal:
    """Find the articles with deleted files; nothing if at most half of all articles are deleted.

    Call this function before the deleted files are forgotten.
    """
    keys = [file.key for file in gone if file.is_accepted]
    limit = MAX_REMOVED_PART * len(keys)
    if not keys or (articles := writer.sources.count_accepted(limit=limit)) == limit:
        return Removal()
    mentions = writer.sources.read_mentions_in(keys)
    return Removal([mention.url for mention in mentions if mention.position == 0], articles)


def check_removal(writer: CatalogWriter, removal: Removal) -> None:
    """Check whether most articles are missing after all files have been read.

    An article that moved to another file still has a mention.

    Raises:
        MassRemovalError: more than half of the articles would be removed.
    """
    mentions = writer.sources.find_mentions(set(removal.urls))
    present = {mention.url for mention in mentions if mention.position == 0}
    removed = sum(url not in present for url in removal.urls)
    if removed * MAX_REMOVED_PART > removal.articles:
        raise MassRemovalError(removed=removed, known=removal.articles)
