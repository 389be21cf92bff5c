"""The `feeds serve` command."""

import os
import sys
from pathlib import Path

import click

from feeds.articles.files import check_folder
from feeds.cli.collect import FOLDERS, collect_once
from feeds.settings import Settings


@click.command()
@FOLDERS
def serve(folders: tuple[Path, ...]) -> None:
    """Collect the articles in DIR, by default those of FEEDS_CONTENT, then serve the feeds at PORT."""
    if folders:
        os.environ["FEEDS_CONTENT"] = os.pathsep.join(map(str, folders))
    settings = Settings.from_environ(os.environ)
    for folder in settings.content:
        check_folder(str(folder))  # rather than let the server start with nothing to serve
    if not settings.is_catalog_own:  # there, the server collects as it starts
        collect_once(settings, settings.content)
        sys.stdout.flush()
    command = [sys.executable, "-m", "gunicorn", "--config", "python:feeds.gunicorn_conf", "feeds.wsgi:app"]
    os.execv(sys.executable, command)  # noqa: S606 the server takes this process's place, and with it its signals
