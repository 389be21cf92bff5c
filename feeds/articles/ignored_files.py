"""Explain why files are neither articles nor topic files."""

import os
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from pathlib import Path

import msgspec

from feeds.articles.names import (
    ADOPTED_FILE,
    ARTICLE_SUFFIXES,
    FOREIGN_FOLDERS,
    TOPIC_FOLDER,
    TOPIC_SUFFIXES,
    is_article_name,
    is_hidden,
    is_topic_file,
    is_visible,
)
from feeds.articles.repository_files import is_about_repository
from feeds.model.errors import Level, Problem
from feeds.model.shown_settings import SETTINGS_FILE

_OTHER_PURPOSES = frozenset({ADOPTED_FILE, SETTINGS_FILE})
_HTML_SUFFIXES = (".html", ".htm")
_POSTS_FOLDER = "_posts"  # of Jekyll
_ENDINGS = " or ".join(ARTICLE_SUFFIXES)


class Reason(Enum):
    """Why a file is ignored, with advice."""

    CAPITALS = f"the name of an article ends in {_ENDINGS}, in small letters; rename the file"
    REPOSITORY = "a file about a repository is an article only with front matter; add a `---` line, fields, and `---`"
    HIDDEN = (
        "names that start with `.` or `#`, or end with `~`, are hidden, and so are the folders"
        f" {' and '.join(f'`{name}`' for name in FOREIGN_FOLDERS)}; rename the file or folder"
    )
    TOPIC = f"a topic file must be in a folder called `{TOPIC_FOLDER}`; move the file"
    HTML = f"posts in HTML are not read; let the name end in {ARTICLE_SUFFIXES[0]}, because Markdown may contain HTML"
    OTHER = f"the name of an article ends in {_ENDINGS}; name a file such as story{ARTICLE_SUFFIXES[0]}"


class IgnoredFile(msgspec.Struct, frozen=True):
    """A file that is neither an article nor a topic file, and the reason."""

    path: str
    reason: Reason

    def warn(self, others: int = 0) -> Problem:
        """Return a warning about the file, and about a number of others."""
        start = f"This file and {others:,} more are ignored" if others else "This file is ignored"
        return Problem(self.path, 1, 1, Level.WARNING, "ignored-file", f"{start}: {self.reason.value}.")


def list_ignored(folders: Sequence[Path]) -> list[IgnoredFile]:
    """List the ignored files below folders by path, without those in hidden folders and those with other purposes."""
    found: list[IgnoredFile] = []
    for folder in folders:
        for parent, names, files in os.walk(os.path.normpath(folder)):
            names[:] = [name for name in names if not is_hidden(name)]
            paths = (os.path.join(parent, name) for name in files if name not in _OTHER_PURPOSES)
            found.extend(IgnoredFile(path, reason) for path in paths if (reason := explain_ignored(path)))
    return sorted(found, key=lambda file: file.path)


def explain_ignored(path: str, *, relative: str = "") -> Reason | None:
    """Return why a file is ignored; None for an article or a topic file.

    `relative` is the part of the path that must have no hidden folder, by default the name.
    """
    name = os.path.basename(path)
    if not is_visible(relative or name):
        return Reason.HIDDEN
    if is_article_name(name):
        return Reason.REPOSITORY if is_about_repository(path) else None
    if is_topic_file(path) or name == ADOPTED_FILE:
        return None
    if name.lower().endswith(ARTICLE_SUFFIXES):
        return Reason.CAPITALS
    if name.lower().endswith(_HTML_SUFFIXES) and os.path.basename(os.path.dirname(path)) == _POSTS_FOLDER:
        return Reason.HTML
    return Reason.TOPIC if name.endswith(TOPIC_SUFFIXES) else Reason.OTHER


def warn_ignored(files: Sequence[IgnoredFile]) -> Iterator[Problem]:
    """Yield warnings about files that were meant to be read; all posts in HTML, of which a site has many, share one."""
    yield from (file.warn() for file in files if file.reason is Reason.CAPITALS)
    html = [file for file in files if file.reason is Reason.HTML]
    if html:
        yield html[0].warn(len(html) - 1)


def describe_ignored(files: Iterable[IgnoredFile]) -> Iterator[str]:
    """Write a sentence for each reason, with the first file and the number of others."""
    paths: dict[Reason, list[str]] = {}
    for file in files:
        paths.setdefault(file.reason, []).append(file.path)
    for reason in Reason:
        if reason in paths:
            first, *others = paths[reason]
            more = f" and {len(others):,} more" if others else ""
            yield f"{first}{more}: {reason.value}."
