"""Collect changes in the content folders as they happen, until stopped."""

import math
import os
import signal
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from threading import Event
from types import FrameType

from feeds.articles.content_file import ContentFile
from feeds.collector.collect import Collector
from feeds.collector.collect_result import CollectResult
from feeds.collector.file_events import FileEvents, watch_folders
from feeds.collector.watch_options import WatchCallbacks, WatchOptions
from feeds.model.clock import Clock
from feeds.model.errors import CatalogError, CatalogSilentError, FeedsError, MassRemovalError, Problem, SettingsError

# A checkout or a mount causes at least this many events, and some may be lost: the kernel queues at most 16,384
# events, rewriting a file causes several, and watchfiles does not report an overflow. After a flood, all articles are
# collected.
_FLOOD_EVENTS = 500

_NAP_SECONDS = 0.05
_SILENCE_SECONDS = 10  # reports of a silent database come more often


class _StopRequestedError(Exception):
    """Ends a running collect; its transaction is rolled back."""


def watch_until_signalled(options: WatchOptions, callbacks: WatchCallbacks) -> None:
    """Watch as `watch` does until the process gets SIGTERM or SIGINT, and interrupt even a long collect at once.

    Call the function in the main thread only.
    """
    stop = Event()
    watcher = _Watcher(options, callbacks, stop=stop)

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        is_first = not stop.is_set()  # a second signal must not disturb the rollback
        stop.set()
        if is_first and watcher.is_collecting_all and not watcher.is_waiting_for_database:
            raise KeyboardInterrupt

    previous = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        watcher.run()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def watch(options: WatchOptions, callbacks: WatchCallbacks, *, stop: Event) -> None:
    """Collect all articles, then changes as they happen, until `stop` is set.

    No temporary failure ends the watch. While a folder is missing, the catalog cannot be reached, or another collector
    has locked the catalog, changes wait. A collect that would remove most articles is refused and tried again, while
    other changes are collected.
    """
    _Watcher(options, callbacks, stop=stop).run()


