"""Recognise files about a repository, such as README.md, which are not articles."""

import os

from feeds.articles.file_reader import read_file
from feeds.model.errors import ArticleError

_STEMS = frozenset(
    {
        "authors",
        "changelog",
        "code_of_conduct",
        "contributing",
        "governance",
        "licence",
        "license",
        "readme",
        "security",
    }
)
_FRONT_MATTER = (b"---", b"+++", b"\xef\xbb\xbf---")


def is_about_repository(path: str) -> bool:
    """Return whether a file has the name of a file about a repository, in any case, and no front matter."""
    name = path.rpartition(os.sep)[2]
    if name.partition(".")[0].lower() not in _STEMS:
        return False
    try:
        return not read_file(path).startswith(_FRONT_MATTER)
    except ArticleError:
        return False  # a collect reports the problem
