"""Detect changes below the content folders soon after they happen.

The operating system reports changes to the watchfiles library. On file systems without reports, such as many network
file systems, set watchfiles' environment variable WATCHFILES_FORCE_POLLING to check the files at intervals instead.
"""

import math
import os
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import TypeAlias

import msgspec
import watchfiles
from watchfiles import Change

from feeds.articles.content_file import ContentFile
from feeds.articles.dialects.site_finder import identify_outer_site, is_site_file
from feeds.articles.files import is_within, list_adopted_paths, locate_article
from feeds.articles.names import is_topic_file, is_visible
from feeds.catalog.sqlite_file import OWN_FOLDER
from feeds.model.errors import SettingsError
from feeds.model.shown_settings import SETTINGS_FILE

_QUIET_MS = 25  # a batch ends after this time without changes,
_BURST_MS = 300  # or this time after its beginning
_TICK_MS = 200  # the interval of checks whether the folders still exist
_BLIND_SECONDS = 30  # the interval of collects while the system refuses to watch

_OWN_FILES = f"{os.sep}{OWN_FOLDER}{os.sep}"

_RawEvents: TypeAlias = set[tuple[Change, str]]


class FileEvents(msgspec.Struct, frozen=True, kw_only=True):
    """A batch of changes: the changed article `files`, or possible changes anywhere (`needs_full_collect`).

    `count` counts all events of the system, irrelevant events included; 0 if an interval passed without events. The
    batch `is_fresh` if watching has just begun, because a folder appeared or disappeared. `has_settings` means that a
    file of settings may have changed.
    """

    files: tuple[ContentFile, ...] = ()
    needs_full_collect: bool = False
    count: int = 0
    is_fresh: bool = False
    has_settings: bool = False


def watch_folders(
    folders: Sequence[Path], *, stop: Event, on_error: Callable[[SettingsError], object], follow_links: bool = False
) -> Generator[FileEvents, None, None]:
    """Yield batches of changes until `stop` is set, at least one batch every 200 ms.

    The first batch is fresh and needs a full collect. Folders may disappear, come back, or be replaced. If the system
    refuses to watch, `on_error` is called once for each reason, and a full collect is due every 30 seconds. Without
    `follow_links`, changes behind symbolic links that lead out of the folders are ignored.
    """
    refusal = ""
    while not stop.is_set():
        try:
            yield from _watch_same_folders(folders, follow_links=follow_links, stop=stop)
        except (OSError, RuntimeError) as error:  # watchfiles raises RuntimeError for unknown system errors
            if refusal != str(error):
                refusal = str(error)
                on_error(_make_error(refusal))
            yield FileEvents(needs_full_collect=True)
            yield from _pass_time(_BLIND_SECONDS, stop=stop)


def _watch_same_folders(
    folders: Sequence[Path], *, follow_links: bool, stop: Event
) -> Generator[FileEvents, None, None]:
    """Yield batches of changes until a folder appears, disappears, or is replaced."""
    roots = [os.path.abspath(folder) for folder in folders]
    identities = [_identify(root) for root in roots]
    outer = [identify_outer_site(root) for root in roots]
    present = [root for root, identity in zip(roots, identities, strict=True) if identity]
    is_fresh = True
    seen_files: set[str] = set()
    with closing(_read_events(present, stop=stop)) as batches:
        for events in batches:
            # The folders are watched by now, and no change during a collect of all articles is missed.
            changes = _classify(
                events if follow_links else _drop_outside(events, folders), folders, roots=roots, seen_files=seen_files
            )
            yield FileEvents(needs_full_collect=True, is_fresh=True) if is_fresh else changes
            is_fresh = False
            is_root_gone = any(path in roots for _, path in events)
            if is_root_gone or [_identify(root) for root in roots] != identities:
                return
            # The system does not report changes above the content folders.
            if [identify_outer_site(root) for root in roots] != outer:
                return


