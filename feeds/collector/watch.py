"""Collect whatever changes in the content folders, until told to stop."""

import math
import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from threading import Event
from types import FrameType

import msgspec

from feeds.articles.files import ContentFile
from feeds.catalog.catalog import Catalog
from feeds.collector.collect import Collector, CollectResult
from feeds.collector.file_events import FileEvents, listen
from feeds.model.clock import SYSTEM_CLOCK, Clock
from feeds.model.errors import CatalogError, FeedsError, MassRemovalError, Problem, SettingsError

# So many notices come of a checkout or a mount, and more may have been dropped: the kernel keeps 16,384 at most, a
# file written anew makes several, and watchfiles does not tell of an overflow. All is collected then.
_FLOOD = 500

_NAP_SECONDS = 0.05

WAIT_SECONDS = 1
"""How long the watched catalog should let a writer wait for another one: SQLite's waiting hears no signal."""


class WatchTiming(msgspec.Struct, frozen=True, kw_only=True):
    """How long things may take, in seconds.

    A flood of changes is collected once it is over, or `flood_seconds` after its first. After a failure the pause
    doubles, from `first_pause_seconds` up to `longest_pause_seconds`. All articles are looked through every
    `whole_seconds`, in case a change has gone unheard of.
    """

    flood_seconds: float = 10
    first_pause_seconds: float = 0.5
    longest_pause_seconds: float = 30
    whole_seconds: float = 3600


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """What is watched: the articles below `folders`, for `catalog`.

    `settings_fingerprint` changes with every setting that feeds show.
    `catalog` should have `wait_seconds=WAIT_SECONDS`; the watch tries again by itself.
    """

    catalog: Catalog
    folders: Sequence[Path]
    settings_fingerprint: str = ""
    clock: Clock = SYSTEM_CLOCK
    pace: WatchTiming = WatchTiming()


class Listener(msgspec.Struct, frozen=True, kw_only=True):
    """Who is told what.

    `collected` gets the first result, then each that published something, met a new problem, or ended a trouble;
    `troubled` gets what keeps articles from being collected, once until it is over; `released` gets the moment at
    which entries that waited for their time came out: nothing has to be collected for that.
    """

    collected: Callable[[CollectResult], object]
    troubled: Callable[[FeedsError], object]
    released: Callable[[datetime], object] = lambda _moment: None


class _StopRequestedError(Exception):
    """Ends a collect under way; its transaction is rolled back."""


def watch_until_signalled(watched: Watched, listener: Listener) -> None:
    """Watch as `watch` does until the process gets SIGTERM or SIGINT, which end even a long collect at once.

    Only the main thread can do this.
    """
    stop = Event()
    watcher = _Watcher(watched, listener, stop=stop)

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        is_first = not stop.is_set()  # a second signal must not disturb the rolling back
        stop.set()
        if is_first and watcher.is_collecting_all:
            raise KeyboardInterrupt

    previous = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        watcher.run()
    except KeyboardInterrupt:
        pass
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def watch(watched: Watched, listener: Listener, *, stop: Event) -> None:
    """Collect all articles, then whatever changes, until `stop` is set.

    Nothing that can pass ends it: while a folder is away, the catalog cannot be reached, or another collector holds it,
    changes wait; a collect that would remove most articles is refused and tried again, while others go on.
    """
    _Watcher(watched, listener, stop=stop).run()


