"""Find the article and topic files in the content folders."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from feeds.articles.content_file import ContentFile
from feeds.articles.dialects.folder_site import FolderSite
from feeds.articles.dialects.site_finder import SiteFinder
from feeds.articles.file_reader import escape_path, is_utf8
from feeds.articles.names import (
    ADOPTED_FILE,
    explain_bad_name,
    find_key_base,
    is_article_name,
    is_hidden,
    is_post_name,
    is_topic_file,
    is_visible,
    list_roots,
    make_key,
)
from feeds.articles.repository_files import is_about_repository
from feeds.model.errors import Level, Problem, SettingsError
from feeds.model.shown_settings import SETTINGS_FILE

_MIN_AGE_NS = 2_000_000_000  # the coarsest clock of a file system (FAT): a younger file may change with equal times


class Content(msgspec.Struct, frozen=True):
    """All files to collect: article files in any order, topic metadata files and files of adopted ids by key.

    `skipped` has the keys of files and folders that exist and are not read, because of a problem in `problems`.
    """

    articles: list[ContentFile]
    topics: list[ContentFile]
    skipped: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    adopted: tuple[ContentFile, ...] = ()

    def has_skipped(self, key: str) -> bool:
        """Return whether a file, or a folder around it, is skipped."""
        return any(key == skipped or key.startswith(f"{skipped}/") for skipped in self.skipped)


def scan(folders: Sequence[Path], *, now_ns: int, follow_links: bool = False, articles_url: str = "") -> Content:
    """Find every article, every YAML file in a folder called `topics`, and `adopted.yaml` at the top of each folder.

    Hidden and temporary files are ignored.

    `now_ns` is the time in nanoseconds. A file modified in the last two seconds gets no stamp, because the file may
    change again without a change of its stamp. With `follow_links`, symbolic links may lead out of the content folders.
    `articles_url` is the URL below which posts of other tools stand.

    Raises:
        SettingsError: a content folder does not exist or cannot be read.
    """
    roots = list_roots(folders)
    for root in roots:
        check_folder(root)
    base = find_key_base(roots)
    walk = _Walk(roots, follow_links=follow_links, finder=SiteFinder(articles_url))
    articles: dict[str, ContentFile] = {}
    others: dict[str, ContentFile] = {}
    for entry, site in walk.find_files():
        key = make_key(entry.path, base=base)
        if _is_article(entry.name, site):
            articles[key] = ContentFile(key, entry.path, _make_stamp(entry, now_ns, site), site)
        else:
            others[key] = ContentFile(key, entry.path, "")
    by_key = [others[key] for key in sorted(others)]
    adopted = tuple(file for file in by_key if file.path in walk.adopted_paths)
    topics = [file for file in by_key if file.path not in walk.adopted_paths]
    problems = (*walk.problems, *walk.finder.problems)
    return Content(list(articles.values()), topics, frozenset(walk.skipped), problems, adopted)


def check_folder(root: str) -> None:
    """Raise SettingsError if the folder does not exist."""
    if os.path.isfile(root):
        raise SettingsError(f"{root} is a file; name the folder that holds the articles.")
    if not os.path.isdir(root):
        raise SettingsError(f"Folder {root} not found; name a folder with articles, or set FEEDS_CONTENT.")


def list_adopted_paths(roots: Sequence[str]) -> list[str]:
    """Return the path of the file of adopted ids in each content folder."""
    return [os.path.join(root, ADOPTED_FILE) for root in roots]


def locate_article(folders: Sequence[Path], path: str) -> ContentFile | None:
    """Return the article file at an absolute `path`, named as by `scan`; None if `scan` ignores this path."""
    roots = list_roots(folders)
    for root in roots:
        folder = os.path.join(os.path.abspath(root), "")
        if path.startswith(folder):
            relative = path[len(folder) :]
            name = os.path.basename(path)
            if not is_visible(relative) or not (is_article_name(name) or is_post_name(name)):
                return None
            located = os.path.join(root, relative)
            return ContentFile(make_key(located, base=find_key_base(roots)), located, "")
    return None


def find_site(folders: Sequence[Path], file: ContentFile, finder: SiteFinder) -> ContentFile | None:
    """Return a located file with what is known of its site; None if only a site would make an article of the file."""
    roots = list_roots(folders)
    root = next((root for root in roots if file.path.startswith(os.path.join(root, ""))), os.path.dirname(file.path))
    site = finder.find(os.path.dirname(file.path), root=root)
    if site is None and not is_article_name(os.path.basename(file.path)):
        return None
    return msgspec.structs.replace(file, site=site)


def locate_key(folders: Sequence[Path], key: str) -> str:
    """Return the path of the file with this key."""
    return find_key_base(list_roots(folders)) + key


def needs_scan(folders: Sequence[Path], file: ContentFile) -> bool:
    """Return whether only a scan can tell what to do with a file, because of its name or of links in its path."""
    roots = list_roots(folders)
    if explain_bad_name(file.path, base=find_key_base(roots)):
        return True
    root = next((root for root in roots if file.path.startswith(os.path.join(root, ""))), "")
    plain = os.path.join(os.path.realpath(root), file.path[len(os.path.join(root, "")) :])
    return os.path.realpath(file.path) != plain


def is_within(folders: Sequence[Path], path: str) -> bool:
    """Return whether a path is below a content folder once all links are followed."""
    return _is_within(path, _list_boundaries(list_roots(folders)))


def _list_boundaries(roots: Sequence[str]) -> list[str]:
    return [os.path.join(os.path.realpath(root), "") for root in roots]


def _is_within(path: str, boundaries: Sequence[str]) -> bool:
    real = os.path.join(os.path.realpath(path), "")
    return any(real.startswith(boundary) for boundary in boundaries)


class _Walk:
    """A walk through every visible folder below the roots.

    Links never make a folder count twice: it counts under a path without links, else under the first link by path.
    """

    def __init__(self, roots: Sequence[str], *, follow_links: bool, finder: SiteFinder) -> None:
        self.finder = finder
        self._roots = roots
        self._base = find_key_base(roots)
        self._boundaries = None if follow_links else _list_boundaries(roots)
        self.adopted_paths = frozenset(list_adopted_paths(roots))
        self.skipped: set[str] = set()
        self.problems: list[Problem] = []

    def find_files(self) -> Iterator[tuple[os.DirEntry[str], FolderSite | None]]:
        """Yield article files, topic files and files of adopted ids, and note what is skipped.

        With each file comes what is known of posts in its folder.
        """
        seen: set[tuple[int, int]] = set()
        folders = [(root, root) for root in self._roots]
        links: list[tuple[str, str]] = []
        while folders or links:
            if not folders:
                links.sort(reverse=True)
                folders.append(links.pop())
            folder, root = folders.pop()
            identity, entries = self._list_folder(folder)
            if identity in seen:
                continue
            seen.add(identity)
            site = self.finder.find(folder, root=root, names=(entry.name for entry in entries))
            for entry in entries:
                if is_hidden(entry.name):
                    continue
                if _is_folder(entry):
                    if self._may_follow(entry):
                        (links if entry.is_symlink() else folders).append((entry.path, root))
                elif self._is_content(entry, site):
                    yield entry, site

    def _list_folder(self, folder: str) -> tuple[tuple[int, int], list[os.DirEntry[str]]]:
        try:
            status = os.stat(folder)
            with os.scandir(folder) as entries:
                return (status.st_dev, status.st_ino), list(entries)
        except OSError as error:
            self._skip_folder(folder, error)
            return (0, 0), []

    def _skip_folder(self, folder: str, error: OSError) -> None:
        if folder in self._roots:
            # Without this folder, a collect would remove all its articles.
            message = f"Cannot read folder {folder} ({error.strerror}); nothing was collected."
            raise SettingsError(message) from None
        # A folder that was removed since the scan of the folder around it has no articles any more.
        if not isinstance(error, FileNotFoundError):
            message = f"Cannot read the folder ({error.strerror}); give the collector permission to read it."
            self._skip(folder, Level.ERROR, "unreadable-folder", message=message)

    def _is_content(self, entry: os.DirEntry[str], site: FolderSite | None) -> bool:
        """Return whether to read a file, and report what an author may have meant to be read."""
        path = entry.path
        if _is_article(entry.name, site) or is_topic_file(path) or path in self.adopted_paths:
            return self._may_read(entry)
        if entry.name == SETTINGS_FILE and os.path.dirname(path) not in self._roots:
            message = (
                "The settings in this file are not used; move the file into the content folder, or serve this folder."
            )
            self._report(path, Level.WARNING, "misplaced-settings", message=message)
        if entry.name == ADOPTED_FILE:
            message = "The ids in this file are not used; move the file to the top of the content folder."
            self._report(path, Level.WARNING, "misplaced-adopted", message=message)
        return False

    def _may_read(self, entry: os.DirEntry[str]) -> bool:
        if message := explain_bad_name(entry.path, base=self._base):
            self._skip(entry.path, Level.ERROR, "bad-file-name", message=message)
            return False
        return self._may_follow(entry) and not is_about_repository(entry.path)

    def _may_follow(self, entry: os.DirEntry[str]) -> bool:
        if not self._boundaries or not entry.is_symlink() or _is_within(entry.path, self._boundaries):
            return True
        message = (
            "This link leads out of the content folder and is not followed; replace it with its target, or set"
            " FEEDS_FOLLOW_SYMLINKS=yes."
        )
        self._skip(entry.path, Level.WARNING, "outside-link", message=message)
        return False

    def _skip(self, path: str, level: Level, code: str, *, message: str) -> None:
        self.skipped.add(make_key(path, base=self._base))
        self._report(path, level, code, message=message)

    def _report(self, path: str, level: Level, code: str, *, message: str) -> None:
        self.problems.append(Problem(path if is_utf8(path) else escape_path(path), 1, 1, level, code, message))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # for example a link to itself; reading the file reports the problem


def _is_article(name: str, site: FolderSite | None) -> bool:
    return is_article_name(name) or (site is not None and is_post_name(name))


def _make_stamp(entry: os.DirEntry[str], now_ns: int, site: FolderSite | None) -> str:
    try:
        status = entry.stat()
    except OSError:
        return ""
    newest = max(status.st_mtime_ns, status.st_ctime_ns)
    if newest > now_ns - _MIN_AGE_NS:
        return ""
    stamp = f"{status.st_size}.{status.st_mtime_ns}.{status.st_ctime_ns}.{status.st_ino}"
    return f"{stamp}.{site.fingerprint}" if site else stamp
