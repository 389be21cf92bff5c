"""Gather what is wrong with the articles: each file's own problems, and those between files."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from feeds.catalog.writer import CatalogWriter
from feeds.collector.naming import Naming
from feeds.errors import Problem
from feeds.folders import locate_key
from feeds.problems import describe_clash, describe_duplicates


def find_problems(writer: CatalogWriter, folders: Sequence[Path], *, naming: Naming) -> Iterator[Problem]:
    """Give the problems of every article file as it stands, then those between articles, in no order."""
    for document in writer.problems():
        yield from msgspec.json.decode(document, type=list[Problem])
    for url, keys in writer.duplicate_urls():
        yield from describe_duplicates(url, [locate_key(folders, key) for key in keys])
    for topic, slug in naming.clashes.items():
        # A topic that no article names any more is nobody's concern.
        if key := writer.first_path_with(topic):
            yield describe_clash(topic, slug, path=locate_key(folders, key))
