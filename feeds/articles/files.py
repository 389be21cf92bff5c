"""Find the article and topic files in the content folders."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from feeds.articles.file_reader import escape_path, is_utf8
from feeds.model.errors import SettingsError

_ARTICLE_SUFFIXES = (".md", ".markdown")
_TOPIC_SUFFIXES = (".yaml", ".yml")
_TOPIC_FOLDER = "topics"
_MIN_AGE_NS = 2_000_000_000  # the coarsest clock of a file system (FAT): a younger file may change with equal times


class ContentFile(msgspec.Struct, frozen=True):
    """A file to collect.

    `key` is the name in the catalog, relative to the content folder, so another checkout of the same content gives the
    same catalog. `path` opens the file and names it in messages. `stamp` changes whenever the file system shows a
    change of the file; it is empty if the file system cannot show changes yet.
    """

    key: str
    path: str
    stamp: str


class Content(msgspec.Struct, frozen=True):
    """All files to collect: article files in any order, topic metadata files by key."""

    articles: list[ContentFile]
    topics: list[ContentFile]


def scan(folders: Sequence[Path], *, now_ns: int) -> Content:
    """Find every article, and every YAML file in a folder called `topics`; skip hidden and temporary files.

    `now_ns` is the time in nanoseconds. A file modified in the last two seconds gets no stamp, because the file may
    change again without a change of its stamp.

    Raises:
        SettingsError: a folder does not exist or cannot be read.
    """
    content = Content([], [])
    roots = _list_roots(folders)
    for root in roots:
        check_folder(root)
        base = _find_key_base(roots)
        for entry in _walk(root):
            if _is_article(entry.name):
                key = _make_key(entry.path, base=base)
                content.articles.append(ContentFile(key, entry.path, _make_stamp(entry, now_ns)))
            elif is_topic_file(entry.path):
                content.topics.append(ContentFile(_make_key(entry.path, base=base), entry.path, ""))
    content.topics.sort(key=lambda file: file.key)
    return content


def check_folder(root: str) -> None:
    """Raise SettingsError if the folder does not exist."""
    if not os.path.isdir(root):
        raise SettingsError(f"Folder {root} not found; name a folder with articles, or set FEEDS_CONTENT.")


def locate_article(folders: Sequence[Path], path: str) -> ContentFile | None:
    """Return the article file at an absolute `path`, named as by `scan`; None if `scan` skips this path."""
    roots = _list_roots(folders)
    for root in roots:
        folder = os.path.join(os.path.abspath(root), "")
        if path.startswith(folder):
            relative = path[len(folder) :]
            if not is_visible(relative) or not _is_article(os.path.basename(path)):
                return None
            located = os.path.join(root, relative)
            return ContentFile(_make_key(located, base=_find_key_base(roots)), located, "")
    return None


def locate_key(folders: Sequence[Path], key: str) -> str:
    """Return the path of the file with this key."""
    return _find_key_base(_list_roots(folders)) + key


def is_visible(relative: str) -> bool:
    """Return whether a path within a content folder has no hidden or temporary part, which `scan` skips."""
    return not any(_is_hidden(part) for part in relative.split(os.sep))


def is_topic_file(path: str) -> bool:
    """Return whether `scan` treats a file at this path as a topic's metadata."""
    return path.endswith(_TOPIC_SUFFIXES) and os.path.basename(os.path.dirname(os.path.abspath(path))) == _TOPIC_FOLDER


def _list_roots(folders: Sequence[Path]) -> list[str]:
    return list(dict.fromkeys(os.path.normpath(folder) for folder in folders))


def _find_key_base(roots: Sequence[str]) -> str:
    # The keys of a single folder are relative to it, so the folder may have another path on another machine.
    return os.path.join(roots[0], "") if len(roots) == 1 else ""


def _make_key(path: str, *, base: str) -> str:
    key = path[len(base) :].replace(os.sep, "/")
    return key if is_utf8(key) else escape_path(key)


def _walk(root: str) -> Iterator[os.DirEntry[str]]:
    """Yield every visible file below a folder; links never make a folder count twice."""
    seen: set[tuple[int, int]] = set()
    pending = [root]
    while pending:
        identity, entries = _list_folder(pending.pop())
        if identity in seen:
            continue
        seen.add(identity)
        for entry in entries:
            if _is_hidden(entry.name):
                continue
            if _is_folder(entry):
                pending.append(entry.path)
            else:
                yield entry


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # for example a link to itself; reading the file reports the problem


def _list_folder(folder: str) -> tuple[tuple[int, int], list[os.DirEntry[str]]]:
    try:
        status = os.stat(folder)
        with os.scandir(folder) as entries:
            return (status.st_dev, status.st_ino), list(entries)
    except OSError as error:
        # Without this folder, a collect would remove all its articles.
        raise SettingsError(f"Cannot read folder {folder} ({error.strerror}); nothing was collected.") from None


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "#")) or name.endswith("~")


def _is_article(name: str) -> bool:
    return name.endswith(_ARTICLE_SUFFIXES) and not _is_hidden(name)


def _make_stamp(entry: os.DirEntry[str], now_ns: int) -> str:
    try:
        status = entry.stat()
    except OSError:
        return ""
    newest = max(status.st_mtime_ns, status.st_ctime_ns)
    if newest > now_ns - _MIN_AGE_NS:
        return ""
    return f"{status.st_size}.{status.st_mtime_ns}.{status.st_ctime_ns}.{status.st_ino}"
