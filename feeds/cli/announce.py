"""The `feeds announce` command, and how the commands that collect tell hubs of it."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from importlib import import_module
from typing import TYPE_CHECKING

import click

from feeds.catalog.catalog import Catalog
from feeds.collector.watch import WAIT_SECONDS
from feeds.model.errors import CatalogError, FeedsError
from feeds.settings import Settings

if TYPE_CHECKING:
    from feeds.notify import Announcing


@click.command()
def announce() -> None:
    """Notify hubs of changed feeds.

    Each hub in FEEDS_HUBS is notified of every feed changed since the hub's last notification. `feeds collect` does
    this by default. If another step must come before the new feeds are online, such as an export, collect with
    --no-announce and announce afterwards.
    """
    _announce(Settings.from_environ(os.environ))


def complain(error: FeedsError) -> None:
    """Say that something has gone wrong that does not end the command."""
    click.echo(click.style(f"Error: {error}", fg="red"), err=True)


def announce_once(settings: Settings) -> None:
    """Tell hubs, if there are any, what has changed; wait for them, but not for long.

    What goes wrong is only complained of: the next time makes up for it.
    """
    try:
        _announce(settings)
    except CatalogError as error:
        complain(error)


def _announce(settings: Settings) -> None:
    if settings.hubs:
        with _commissioning(settings) as announcing:
            import_module("feeds.notify").announce(announcing)


@contextmanager
def announcing_meanwhile(settings: Settings) -> Iterator[Callable[[], object]]:
    """Give a function to call when feeds may have changed: hubs, if there are any, are told in the background."""
    if not settings.hubs:
        yield lambda: None
        return
    with _commissioning(settings) as announcing:
        announcer = import_module("feeds.notify").Announcer(announcing)
        try:
            yield announcer.wake
        finally:
            announcer.stop()


@contextmanager
def _commissioning(settings: Settings) -> Iterator["Announcing"]:
    # Loaded only where there are hubs: with it come the renderers, for which a collect should not have to wait.
    websub = import_module("feeds.notify")
    with closing(Catalog(settings.database_url, wait_seconds=WAIT_SECONDS)) as catalog:
        yield websub.Announcing(catalog=catalog, settings=settings, complain=complain)
