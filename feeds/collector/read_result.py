"""The result of reading one file."""

from typing import TypeAlias

import msgspec

from feeds.articles.content_file import ContentFile
from feeds.articles.parsed import TakenField
from feeds.catalog.stored import StoredLabel, StoredMention
from feeds.model.errors import Problem

ReadTask: TypeAlias = tuple[ContentFile, str]
"""A file to read, and its digest in the catalog (empty: the file is not known)."""


class ReadResult(msgspec.Struct, frozen=True):
    """The result of reading a file; `mentions` is None if the content is unchanged or rejected.

    `taken` says where the fields of a post in the shape of another tool come from.
    """

    file: ContentFile
    digest: str
    is_rejected: bool = False
    problems: tuple[Problem, ...] = ()
    mentions: list[StoredMention] | None = None
    labels: tuple[StoredLabel, ...] = ()
    taken: tuple[TakenField, ...] = ()
