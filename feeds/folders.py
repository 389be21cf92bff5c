"""Find the article and topic files in the content folders, and read them."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from feeds.errors import ArticleError, Level, Problem, SettingsError

MAX_FILE_BYTES = 1024 * 1024
_ARTICLE_SUFFIXES = (".md", ".markdown")
_TOPIC_SUFFIXES = (".yaml", ".yml")
_TOPIC_FOLDER = "topics"
_SETTLED_NS = 2_000_000_000  # the coarsest clock of a file system in use (FAT): a younger file may yet change unseen


class ContentFile(msgspec.Struct, frozen=True):
    """A file to collect.

    `key` names it in the catalog, relative to its content folder, so that another checkout of the same content gives
    the same catalog; `path` is where to open it and how messages name it. `stamp` changes whenever the file does,
    as far as the file system tells; it is empty where it cannot tell.
    """

    key: str
    path: str
    stamp: str


class Content(msgspec.Struct, frozen=True):
    """All there is to collect: article files in no order, topic metadata files by key."""

    articles: list[ContentFile]
    topics: list[ContentFile]


def scan(folders: Sequence[Path], *, now_ns: int) -> Content:
    """Find every article, and every YAML file in a folder called `topics`; hidden and temporary files are passed over.

    `now_ns` is the time in nanoseconds: a file modified in the last two seconds gets no stamp, for it may change again
    under the same one.

    Raises:
        SettingsError: a folder does not exist or cannot be read.
    """
    content = Content([], [])
    for folder in folders:
        prefix = _key_prefix(folders, folder)
        root = _check_folder(folder)
        for entry in _walk(root, seen=set()):
            if _is_article(entry.name):
                content.articles.append(ContentFile(prefix + _key(entry.path, root), entry.path, _stamp(entry, now_ns)))
            elif _is_topic_file(entry.path):
                content.topics.append(ContentFile(prefix + _key(entry.path, root), entry.path, ""))
    content.topics.sort(key=lambda file: file.key)
    return content


def locate_article(folders: Sequence[Path], path: str) -> ContentFile | None:
    """Give the article file at an absolute `path` as `scan` would name it, or None where that is no article's name."""
    for folder in folders:
        root = os.path.abspath(folder)
        if path.startswith(root + os.sep):
            relative = path[len(root) + 1 :]
            if not is_visible(relative) or not _is_article(os.path.basename(path)):
                return None
            key = _key_prefix(folders, folder) + relative.replace(os.sep, "/")
            return ContentFile(key, os.path.join(folder, relative), "")
    return None


def is_visible(relative: str) -> bool:
    """Say whether no part of a path within a content folder makes `scan` pass it over."""
    return not any(_is_hidden(part) for part in relative.split(os.sep))


def read_file(path: str) -> bytes:
    """Read a file of the content.

    Raises:
        ArticleError: it cannot be read, or is larger than MAX_FILE_BYTES.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        raise _unreadable(path, *_explain_absence(path)) from None
    except OSError as error:
        message = f"the file cannot be read ({error.strerror}); give the collector the right to read it"
        raise _unreadable(path, "unreadable", message) from None
    if len(data) > MAX_FILE_BYTES:
        message = f"the file is larger than {MAX_FILE_BYTES:,} bytes; shorten it or split it into several articles"
        raise _unreadable(path, "too-large", message)
    return data


def _unreadable(path: str, code: str, message: str) -> ArticleError:
    return ArticleError(Problem(path, 1, 1, Level.ERROR, code, message))


def _explain_absence(path: str) -> tuple[str, str]:
    if os.path.islink(path):
        return (
            "broken-symlink",
            f"the file links to {os.readlink(path)}, which does not exist; mend or remove the link",
        )
    return "missing-file", "the file was removed while it was being collected; collect again"


def _check_folder(folder: Path) -> str:
    if not folder.is_dir():
        raise SettingsError(f"There is no folder {folder}; name one that holds articles (or set FEEDS_CONTENT).")
    return os.path.normpath(folder)


def _key_prefix(folders: Sequence[Path], folder: Path) -> str:
    return "" if len(folders) == 1 else f"{os.path.normpath(folder)}/".replace(os.sep, "/")


def _key(path: str, root: str) -> str:
    return path[len(root) + 1 :].replace(os.sep, "/")


def _walk(folder: str, *, seen: set[tuple[int, int]]) -> Iterator[os.DirEntry[str]]:
    """Give every visible file below a folder, each folder once, whatever links there are."""
    status = os.stat(folder)
    if (status.st_dev, status.st_ino) in seen:
        return
    seen.add((status.st_dev, status.st_ino))
    for entry in _list(folder):
        if _is_hidden(entry.name):
            continue
        if entry.is_dir():
            yield from _walk(entry.path, seen=seen)
        else:
            yield entry


def _list(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        # To go on without it would look as if all its articles had been deleted.
        raise SettingsError(f"The folder {folder} cannot be read ({error.strerror}); nothing was collected.") from None


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "#")) or name.endswith("~")


def _is_article(name: str) -> bool:
    return name.endswith(_ARTICLE_SUFFIXES) and not _is_hidden(name)


def _is_topic_file(path: str) -> bool:
    return path.endswith(_TOPIC_SUFFIXES) and os.path.basename(os.path.dirname(os.path.abspath(path))) == _TOPIC_FOLDER


def _stamp(entry: os.DirEntry[str], now_ns: int) -> str:
    try:
        status = entry.stat()
    except OSError:
        return ""
    newest = max(status.st_mtime_ns, status.st_ctime_ns)
    if newest > now_ns - _SETTLED_NS:
        return ""
    return f"{status.st_size}.{status.st_mtime_ns}.{status.st_ctime_ns}.{status.st_ino}"
