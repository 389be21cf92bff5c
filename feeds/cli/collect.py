"""The `feeds collect` command."""

import os
from pathlib import Path

import click

from feeds.catalog.catalog import Catalog
from feeds.cli.announce import notify_hubs, notifying_in_background
from feeds.cli.arguments import FOLDERS
from feeds.cli.collect_once import collect_once, report_result
from feeds.cli.report import make_silence_report, print_error
from feeds.cli.settings_source import read_settings, wait_for_settings
from feeds.collector.collect_result import CollectResult
from feeds.collector.reading_process import reading_aside
from feeds.collector.watch import WAIT_SECONDS, WatchCallbacks, WatchOptions, watch_until_signalled
from feeds.model.errors import Level
from feeds.settings import PROGRESS_VARIABLE, Settings


@click.command()
@FOLDERS
@click.option("--watch", is_flag=True, help="Keep running and collect changes as they happen.")
@click.option("--force", is_flag=True, help="Accept the removal of most articles, or a clock that was wrong.")
@click.option("--strict", is_flag=True, help="Exit with 1 if there are errors.")
@click.option("--no-announce", is_flag=True, help="Do not notify hubs; run `feeds announce` later.")
def collect(folders: tuple[Path, ...], *, watch: bool, force: bool, strict: bool, no_announce: bool) -> None:
    """Update the catalog from the articles in DIR.

    DIR defaults to FEEDS_CONTENT. Only changed files are read, and only changes visible to subscribers are published.
    A rejected file keeps its last good version in the feeds and is reported by every collect until the file is fixed.
    """
    if watch and (force or strict or no_announce):
        raise click.UsageError("--watch cannot be combined with --force, --strict or --no-announce.")
    on_silence = make_silence_report()
    if watch:
        _watch(wait_for_settings(folders, on_silence=on_silence))
        return
    settings = read_settings(folders, on_silence=on_silence)
    pipe = os.environ.get(PROGRESS_VARIABLE)
    result = collect_once(settings, force=force, on_silence=on_silence, progress_pipe=int(pipe) if pipe else None)
    if not no_announce:
        notify_hubs(settings)
    if strict and any(problem.level is Level.ERROR for problem in result.problems):
        raise SystemExit(1)


def _watch(settings: Settings) -> None:
    catalog = Catalog(settings.database_url, wait_seconds=WAIT_SECONDS)
    # Notifying and watching start threads, and a process with threads cannot fork.
    with reading_aside() as read, notifying_in_background(settings) as wake:

        def report(result: CollectResult) -> None:
            report_result(result)
            wake()

        options = WatchOptions(
            catalog=catalog,
            folders=settings.content,
            follow_links=settings.follow_links,
            read=read,
            shown=settings.shown,
        )
        callbacks = WatchCallbacks(on_collect=report, on_error=print_error, on_release=lambda _time: wake())
        watch_until_signalled(options, callbacks)
