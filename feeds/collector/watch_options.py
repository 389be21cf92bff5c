"""Say what to watch, at which intervals, and which functions to call."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from feeds.catalog.catalog import Catalog
from feeds.collector.collect_result import CollectResult
from feeds.collector.parallel import ReadSources, read_sources
from feeds.model.clock import SYSTEM_CLOCK, Clock
from feeds.model.errors import FeedsError
from feeds.model.shown_settings import ShownSettings

WAIT_SECONDS = 1
"""The `wait_seconds` for a watched catalog: while SQLite waits for another writer, the process reacts to no signal."""


class WatchTiming(msgspec.Struct, frozen=True, kw_only=True):
    """Delays and intervals, in seconds.

    A flood of changes is collected at the end, or `flood_seconds` after the first change. After a failure the pause
    doubles, from `first_pause_seconds` up to `longest_pause_seconds`. All articles are collected every
    `full_collect_seconds`, in case the system did not report a change.
    """

    flood_seconds: float = 10
    first_pause_seconds: float = 0.5
    longest_pause_seconds: float = 30
    full_collect_seconds: float = 3600


class WatchOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The articles below `folders` to collect into `catalog`.

    With `follow_links`, symbolic links may lead out of the folders. `articles_url` is the URL below which posts of
    other tools stand. `read` reads the files. `shown` are the settings that feeds show. `catalog` should have
    `wait_seconds=WAIT_SECONDS`; the watch retries by itself.
    """

    catalog: Catalog
    folders: Sequence[Path]
    follow_links: bool = False
    articles_url: str = ""
    read: ReadSources = read_sources
    shown: ShownSettings = ShownSettings()
    clock: Clock = SYSTEM_CLOCK
    timing: WatchTiming = WatchTiming()


class WatchCallbacks(msgspec.Struct, frozen=True, kw_only=True):
    """Functions to call during a watch.

    `on_collect` gets the first result, then each result that has published changes, has a new problem, or ends an
    error. `on_error` gets an error that stops the collecting, once until the error is over. `on_release` gets the
    release time of entries, once the time has come; a release needs no collect. `on_progress` gets the number of files
    read by a collect, and their total. `on_settings` is called when a file of settings may have changed.
    """

    on_collect: Callable[[CollectResult], object]
    on_error: Callable[[FeedsError], object]
    on_release: Callable[[datetime], object] = lambda _time: None
    on_progress: Callable[[int, int], object] = lambda _done, _total: None
    on_settings: Callable[[], object] = lambda: None
