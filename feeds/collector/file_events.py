"""Hear of changes below the content folders soon after they happen.

The operating system tells of them, by way of watchfiles. Where it cannot, as on many network file systems, watchfiles'
own environment variable WATCHFILES_FORCE_POLLING makes it look again and again instead.
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

from feeds.articles.files import ContentFile, is_topic_file, is_visible, locate_article
from feeds.model.errors import SettingsError

_SETTLE_MS = 25  # a batch ends when nothing has changed for so long,
_BURST_MS = 300  # or when it began so long ago
_TICK_MS = 200  # so often the folders themselves are looked for
_DEAF_SECONDS = 30  # so often all is taken for changed where the system refuses to watch

_Notices: TypeAlias = set[tuple[Change, str]]


class FileEvents(msgspec.Struct, frozen=True, kw_only=True):
    """What has changed: article `files`, or possibly anything at all (`is_whole`).

    `count` is that of all notices, also those of no consequence; 0 means that a moment has passed without any.
    `is_fresh` says that the folders are watched anew, one having gone or come.
    """

    files: tuple[ContentFile, ...] = ()
    is_whole: bool = False
    count: int = 0
    is_fresh: bool = False


def listen(
    folders: Sequence[Path], *, stop: Event, complain: Callable[[SettingsError], object]
) -> Generator[FileEvents, None, None]:
    """Give what changes, batch by batch, until `stop` is set; at least every fifth of a second there is a batch.

    The first one is whole and fresh. Folders may go and come back meanwhile, or be others then. Where the system
    refuses to watch, `complain` is told, once for each reason, and now and then anything may have changed.
    """
    refusal = ""
    while not stop.is_set():
        try:
            yield from _listen_once(folders, stop=stop)
        except (OSError, RuntimeError) as error:  # watchfiles gives the latter for what it has no name for
            if refusal != str(error):
                refusal = str(error)
                complain(_refused(refusal))
            yield FileEvents(is_whole=True)
            yield from _pass_time(_DEAF_SECONDS, stop=stop)


def _listen_once(folders: Sequence[Path], *, stop: Event) -> Generator[FileEvents, None, None]:
    """Give what changes until one of the folders goes, comes, or is another than before."""
    roots = [os.path.abspath(folder) for folder in folders]
    identities = [_identify(root) for root in roots]
    present = [root for root, identity in zip(roots, identities, strict=True) if identity]
    is_fresh = True
    passers: set[str] = set()
    with closing(_hear(present, stop=stop)) as batches:
        for notices in batches:
            # Watched by now, they cannot change unheard of while all of them are collected.
            changes = _understand(notices, folders, roots=roots, passers=passers)
            yield FileEvents(is_whole=True, is_fresh=True) if is_fresh else changes
            is_fresh = False
            is_root_gone = any(path in roots for _, path in notices)
            if is_root_gone or [_identify(root) for root in roots] != identities:
                return


def _identify(root: str) -> tuple[int, int] | None:
    """Tell a folder from another one of the same name; None: there is none."""
    try:
        status = os.stat(root)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _hear(roots: Sequence[str], *, stop: Event) -> Generator[_Notices, None, None]:
    """Give the system's notices in batches, an empty one for every tick without any."""
    if not roots:
        for _ in _pass_time(math.inf, stop=stop):
            yield set()
    try:
        yield from watchfiles.watch(
            *roots,
            watch_filter=None,
            debounce=_BURST_MS,
            step=_SETTLE_MS,
            rust_timeout=_TICK_MS,
            yield_on_timeout=True,
            stop_event=stop,
            ignore_permission_denied=True,  # the collect itself says which folder cannot be read
        )
    except FileNotFoundError:
        yield set()  # a folder has gone just now, as will be seen


def _pass_time(seconds: float, *, stop: Event) -> Iterator[FileEvents]:
    end = time.monotonic() + seconds
    # Not stop.wait(): a signal handler that sets the event meanwhile would wait for the lock that this thread holds.
    while time.monotonic() < end and not stop.is_set():
        time.sleep(_TICK_MS / 1000)
        yield FileEvents()


def _refused(reason: str) -> SettingsError:
    return SettingsError(
        f"The content folders cannot be watched ({reason.rstrip('.')}), so all articles are looked through every"
        f" {_DEAF_SECONDS} seconds; if there are too many folders, raise the system's limit"
        " fs.inotify.max_user_watches."
    )


def _understand(notices: _Notices, folders: Sequence[Path], *, roots: Sequence[str], passers: set[str]) -> FileEvents:
    """Sort notices into articles and the rest; `passers` are what has come since listening began and is no folder."""
    appeared = {path for change, path in notices if change is not Change.modified}
    passers |= {path for change, path in notices if change is Change.added and not os.path.isdir(path)}
    files = []
    is_whole = False
    for path in {path for _, path in notices if _is_visible(path, roots)}:
        file = locate_article(folders, path)
        if file and not os.path.isdir(path):
            files.append(file)
        else:
            is_whole |= _is_of_consequence(path, has_appeared=path in appeared, passers=passers)
    passers -= {path for change, path in notices if change is Change.deleted and not os.path.lexists(path)}
    return FileEvents(files=tuple(files), is_whole=is_whole, count=len(notices))


def _is_visible(path: str, roots: Sequence[str]) -> bool:
    return any(path.startswith(root + os.sep) and is_visible(path[len(root) + 1 :]) for root in roots)


def _is_of_consequence(path: str, *, has_appeared: bool, passers: set[str]) -> bool:
    """Say whether a change to what is no article may change what there is to collect.

    What has vanished may have been a folder, unless it was seen to come as none: editors leave such files behind, for
    a moment.
    """
    if os.path.isdir(path):
        return has_appeared
    return is_topic_file(path) or not (os.path.lexists(path) or path in passers)
