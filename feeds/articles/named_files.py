"""Find the files that a person names, one by one or by their folder."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from feeds.articles.content_file import ContentFile
from feeds.articles.dialects.site_finder import SiteFinder
from feeds.articles.files import Content, scan
from feeds.articles.ignored_files import IgnoredFile, Reason, explain_ignored, list_ignored
from feeds.articles.names import ADOPTED_FILE, is_post_name, is_topic_file
from feeds.model.errors import SettingsError


class NamedContent(msgspec.Struct, frozen=True):
    """The files that a person names: those that count in `content`, the others in `ignored`.

    `ignored` lists files below folders after files that are named one by one; `has_files` says whether there are any of
    the latter, so that files beside them may belong to the same content.
    """

    content: Content
    ignored: tuple[IgnoredFile, ...]
    has_files: bool


def find_named(paths: Sequence[Path], *, follow_links: bool = False, articles_url: str = "") -> NamedContent:
    """Find the articles and topic files below folders, as `scan` does, and among the files in `paths`.

    The configuration of a post that is named by itself may be in a folder around it, up to the current folder.

    Raises:
        SettingsError: a path does not exist, or a folder cannot be read.
    """
    for path in paths:
        if not path.exists():
            raise SettingsError(f"{path} not found; name a folder with articles or an article, or set FEEDS_CONTENT.")
    folders = [path for path in paths if path.is_dir()]
    content = Content([], [])
    if folders:
        content = scan(folders, now_ns=time.time_ns(), follow_links=follow_links, articles_url=articles_url)
    finder = SiteFinder(articles_url)
    known = {os.path.abspath(file.path) for file in (*content.articles, *content.topics, *content.adopted)}
    adopted = list(content.adopted)
    named: list[IgnoredFile] = []
    for file in dict.fromkeys(os.path.normpath(path) for path in paths if path not in folders):
        key = os.path.abspath(file)
        relative = os.path.relpath(file)
        is_inside = not relative.startswith(os.pardir)
        reason = explain_ignored(file, relative=relative if is_inside else "")
        if reason and not (reason is Reason.OTHER and is_post_name(os.path.basename(file))):
            named.append(IgnoredFile(file, reason))
        elif key not in known:
            known.add(key)
            others = adopted if os.path.basename(file) == ADOPTED_FILE else content.articles
            folder = os.path.dirname(key)
            site = finder.find(folder, root=os.getcwd() if is_inside else folder)
            (content.topics if is_topic_file(file) else others).append(ContentFile(key, file, "", site))
    problems = (*content.problems, *(finder.problems - set(content.problems)))
    content = msgspec.structs.replace(content, adopted=tuple(adopted), problems=problems)
    ignored = (*named, *list_ignored(folders))
    return NamedContent(content, ignored, has_files=len(folders) < len(paths))
