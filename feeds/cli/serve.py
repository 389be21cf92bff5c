"""The `feeds serve` command."""

import os
import sys
from pathlib import Path

import click

from feeds.articles.files import check_folder
from feeds.cli.arguments import FOLDERS
from feeds.cli.collect_once import collect_once
from feeds.cli.settings_source import read_settings
from feeds.settings import Settings


@click.command()
@FOLDERS
def serve(folders: tuple[Path, ...]) -> None:
    """Serve the feeds, and collect DIR at startup.

    DIR defaults to FEEDS_CONTENT. The server listens on the port in PORT.
    """
    if folders:
        os.environ["FEEDS_CONTENT"] = os.pathsep.join(map(str, folders))
    os.environ.setdefault("PORT", str(Settings.from_environ(os.environ).port))  # links lead to this port
    settings = read_settings()
    os.environ.update(settings.shown.values)
    for folder in settings.content:
        check_folder(str(folder))  # fail before the server starts without articles
    if not settings.is_catalog_own:  # with its own catalog, the server collects at startup
        collect_once(settings, settings.content)
        sys.stdout.flush()
    command = [sys.executable, "-m", "gunicorn", "--config", "python:feeds.gunicorn_conf", "feeds.wsgi:app"]
    os.execv(sys.executable, command)  # noqa: S606 gunicorn replaces this process and receives its signals
