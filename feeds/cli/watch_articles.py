"""Watch the articles, report each collect, and report changed settings."""

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from threading import Thread

import click

from feeds.catalog.catalog import Catalog
from feeds.cli.announce import notifying_in_background
from feeds.cli.collect_once import report_hints, report_result
from feeds.cli.collect_record import record_collect, record_failure
from feeds.cli.progress import show_progress, write_line
from feeds.cli.report import print_error
from feeds.cli.settings_source import load
from feeds.cli.terminal import is_terminal
from feeds.collector.collect_result import CollectResult
from feeds.collector.reading_process import reading_aside
from feeds.collector.watch import watch_until_signalled
from feeds.collector.watch_options import WAIT_SECONDS, WatchCallbacks, WatchOptions
from feeds.model.errors import CatalogBusyError, CatalogSilentError, FeedsError, MassRemovalError, SettingsError
from feeds.model.shown_settings import SETTINGS_FILE
from feeds.settings import FAILED, Settings

_PARENT_CHECK_SECONDS = 1
_MAX_SETTINGS_BYTES = 1024 * 1024
_TEMPORARY = (CatalogBusyError, CatalogSilentError, MassRemovalError)


def watch_articles(settings: Settings, *, progress_pipe: int | None) -> None:
    """Collect all articles, then changes as they happen, until a signal.

    The progress of the first collect is also written to `progress_pipe`, an open file of a server; with a server, the
    watch ends when the server does.
    """
    catalog = Catalog(settings.database_url, wait_seconds=WAIT_SECONDS)
    # Notifying and watching start threads, and a process with threads cannot fork.
    with reading_aside() as read, notifying_in_background(settings) as wake:
        if progress_pipe is not None:
            Thread(target=_end_with_parent, args=(os.getppid(),), name="parent", daemon=True).start()
        first = _FirstCollect(progress_pipe)

        def report(result: CollectResult) -> None:
            is_first = first.finish()
            report_result(result)
            if is_first:
                report_hints(result, settings)
            wake()
            record_collect(catalog, result)

        def report_error(error: FeedsError) -> None:
            first.report_error(error)
            record_failure(catalog, error)

        options = WatchOptions(
            catalog=catalog,
            folders=settings.content,
            follow_links=settings.follow_links,
            articles_url=settings.articles_url,
            read=read,
            shown=settings.shown,
        )
        callbacks = WatchCallbacks(
            on_collect=report,
            on_error=report_error,
            on_release=lambda _time: wake(),
            on_progress=first.show,
            on_settings=make_settings_report(settings.content),
        )
        watch_until_signalled(options, callbacks)


class _FirstCollect:
    """Shows the progress of the first collect only: later collects are short."""

    def __init__(self, pipe: int | None) -> None:
        self._pipe = pipe
        self._stack = ExitStack()
        self._show = self._stack.enter_context(show_progress("Collecting", final_step="publishing ...", pipe=pipe))
        self._is_running = True

    def show(self, done: int, total: int) -> None:
        if self._is_running:
            self._show(done, total)

    def report_error(self, error: FeedsError) -> None:
        if self._is_running and is_terminal(sys.stderr):
            click.echo(err=True)  # end the line of the progress bar
        print_error(error)
        if self._is_running and not isinstance(error, _TEMPORARY):
            write_line(self._pipe, FAILED)  # without a catalog, the server ends

    def finish(self) -> bool:
        """End the progress bar, and return whether this was the first collect."""
        was_running, self._is_running = self._is_running, False
        self._stack.close()
        return was_running


def make_settings_report(folders: Sequence[Path]) -> Callable[[], None]:
    """Return a function that reports each change of `feeds.toml`: its problems, or the advice to restart."""
    known = _read_files(folders)

    def report() -> None:
        nonlocal known
        files = _read_files(folders)
        if files == known:
            return
        known = files
        try:
            load(folders)
        except SettingsError as error:
            print_error(error)
            click.echo("The settings stay as they were.", err=True)
        else:
            click.echo(f"{SETTINGS_FILE} has changed; restart to use the new settings.", err=True)

    return report


def _read_files(folders: Sequence[Path]) -> list[bytes | None]:
    return [_read_file(folder / SETTINGS_FILE) for folder in folders]


def _read_file(path: Path) -> bytes | None:
    """Return the start of a file, far more than settings may have; None if the file cannot be read."""
    try:
        if path.is_symlink() or not path.is_file():
            return None
        with path.open("rb") as file:
            return file.read(_MAX_SETTINGS_BYTES)
    except OSError:
        return None


def _end_with_parent(parent: int) -> None:
    """Stop this process after the server, even if the server was killed."""
    while os.getppid() == parent:
        time.sleep(_PARENT_CHECK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
