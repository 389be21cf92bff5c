"""Classify paths by name as article, topic file or hidden, and name files in the catalog."""

import os
from collections.abc import Sequence
from pathlib import Path

from feeds.articles.file_reader import escape_path, is_utf8

MAX_KEY_BYTES = 500
"""PostgreSQL's indexes hold a key of this length and a URL of the greatest length."""

ADOPTED_FILE = "adopted.yaml"
"""The name of the file of adopted ids, at the top of a content folder."""

FOREIGN_FOLDERS = ("node_modules", "exampleSite")
"""The folders of a site for packages of other people, and for the example of a theme of Hugo."""

ARTICLE_SUFFIXES = (".md", ".markdown")
POST_SUFFIX = ".mdx"
TOPIC_SUFFIXES = (".yaml", ".yml")
TOPIC_FOLDER = "topics"


def list_roots(folders: Sequence[Path]) -> list[str]:
    """Return the content folders as texts, without duplicates."""
    return list(dict.fromkeys(os.path.normpath(folder) for folder in folders))


def find_key_base(roots: Sequence[str]) -> str:
    """Return the beginning of paths that the keys of files do not have."""
    # The keys of a single folder are relative to it, so the folder may have another path on another machine.
    return os.path.join(roots[0], "") if len(roots) == 1 else ""


def make_key(path: str, *, base: str) -> str:
    """Return the key of a file or folder, with escapes if the path is not UTF-8."""
    key = path[len(base) :].replace(os.sep, "/")
    return key if is_utf8(key) else escape_path(key)


def explain_bad_name(path: str, *, base: str) -> str:
    """Return what to do if the catalog cannot store the key of a file, else an empty text."""
    if not is_utf8(path):
        return "The path of the file is not valid UTF-8; rename the file or folder."
    if len(path) - len(base) <= MAX_KEY_BYTES // 4 or len(make_key(path, base=base).encode()) <= MAX_KEY_BYTES:
        return ""
    return f"The path of the file is longer than {MAX_KEY_BYTES} bytes; rename or move the file."


def is_visible(relative: str) -> bool:
    """Return whether a path within a content folder has no hidden or temporary part."""
    return not any(is_hidden(part) for part in relative.split(os.sep))


def is_hidden(name: str) -> bool:
    """Return whether a file or folder is hidden, a temporary file of an editor, or a folder of other people's files."""
    return name.startswith((".", "#")) or name.endswith("~") or name in FOREIGN_FOLDERS


def is_article_name(name: str) -> bool:
    """Return whether a file with this name is an article."""
    return name.endswith(ARTICLE_SUFFIXES) and not is_hidden(name)


def is_post_name(name: str) -> bool:
    """Return whether a file with this name is an article only if it belongs to a site of another tool."""
    return name.endswith(POST_SUFFIX) and not is_hidden(name)


def is_topic_file(path: str) -> bool:
    """Return whether a file at this path is a topic's metadata."""
    return path.endswith(TOPIC_SUFFIXES) and os.path.basename(os.path.dirname(os.path.abspath(path))) == TOPIC_FOLDER
