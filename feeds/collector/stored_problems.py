"""Gather what is wrong with the articles: each file's own problems, and those between files."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import msgspec

from feeds.articles.files import locate_key
from feeds.articles.mention import Role
from feeds.catalog.writer import CatalogWriter
from feeds.collector.problems import describe_clash, describe_duplicates
from feeds.collector.topics import Naming
from feeds.model.errors import Problem


def find_problems(
    writer: CatalogWriter, folders: Sequence[Path], *, naming: Naming, keys: Collection[str] | None
) -> Iterator[Problem]:
    """Give the problems of every article file as it stands, or of those with these keys, in no order.

    To the problems of a file belong those that it has with others.
    """
    for document in writer.problems(keys):
        yield from msgspec.json.decode(document, type=list[Problem])
    for url, paths in writer.duplicate_urls(None if keys is None else _published_urls(writer, keys)):
        yield from describe_duplicates(url, [locate_key(folders, path) for path in paths])
    for topic, slug in naming.clashes.items():
        key = writer.first_path_with(topic)
        # A topic that no article names any more is nobody's concern.
        if key and (keys is None or key in keys or slug in naming.changed):
            yield describe_clash(topic, slug, path=locate_key(folders, key))


def _published_urls(writer: CatalogWriter, keys: Collection[str]) -> set[str]:
    return {row.url for row in writer.mentions_in(keys) if row.position == 0 and row.role == Role.PUBLISHED}
