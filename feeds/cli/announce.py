"""The `feeds announce` command, and functions that notify hubs and caches after a collect."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from importlib import import_module
from typing import TYPE_CHECKING

import click

from feeds.catalog.catalog import Catalog
from feeds.cli.report import print_error
from feeds.cli.settings_source import read_settings
from feeds.collector.watch_options import WAIT_SECONDS
from feeds.model.errors import CatalogError
from feeds.settings import Settings

if TYPE_CHECKING:
    from feeds.notify.delivery import NotifyContext


@click.command()
def announce() -> None:
    """Notify hubs, and purge shared caches.

    Each hub in FEEDS_HUBS is notified of every feed changed since the hub's last notification, after the caches in
    FEEDS_PURGE have dropped what has changed. `feeds collect` does this by default. If another step must come before
    the new feeds are online, such as an export, collect with --no-announce and announce afterwards.
    """
    settings = read_settings()
    if not settings.hubs and not settings.caches:
        click.echo("No hubs in FEEDS_HUBS; nothing to announce.")
    _notify_hubs(settings)


def notify_hubs(settings: Settings) -> None:
    """Notify the hubs and caches, if any, of changes; wait for them, but not for long.

    A catalog error is printed, not raised: the next call notifies hubs of the same changes.
    """
    try:
        _notify_hubs(settings)
    except CatalogError as error:
        print_error(error)


def _notify_hubs(settings: Settings) -> None:
    if settings.hubs or settings.caches:
        with _open_context(settings) as context:
            import_module("feeds.notify.notifier").notify_hubs(context)


@contextmanager
def notifying_in_background(settings: Settings) -> Iterator[Callable[[], object]]:
    """Yield a function to call when feeds may have changed; hubs and caches, if any, are notified in the background."""
    if not settings.hubs and not settings.caches:
        yield lambda: None
        return
    with _open_context(settings) as context:
        notifier = import_module("feeds.notify.notifier").BackgroundNotifier(context)
        try:
            yield notifier.wake
        finally:
            notifier.stop()


@contextmanager
def _open_context(settings: Settings) -> Iterator["NotifyContext"]:
    # Import only if needed: feeds.notify imports the renderers, and a collect should not wait for them.
    delivery = import_module("feeds.notify.delivery")
    with closing(Catalog(settings.database_url, wait_seconds=WAIT_SECONDS)) as catalog:
        yield delivery.NotifyContext(catalog=catalog, settings=settings, report_error=print_error)
