"""Read the settings of a command from the environment, and from the catalog what the last collect published."""

import os
from collections.abc import Callable, Mapping

import click

from feeds.catalog.catalog import Catalog
from feeds.model.errors import CatalogError, CatalogSilentError
from feeds.settings import Settings
from feeds.settings.published import keep_published


def read_settings(*, on_silence: Callable[[CatalogSilentError], bool] = lambda _error: False) -> Settings:
    """Read the settings; a setting that is not set keeps the published value, and a line on standard error says so.

    `on_silence` is called while the database does not answer, and returns whether to wait on.

    Raises:
        CatalogSilentError: the database does not answer.
        SettingsError: a setting is unknown or has a bad value.
    """
    settings = Settings.from_environ(os.environ)
    kept = keep_published(os.environ, _read_published(settings.database_url, on_silence))
    for name, value in kept.items():
        click.echo(f"{name} is not set; keeping {value} of the last collect. `{name}=` drops it.", err=True)
    return Settings.from_environ({**os.environ, **kept}) if kept else settings


def _read_published(database_url: str, on_silence: Callable[[CatalogSilentError], bool]) -> Mapping[str, str]:
    catalog = Catalog(database_url)
    catalog.on_silence = on_silence
    try:
        with catalog.reading() as reader:
            return reader.read_shown_values()
    except CatalogSilentError:
        raise
    except CatalogError:
        return {}  # the command itself reports the error, or makes a new catalog
    finally:
        catalog.close()
