"""The `feeds collect` command."""

import os
from pathlib import Path

import click

from feeds.cli.announce import notify_hubs
from feeds.cli.arguments import FOLDERS
from feeds.cli.collect_once import collect_once
from feeds.cli.report import make_silence_report
from feeds.cli.settings_source import read_settings, wait_for_settings
from feeds.cli.watch_articles import watch_articles
from feeds.model.errors import Level
from feeds.settings import PROGRESS_VARIABLE


@click.command()
@FOLDERS
@click.option("--watch", is_flag=True, help="Keep running and collect changes as they happen.")
@click.option("--force", is_flag=True, help="Accept the removal of most articles, or a clock that was wrong.")
@click.option("--strict", is_flag=True, help="Exit with 1 if there are errors, or no articles.")
@click.option("--no-announce", is_flag=True, help="Do not notify hubs and caches; run `feeds announce` later.")
def collect(folders: tuple[Path, ...], *, watch: bool, force: bool, strict: bool, no_announce: bool) -> None:
    """Update the catalog from the articles in DIR.

    DIR defaults to FEEDS_CONTENT. Only changed files are read, and only changes visible to subscribers are published.
    A rejected file keeps its last good version in the feeds and is reported by every collect until the file is fixed.
    """
    if watch and (force or strict or no_announce):
        raise click.UsageError("--watch cannot be combined with --force, --strict or --no-announce.")
    on_silence = make_silence_report()
    pipe = os.environ.get(PROGRESS_VARIABLE)
    progress_pipe = int(pipe) if pipe else None
    if watch:
        watch_articles(wait_for_settings(folders, on_silence=on_silence), progress_pipe=progress_pipe)
        return
    settings = read_settings(folders, on_silence=on_silence)
    result = collect_once(settings, force=force, on_silence=on_silence, progress_pipe=progress_pipe)
    if not no_announce:
        notify_hubs(settings)
    has_errors = any(problem.level is Level.ERROR for problem in result.problems)
    if strict and (has_errors or not result.read + result.files_unchanged):
        raise SystemExit(1)
