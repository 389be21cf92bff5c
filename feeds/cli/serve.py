"""The `feeds serve` command."""

import errno
import os
import socket
import sys
from contextlib import closing
from pathlib import Path

import click

from feeds.articles.files import check_folder
from feeds.cli.arguments import FOLDERS
from feeds.cli.settings_source import load
from feeds.model.errors import SettingsError
from feeds.settings import COLLECT_VARIABLE, ONCE, OPEN_VARIABLE, WATCH, Settings

_MAX_PORT = 65_535


@click.command()
@FOLDERS
@click.option("--host", metavar="ADDRESS", help="Listen on this address; the default is FEEDS_HOST.")
@click.option("--port", type=click.IntRange(1, _MAX_PORT), help="Listen on this port; the default is PORT.")
@click.option("--no-watch", is_flag=True, help="Collect at startup only.")
@click.option("--open", "opens_browser", is_flag=True, help="Open the site in a browser.")
def serve(
    folders: tuple[Path, ...], *, host: str | None, port: int | None, no_watch: bool, opens_browser: bool
) -> None:
    """Serve the feeds of DIR, and collect its changes.

    DIR defaults to FEEDS_CONTENT, else to the folder seeds, else to the current folder. The server listens at once. It
    serves an existing catalog during the first collect; without a catalog, it answers 503 and says how far the collect
    is. Ctrl+C stops the server.
    """
    if host:
        os.environ["FEEDS_HOST"] = host
    if port:
        os.environ["PORT"] = str(port)
    settings = load(folders).settings
    for folder in settings.content:
        check_folder(str(folder))  # fail before the server starts without articles
    _check_port(settings)
    os.environ["FEEDS_CONTENT"] = os.pathsep.join(map(str, settings.content))
    os.environ[COLLECT_VARIABLE] = ONCE if no_watch else WATCH
    if opens_browser:
        os.environ[OPEN_VARIABLE] = "1"
    command = [sys.executable, "-m", "gunicorn", "--config", "python:feeds.gunicorn_conf", "feeds.wsgi:app"]
    os.execv(sys.executable, command)  # noqa: S606 gunicorn replaces this process and receives its signals


def _check_port(settings: Settings) -> None:
    """Raise SettingsError if the server cannot listen; gunicorn would try for five seconds and print nine lines."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with closing(socket.socket(family)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise SettingsError(_explain(error, settings)) from None


def _explain(error: OSError, settings: Settings) -> str:
    other = settings.port + 1 if settings.port < _MAX_PORT else settings.port - 1
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {settings.port} is in use by another program; stop it, or choose another port:"
            f" `feeds serve --port {other}`."
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return f"This machine has no address {settings.host}; change --host or FEEDS_HOST, or leave both out."
    return f"Cannot listen on port {settings.port} ({error.strerror}); choose another port, such as `--port 8000`."