class _Watcher:
    """Changes to collect, and the due times, by the monotonic clock."""

    def __init__(self, options: WatchOptions, callbacks: WatchCallbacks, *, stop: Event) -> None:
        self._options = options
        self._timing = options.timing
        self._callbacks = callbacks
        self._stop = stop
        clock = Clock(now=options.clock.now, sleep=self._sleep)
        self._collector = Collector(
            options.catalog,
            options.folders,
            follow_links=options.follow_links,
            articles_url=options.articles_url,
            shown=options.shown,
            clock=clock,
        )
        self._files: dict[str, ContentFile] = {}
        self._event_count = 0
        self._flood_end = math.inf
        self._full_collect_due = -math.inf
        self._retry_due = -math.inf
        self._pause_seconds = self._timing.first_pause_seconds
        self._error: FeedsError | None = None
        self._has_reported = False
        self._reported_problems: dict[str, set[Problem]] = {}  # by path
        self.is_collecting_all = False
        self._silence_reported = -math.inf
        self._next_release: datetime | None = None
        self._knows_next_release = False
        options.catalog.on_silence = self._wait_for_database

    @property
    def is_waiting_for_database(self) -> bool:
        """Whether the database was silent a moment ago."""
        return time.monotonic() - self._silence_reported < _SILENCE_SECONDS

    def run(self) -> None:
        """Collect all articles, then changes as they happen, until stopped."""
        try:
            # Watching starts a thread, and only a process with a single thread can fork to read files: collect first.
            self._collect_due()
            self._collect_changes()
        except (_StopRequestedError, KeyboardInterrupt):
            pass
        finally:
            self._options.catalog.close()

    def _collect_changes(self) -> None:
        batches = watch_folders(
            self._options.folders,
            follow_links=self._options.follow_links,
            stop=self._stop,
            on_error=self._callbacks.on_error,
        )
        with closing(batches):
            for events in batches:
                self._add(events)
                if events.has_settings:
                    self._callbacks.on_settings()
                if self._is_due(events):
                    self._collect_due()

    def _add(self, events: FileEvents) -> None:
        if events.count and not self._event_count:
            self._flood_end = time.monotonic() + self._timing.flood_seconds
        self._event_count += events.count
        self._files.update((file.key, file) for file in events.files)
        if events.needs_full_collect or self._event_count >= _FLOOD_EVENTS:
            self._full_collect_due = -math.inf
        if events.is_fresh:
            self._retry_due = -math.inf

    def _is_due(self, events: FileEvents) -> bool:
        """Return whether to collect now. A flood has to end first, because a mass removal must be seen as a whole."""
        now = time.monotonic()
        is_flooded = events.count and self._event_count >= _FLOOD_EVENTS and now < self._flood_end
        return now >= self._retry_due and not is_flooded

    def _collect_due(self) -> None:
        if time.monotonic() >= self._full_collect_due:
            self._collect(None)
        elif self._files:
            self._collect(list(self._files.values()))
        if not self._error or isinstance(self._error, MassRemovalError):
            self._report_release()
        # Through an open connection, changes would go to an SQLite file that somebody has deleted.
        self._options.catalog.close()

    def _collect(self, only: list[ContentFile] | None) -> None:
        try:
            self.is_collecting_all = only is None
            result = self._collector.collect(only=only, progress=self._show_progress, read=self._options.read)
        except MassRemovalError as error:
            self._refuse(error)
        except (CatalogError, SettingsError) as error:
            self._postpone(error)
        else:
            self._finish(result, only=only)
        finally:
            self.is_collecting_all = False

    def _finish(self, result: CollectResult, *, only: list[ContentFile] | None) -> None:
        """Reset the collected changes, and report the result if it is news."""
        was_full = only is None
        self._files.clear()
        self._event_count = 0
        self._knows_next_release = False
        has_ended_error = self._error is not None and (was_full or not isinstance(self._error, MassRemovalError))
        if was_full:
            self._full_collect_due = time.monotonic() + self._timing.full_collect_seconds
        if has_ended_error:
            self._error = None
        if self._error is None:
            self._pause_seconds = self._timing.first_pause_seconds
        if has_ended_error or self._has_news(result):
            self._callbacks.on_collect(result)
        self._remember(result.problems, only=only)
        self._has_reported = True

    def _has_news(self, result: CollectResult) -> bool:
        published = result.added + result.changed + result.withdrawn + len(result.scopes)
        is_known = all(problem in self._reported_problems.get(problem.path, ()) for problem in result.problems)
        return not self._has_reported or published > 0 or not is_known

    def _remember(self, problems: Sequence[Problem], *, only: list[ContentFile] | None) -> None:
        """Remember the reported problems of the collected files; a fixed problem is news when it comes back."""
        for path in list(self._reported_problems) if only is None else [file.path for file in only]:
            self._reported_problems.pop(path, None)
        for problem in problems:
            self._reported_problems.setdefault(problem.path, set()).add(problem)

    def _refuse(self, error: MassRemovalError) -> None:
        """Postpone the collect of all articles, but keep existing files for a partial collect."""
        self._event_count = 0
        self._files = {key: file for key, file in self._files.items() if os.path.lexists(file.path)}
        self._full_collect_due = self._pause_for(error)

    def _postpone(self, error: FeedsError) -> None:
        """Postpone everything; all articles are collected next, because the catalog may be different then."""
        self._retry_due = self._pause_for(error)
        self._full_collect_due = -math.inf

    def _pause_for(self, error: FeedsError) -> float:
        """Report a new error, and return the time of the next try."""
        self._report(error)
        pause = self._pause_seconds
        self._pause_seconds = min(2 * pause, self._timing.longest_pause_seconds)
        return time.monotonic() + pause

    def _report(self, error: FeedsError) -> None:
        if type(error) is not type(self._error):
            self._callbacks.on_error(error)
        self._error = error

    def _wait_for_database(self, error: CatalogSilentError) -> bool:
        """Report a silent database, and wait until it answers or the watch is stopped."""
        self._silence_reported = time.monotonic()
        self._report(error)
        if self._stop.is_set():
            raise KeyboardInterrupt  # ends the transaction without another word to the database
        return True

    def _report_release(self) -> None:
        """Report the release of entries, once due."""
        now = self._options.clock.now()
        if self._next_release and self._next_release <= now:
            self._callbacks.on_release(self._next_release)
            self._knows_next_release = False
        if not self._knows_next_release:
            try:
                with self._options.catalog.reading() as reader:
                    self._next_release = reader.find_next_scheduled_change(after=now)
                self._knows_next_release = True
            except CatalogError as error:
                self._postpone(error)

    # Stopping

    def _sleep(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _NAP_SECONDS))
            self._check_stop()

    def _show_progress(self, done: int, total: int) -> None:
        self._check_stop()
        self._callbacks.on_progress(done, total)

    def _check_stop(self) -> None:
        if self._stop.is_set():
            raise _StopRequestedError
