"""Read the settings of a command from the environment, and from the catalog what the last collect published."""

import os
import time
from collections.abc import Callable, Mapping

import click

from feeds.catalog.catalog import Catalog
from feeds.cli.report import print_error
from feeds.model.errors import CatalogError, CatalogMissingError, CatalogSilentError, DamagedCatalogError
from feeds.settings import Settings
from feeds.settings.published import keep_published

_PAUSE_SECONDS = 1


def read_settings(*, on_silence: Callable[[CatalogSilentError], bool] = lambda _error: False) -> Settings:
    """Read the settings; a setting that is not set keeps the published value, and a line on standard error says so.

    `on_silence` is called while the database does not answer, and returns whether to wait on.

    Raises:
        CatalogError: the catalog cannot be read; one that is missing or damaged has published nothing.
        SettingsError: a setting is unknown or has a bad value.
    """
    settings = Settings.from_environ(os.environ)
    kept = keep_published(os.environ, _read_published(settings.database_url, on_silence))
    for name, value in kept.items():
        click.echo(f"{name} is not set; keeping {value} of the last collect. `{name}=` drops it.", err=True)
    return Settings.from_environ({**os.environ, **kept}) if kept else settings


def wait_for_settings(*, on_silence: Callable[[CatalogSilentError], bool]) -> Settings:
    """Read the settings as `read_settings` does; if the catalog cannot be read, say so once and wait until it can."""
    is_waiting = False
    while True:
        try:
            return read_settings(on_silence=on_silence)
        except CatalogError as error:
            if not is_waiting:
                print_error(error)
            is_waiting = True
            time.sleep(_PAUSE_SECONDS)


def _read_published(database_url: str, on_silence: Callable[[CatalogSilentError], bool]) -> Mapping[str, str]:
    catalog = Catalog(database_url)
    catalog.on_silence = on_silence
    try:
        with catalog.reading() as reader:
            return reader.read_shown_values()
    except (CatalogMissingError, DamagedCatalogError):
        return {}  # a collect makes a new catalog
    finally:
        catalog.close()
