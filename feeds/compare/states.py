"""Open the two states of a site that a person names: folders, catalogs or commits."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TypeAlias

import msgspec

from feeds.articles.files import locate_key
from feeds.catalog.catalog import Catalog
from feeds.collector.collect import Collector
from feeds.collector.collect_result import Progress
from feeds.compare.git_commits import Checkout, GitCommit, find_commit
from feeds.compare.site_comparison import SiteState
from feeds.model.clock import Clock
from feeds.model.errors import ComparisonError, SettingsError
from feeds.model.text import escape_controls
from feeds.settings import Settings
from feeds.settings.loading import load_settings

_SQLITE_START = b"SQLite format 3\0"


class FolderPlace(msgspec.Struct, frozen=True):
    """A content folder."""

    folder: Path


class CatalogPlace(msgspec.Struct, frozen=True):
    """A catalog, by the URL of its database."""

    database_url: str


class CommitPlace(msgspec.Struct, frozen=True):
    """A commit, with the content folders relative to the top of the repository."""

    commit: GitCommit
    folders: tuple[PurePosixPath, ...]


Place: TypeAlias = FolderPlace | CatalogPlace | CommitPlace
ShowProgress: TypeAlias = Callable[[str], AbstractContextManager[Progress]]
"""Return a context that shows the progress of a collect with a label."""


def find_place(text: str, environ: Mapping[str, str]) -> Place:
    """Return what a person names: a database URL, an existing folder, an existing file with a catalog, or a revision.

    Commits are read from the content folders of the settings in `environ`.

    Raises:
        ComparisonError: the text names none of them, or a content folder is not in the repository.
        SettingsError: a setting is unknown or has a bad value.
    """
    if "://" in text:
        return CatalogPlace(text)
    if os.path.isdir(text):  # noqa: PTH112 Path.is_dir fails for a long text
        return FolderPlace(Path(text))
    if os.path.isfile(text):  # noqa: PTH113 as above
        return CatalogPlace(_find_catalog(Path(text)))
    name = f"“{escape_controls(text)}”"
    try:
        commit = find_commit(text)
    except ComparisonError as error:
        raise ComparisonError(f"{name} is neither a folder nor a catalog. {error}") from None
    if commit is None:
        raise ComparisonError(
            f"{name} is neither a folder, nor a catalog, nor a revision of this git repository. If it is a branch of"
            " another clone, fetch it first."
        )
    content = load_settings(environ).settings.content
    return CommitPlace(commit, tuple(_find_in_repository(folder, commit) for folder in content))


def _find_catalog(file: Path) -> str:
    with file.open("rb") as opened:
        if opened.read(len(_SQLITE_START)) == _SQLITE_START:
            return f"sqlite:///{file}"
    raise ComparisonError(f"{escape_controls(str(file))} is a file, but not an SQLite catalog; name a folder.")


def _find_in_repository(folder: Path, commit: GitCommit) -> PurePosixPath:
    try:
        return PurePosixPath(folder.resolve().relative_to(commit.repository.resolve()))
    except ValueError:
        raise ComparisonError(
            f"The content folder {folder} is outside of the repository {commit.repository}; set FEEDS_CONTENT."
        ) from None


@contextmanager
def open_states(
    old: str, new: str, *, now: datetime, environ: Mapping[str, str], progress: ShowProgress
) -> Iterator[tuple[SiteState, SiteState]]:
    """Open the states of a site before and after a change.

    Folders and commits are collected into temporary catalogs: the second as an update of the first, as on a server. So
    a file with errors keeps its last good version.

    Raises:
        ComparisonError: a state is missing or cannot be read.
        SettingsError: a setting is unknown or has a bad value.
        CatalogError: a catalog is missing or cannot be read.
    """
    places = [find_place(text, environ) for text in (old, new)]
    with TemporaryDirectory(prefix="feeds-diff-") as folder, ExitStack() as stack:
        preparation = _Preparation(Path(folder), now=now, environ=environ, progress=progress)
        before, after = [preparation.prepare(place) for place in places]
        yield _open(before, stack, now=now), _open(after, stack, now=now)


class _PreparedState(msgspec.Struct, frozen=True, kw_only=True):
    """A state before its catalog is opened; `settings` is None if they come from the catalog."""

    database_url: str
    settings: Settings | None = None
    locate: Callable[[str], str] = str
    errors: int = 0


def _open(state: _PreparedState, stack: ExitStack, *, now: datetime) -> SiteState:
    catalog = Catalog(state.database_url)
    stack.callback(catalog.close)
    reader = stack.enter_context(catalog.reading())
    if state.settings:
        return SiteState(reader, state.settings, state.locate, state.errors)
    collected = reader.read_state().collected
    if collected and collected > now:
        raise ComparisonError(
            f"The catalog at {catalog} is from {collected:%Y-%m-%dT%H:%M:%SZ}; compare it at that time or later."
        )
    return SiteState(reader, Settings.from_environ(reader.read_shown_values()))


class _Preparation:
    """Collect folders and commits into temporary catalogs in a folder."""

    def __init__(self, folder: Path, *, now: datetime, environ: Mapping[str, str], progress: ShowProgress) -> None:
        self._folder = folder
        self._now = now
        self._environ = environ
        self._progress = progress
        self._checkout: Checkout | None = None
        self._last_catalog: Path | None = None

    def prepare(self, place: Place) -> _PreparedState:
        """Collect a state, or return the catalog that holds it."""
        match place:
            case CatalogPlace():
                return _PreparedState(database_url=place.database_url)
            case FolderPlace():
                folders = [place.folder]
                return self._collect(
                    folders, name=str(place.folder), locate=lambda key: locate_key(folders, key), follow_links=None
                )
            case CommitPlace():
                return self._collect_commit(place)

    def _collect_commit(self, place: CommitPlace) -> _PreparedState:
        # Both commits are written to one folder, so that their files have the same keys.
        checkout = self._checkout = self._checkout or Checkout(self._folder / "files")
        checkout.switch(place.commit, place.folders)
        folders = [checkout.root / folder for folder in place.folders]

        def locate(key: str) -> str:
            return os.path.relpath(place.commit.repository / os.path.relpath(locate_key(folders, key), checkout.root))

        try:
            return self._collect(folders, name=place.commit.revision, locate=locate, follow_links=False)
        except SettingsError as error:
            message = str(error).replace(f"{checkout.root}{os.sep}", f"{place.commit.revision}:")
            raise SettingsError(message) from None

    def _collect(
        self, folders: Sequence[Path], *, name: str, locate: Callable[[str], str], follow_links: bool | None
    ) -> _PreparedState:
        settings = load_settings(self._environ, folders=folders).settings
        is_first = self._last_catalog is None
        path = self._folder / ("before.sqlite3" if is_first else "after.sqlite3")
        if self._last_catalog:
            shutil.copyfile(self._last_catalog, path)
        time = self._now - timedelta(seconds=is_first)
        catalog = Catalog(f"sqlite:///{path}")
        collector = Collector(
            catalog,
            folders,
            follow_links=settings.follow_links if follow_links is None else follow_links,
            articles_url=settings.articles_url,
            shown=settings.shown,
            clock=Clock(now=lambda: time, sleep=lambda _seconds: None),
        )
        with self._progress(f"Reading {escape_controls(name)}") as progress:
            result = collector.collect(force=True, progress=progress)
        catalog.close()
        self._last_catalog = path
        return _PreparedState(
            database_url=f"sqlite:///{path}", settings=settings, locate=locate, errors=result.rejected
        )
