"""The result of reading one file."""

from typing import TypeAlias

import msgspec

from feeds.articles.files import ContentFile
from feeds.catalog.stored import StoredLabel, StoredMention
from feeds.model.errors import Problem

ReadTask: TypeAlias = tuple[ContentFile, str]
"""A file to read, and its digest in the catalog (empty: the file is not known)."""


class ReadResult(msgspec.Struct, frozen=True):
    """The result of reading a file; `mentions` is None if the content is unchanged or rejected."""

    file: ContentFile
    digest: str
    is_rejected: bool = False
    problems: tuple[Problem, ...] = ()
    mentions: list[StoredMention] | None = None
    labels: tuple[StoredLabel, ...] = ()
