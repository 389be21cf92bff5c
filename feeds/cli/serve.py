"""The `feeds serve` command."""

import os
import sys
from pathlib import Path

import click

from feeds.articles.files import check_folder
from feeds.cli.arguments import FOLDERS
from feeds.cli.settings_source import read_settings
from feeds.settings import COLLECT_VARIABLE, Settings


@click.command()
@FOLDERS
def serve(folders: tuple[Path, ...]) -> None:
    """Serve the feeds, and collect DIR at startup.

    DIR defaults to FEEDS_CONTENT. The server listens on the port in PORT at once. It serves an existing catalog during
    the collect; before the first collect has ended, it answers 503 and says how far the collect is.
    """
    if folders:
        os.environ["FEEDS_CONTENT"] = os.pathsep.join(map(str, folders))
    os.environ.setdefault("PORT", str(Settings.from_environ(os.environ).port))  # links lead to this port
    settings = read_settings()
    os.environ.update(settings.shown.values)
    for folder in settings.content:
        check_folder(str(folder))  # fail before the server starts without articles
    os.environ[COLLECT_VARIABLE] = "1"
    command = [sys.executable, "-m", "gunicorn", "--config", "python:feeds.gunicorn_conf", "feeds.wsgi:app"]
    os.execv(sys.executable, command)  # noqa: S606 gunicorn replaces this process and receives its signals
