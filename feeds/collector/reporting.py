"""Gather what is wrong with the articles: each file's own problems, and those between files."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from feeds.catalog.writer import CatalogWriter
from feeds.collector.naming import Naming
from feeds.errors import Level, Problem
from feeds.folders import locate_key


def find_problems(writer: CatalogWriter, folders: Sequence[Path], *, naming: Naming) -> Iterator[Problem]:
    """Give the problems of every article file as it stands, then those between articles, in no order."""
    for document in writer.problems():
        yield from msgspec.json.decode(document, type=list[Problem])
    for url, keys in writer.duplicate_urls():
        first, *others = (locate_key(folders, key) for key in keys)
        message = f"this article has the same address as {first} ({url}), so the two make one entry; remove one"
        yield from (_warn(path, "duplicate-url", message=message) for path in others)
    for topic, slug in naming.clashes.items():
        # A topic that no article names any more is nobody's concern.
        if key := writer.first_path_with(topic):
            message = f"the topic “{topic}” would have the same address as another one, so its is /topics/{slug};"
            yield _warn(locate_key(folders, key), "topic-clash", message=f"{message} rename one of them")


def _warn(path: str, code: str, *, message: str) -> Problem:
    return Problem(path, 1, 1, Level.WARNING, code, message)
