"""Find the article and topic files in the content folders, and read them."""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from feeds.model.errors import ArticleError, Level, Problem, SettingsError

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
    roots = _roots(folders)
    for root in roots:
        check_folder(root)
        above = _above_keys(roots)
        for entry in _walk(root):
            if _is_article(entry.name):
                key = _make_key(entry.path, above=above)
                content.articles.append(ContentFile(key, entry.path, _stamp(entry, now_ns)))
            elif is_topic_file(entry.path):
                content.topics.append(ContentFile(_make_key(entry.path, above=above), entry.path, ""))
    content.topics.sort(key=lambda file: file.key)
    return content


def check_folder(root: str) -> None:
    """Raise SettingsError where there is no such folder."""
    if not os.path.isdir(root):
        raise SettingsError(f"There is no folder {root}; name one that holds articles (or set FEEDS_CONTENT).")


def locate_article(folders: Sequence[Path], path: str) -> ContentFile | None:
    """Give the article file at an absolute `path` as `scan` would name it, or None where that is no article's name."""
    roots = _roots(folders)
    for root in roots:
        above = os.path.join(os.path.abspath(root), "")
        if path.startswith(above):
            relative = path[len(above) :]
            if not is_visible(relative) or not _is_article(os.path.basename(path)):
                return None
            located = os.path.join(root, relative)
            return ContentFile(_make_key(located, above=_above_keys(roots)), located, "")
    return None


def locate_key(folders: Sequence[Path], key: str) -> str:
    """Give the path of the file that `scan` calls `key`."""
    return _above_keys(_roots(folders)) + key


def is_visible(relative: str) -> bool:
    """Say whether no part of a path within a content folder makes `scan` pass it over."""
    return not any(_is_hidden(part) for part in relative.split(os.sep))


def is_topic_file(path: str) -> bool:
    """Say whether `scan` would take a file of this path for a topic's metadata."""
    return path.endswith(_TOPIC_SUFFIXES) and os.path.basename(os.path.dirname(os.path.abspath(path))) == _TOPIC_FOLDER


def read_file(path: str) -> bytes:
    """Read a file of the content.

    Raises:
        ArticleError: it cannot be read, or is larger than MAX_FILE_BYTES.
    """
    if not _is_text(path):
        message = "the file's name, or its folder's, is not in UTF-8; rename it"
        raise _unreadable(_escape(path), "bad-file-name", message)
    try:
        with open(path, "rb", opener=_open_without_waiting) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise _unreadable(path, "not-a-file", "this is a pipe, a socket or a device; put a file in its place")
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


def _open_without_waiting(path: str, flags: int) -> int:
    # A pipe would otherwise keep the collector waiting for someone to write to it.
    return os.open(path, flags | os.O_NONBLOCK)


def _unreadable(path: str, code: str, message: str) -> ArticleError:
    return ArticleError(Problem(path, 1, 1, Level.ERROR, code, message))


def _explain_absence(path: str) -> tuple[str, str]:
    if os.path.islink(path):
        return (
            "broken-symlink",
            f"the file links to {os.readlink(path)}, which does not exist; mend or remove the link",
        )
    return "missing-file", "the file was removed while it was being collected; collect again"


def _roots(folders: Sequence[Path]) -> list[str]:
    return list(dict.fromkeys(os.path.normpath(folder) for folder in folders))


def _above_keys(roots: Sequence[str]) -> str:
    # One folder's files are named within it, so that it may stand elsewhere on another machine.
    return os.path.join(roots[0], "") if len(roots) == 1 else ""


def _make_key(path: str, *, above: str) -> str:
    key = path[len(above) :].replace(os.sep, "/")
    return key if _is_text(key) else _escape(key)


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _escape(path: str) -> str:
    return os.fsencode(path).decode(errors="backslashreplace")


def _walk(root: str) -> Iterator[os.DirEntry[str]]:
    """Give every visible file below a folder, each folder once, whatever links there are."""
    seen: set[tuple[int, int]] = set()
    waiting = [root]
    while waiting:
        identity, entries = _list(waiting.pop())
        if identity in seen:
            continue
        seen.add(identity)
        for entry in entries:
            if _is_hidden(entry.name):
                continue
            if _is_folder(entry):
                waiting.append(entry.path)
            else:
                yield entry


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # such as a link to itself: reading it will tell


def _list(folder: str) -> tuple[tuple[int, int], list[os.DirEntry[str]]]:
    try:
        status = os.stat(folder)
        with os.scandir(folder) as entries:
            return (status.st_dev, status.st_ino), list(entries)
    except OSError as error:
        # To go on without it would look as if all its articles had been deleted.
        raise SettingsError(f"The folder {folder} cannot be read ({error.strerror}); nothing was collected.") from None


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "#")) or name.endswith("~")


def _is_article(name: str) -> bool:
    return name.endswith(_ARTICLE_SUFFIXES) and not _is_hidden(name)


def _stamp(entry: os.DirEntry[str], now_ns: int) -> str:
    try:
        status = entry.stat()
    except OSError:
        return ""
    newest = max(status.st_mtime_ns, status.st_ctime_ns)
    if newest > now_ns - _SETTLED_NS:
        return ""
    return f"{status.st_size}.{status.st_mtime_ns}.{status.st_ctime_ns}.{status.st_ino}"