class _Watcher:
    """What waits to be collected, and until when; moments to wait for are of the monotonic clock."""

    def __init__(self, watched: Watched, listener: Listener, *, stop: Event) -> None:
        self._watched = watched
        self._pace = watched.pace
        self._listener = listener
        self._stop = stop
        patient = Clock(now=watched.clock.now, sleep=self._sleep)
        self._collector = Collector(
            watched.catalog, watched.folders, settings_fingerprint=watched.settings_fingerprint, clock=patient
        )
        self._files: dict[str, ContentFile] = {}
        self._noted = 0
        self._flood_end = math.inf
        self._whole_due = -math.inf
        self._retry_due = -math.inf
        self._pause = self._pace.first_pause_seconds
        self._trouble: FeedsError | None = None
        self._has_told = False
        self._problems: dict[str, set[Problem]] = {}  # those told of, by path
        self.is_collecting_all = False
        self._release: datetime | None = None
        self._knows_release = False

    def run(self) -> None:
        """Collect all, then whatever changes, until told to stop."""
        try:
            # Once without listening: a process of a single thread reads on all cores, and notices bring a thread.
            self._collect_due()
            self._go_on()
        except _StopRequestedError:
            pass
        finally:
            self._watched.catalog.close()

    def _go_on(self) -> None:
        with closing(listen(self._watched.folders, stop=self._stop, complain=self._listener.troubled)) as batches:
            for changes in batches:
                self._note(changes)
                if self._is_due(changes):
                    self._collect_due()

    def _note(self, changes: FileEvents) -> None:
        if changes.count and not self._noted:
            self._flood_end = time.monotonic() + self._pace.flood_seconds
        self._noted += changes.count
        self._files.update((file.key, file) for file in changes.files)
        if changes.is_whole or self._noted >= _FLOOD:
            self._whole_due = -math.inf
        if changes.is_fresh:
            self._retry_due = -math.inf

    def _is_due(self, changes: FileEvents) -> bool:
        """Say whether it is time to collect; a flood is let pass, so that a mass removal is seen as one."""
        now = time.monotonic()
        is_flooded = changes.count and self._noted >= _FLOOD and now < self._flood_end
        return now >= self._retry_due and not is_flooded

    def _collect_due(self) -> None:
        if time.monotonic() >= self._whole_due:
            self._collect(None)
        elif self._files:
            self._collect(list(self._files.values()))
        if not self._trouble or isinstance(self._trouble, MassRemovalError):
            self._announce_release()
        # Kept open, an SQLite file that someone deletes would be written on, seen by nobody.
        self._watched.catalog.close()

    def _collect(self, only: list[ContentFile] | None) -> None:
        try:
            self.is_collecting_all = only is None
            result = self._collector.collect(only=only, progress=self._check_stop)
        except MassRemovalError as error:
            self._refuse(error)
        except (CatalogError, SettingsError) as error:
            self._put_off(error)
        else:
            self._settle(result, only=only)
        finally:
            self.is_collecting_all = False

    def _settle(self, result: CollectResult, *, only: list[ContentFile] | None) -> None:
        was_whole = only is None
        self._files.clear()
        self._noted = 0
        self._knows_release = False
        has_ended_trouble = self._trouble is not None and (was_whole or not isinstance(self._trouble, MassRemovalError))
        if was_whole:
            self._whole_due = time.monotonic() + self._pace.whole_seconds
        if has_ended_trouble:
            self._trouble = None
        if self._trouble is None:
            self._pause = self._pace.first_pause_seconds
        if has_ended_trouble or self._has_news(result):
            self._listener.collected(result)
        self._remember(result.problems, only=only)
        self._has_told = True

    def _has_news(self, result: CollectResult) -> bool:
        published = result.added + result.changed + result.withdrawn + len(result.scopes)
        is_known = all(problem in self._problems.get(problem.path, ()) for problem in result.problems)
        return not self._has_told or published > 0 or not is_known

    def _remember(self, problems: Sequence[Problem], *, only: list[ContentFile] | None) -> None:
        """Remember what has been told of the files that were collected: one that is mended and spoilt again is news."""
        for path in list(self._problems) if only is None else [file.path for file in only]:
            self._problems.pop(path, None)
        for problem in problems:
            self._problems.setdefault(problem.path, set()).add(problem)

    def _refuse(self, error: MassRemovalError) -> None:
        """Put the whole collect off, but go on with the files that are there."""
        self._noted = 0
        self._files = {key: file for key, file in self._files.items() if os.path.lexists(file.path)}
        self._whole_due = self._pause_for(error)

    def _put_off(self, error: FeedsError) -> None:
        """Put everything off; what the catalog is like afterwards nobody knows, so all is collected then."""
        self._retry_due = self._pause_for(error)
        self._whole_due = -math.inf

    def _pause_for(self, error: FeedsError) -> float:
        """Tell of a trouble, unless it has been told, and give the moment to try again."""
        if type(error) is not type(self._trouble):
            self._listener.troubled(error)
        self._trouble = error
        pause, self._pause = self._pause, min(2 * self._pause, self._pace.longest_pause_seconds)
        return time.monotonic() + pause

    def _announce_release(self) -> None:
        """Tell of entries that waited for their time, once it has come."""
        now = self._watched.clock.now()
        if self._release and self._release <= now:
            self._listener.released(self._release)
            self._knows_release = False
        if not self._knows_release:
            try:
                with self._watched.catalog.reading() as reader:
                    self._release = reader.next_release(after=now)
                self._knows_release = True
            except CatalogError as error:
                self._put_off(error)

    # Stopping

    def _sleep(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _NAP_SECONDS))
            self._check_stop()

    def _check_stop(self, _done: int = 0, _total: int = 0) -> None:
        if self._stop.is_set():
            raise _StopRequestedError