def _identify(root: str) -> tuple[int, int] | None:
    """Return device and inode of a folder, to detect another folder with the same name; None without a folder."""
    try:
        status = os.stat(root)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _read_events(roots: Sequence[str], *, stop: Event) -> Generator[_RawEvents, None, None]:
    """Yield the system's events in batches, and an empty batch for every tick without events."""
    if not roots:
        for _ in _pass_time(math.inf, stop=stop):
            yield set()
    try:
        batches = watchfiles.watch(
            *roots,
            watch_filter=None,
            debounce=_BURST_MS,
            step=_QUIET_MS,
            rust_timeout=_TICK_MS,
            yield_on_timeout=True,
            stop_event=stop,
            ignore_permission_denied=True,  # the collect reports an unreadable folder
        )
        for events in batches:
            # Collecting and serving change the catalog all the time, in a content folder if that is the current folder.
            yield {(change, path) for change, path in events if _OWN_FILES not in path}
    except FileNotFoundError:
        yield set()  # a folder has just disappeared; the caller checks the folders


def _pass_time(seconds: float, *, stop: Event) -> Iterator[FileEvents]:
    end = time.monotonic() + seconds
    # Not stop.wait(): a signal handler that sets the event would wait for a lock that this thread holds.
    while time.monotonic() < end and not stop.is_set():
        time.sleep(_TICK_MS / 1000)
        yield FileEvents()


def _make_error(reason: str) -> SettingsError:
    return SettingsError(
        f"The content folders cannot be watched ({reason.rstrip('.')}), so all articles are checked every"
        f" {_BLIND_SECONDS} seconds. If there are too many folders, raise the system's limit"
        " fs.inotify.max_user_watches."
    )


def _classify(events: _RawEvents, folders: Sequence[Path], *, roots: Sequence[str], seen_files: set[str]) -> FileEvents:
    """Find the changed articles, and whether other events may matter.

    `seen_files` holds the new paths, except folders, since watching began; the set is updated.
    """
    appeared = {path for change, path in events if change is not Change.modified}
    seen_files |= {path for change, path in events if change is Change.added and not os.path.isdir(path)}
    paths = {path for _, path in events}
    visible = {path for path in paths if _is_visible(path, roots)}
    files = []
    # Some deployments replace a hidden link to a folder, and visible links lead through it.
    needs_full_collect = any(os.path.islink(path) and os.path.isdir(path) for path in paths - visible)
    needs_full_collect |= not paths.isdisjoint(list_adopted_paths(roots))
    needs_full_collect |= any(map(is_site_file, paths))
    for path in visible:
        file = locate_article(folders, path)
        if file and not os.path.isdir(path):
            files.append(file)
        else:
            needs_full_collect |= _is_relevant(path, has_appeared=path in appeared, seen_files=seen_files)
    seen_files -= {path for change, path in events if change is Change.deleted and not os.path.lexists(path)}
    return FileEvents(
        files=tuple(files),
        needs_full_collect=needs_full_collect,
        count=len(events),
        has_settings=any(os.path.join(root, SETTINGS_FILE) in paths for root in roots),
    )


def _drop_outside(events: _RawEvents, folders: Sequence[Path]) -> _RawEvents:
    """Return the events within the content folders; the system also reports events behind links."""
    parents = {os.path.dirname(path) for _, path in events}
    within = {parent for parent in parents if is_within(folders, parent)}
    return {(change, path) for change, path in events if os.path.dirname(path) in within}


def _is_visible(path: str, roots: Sequence[str]) -> bool:
    return any(path.startswith(root + os.sep) and is_visible(path[len(root) + 1 :]) for root in roots)


def _is_relevant(path: str, *, has_appeared: bool, seen_files: set[str]) -> bool:
    """Return whether a change to a path that is not an article may change the articles.

    A deleted path may have been a folder with articles, unless the path appeared as a file before: editors create and
    delete temporary files.
    """
    if os.path.isdir(path):
        return has_appeared
    return is_topic_file(path) or not (os.path.lexists(path) or path in seen_files)
