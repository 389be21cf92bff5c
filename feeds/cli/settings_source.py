"""Load the settings of a command, and from the catalog what the last collect published."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import click

from feeds.catalog.catalog import Catalog
from feeds.catalog.database import COLLECTOR_LIMITS, ConnectionLimits
from feeds.cli.report import print_error
from feeds.model.clock import SYSTEM_CLOCK
from feeds.model.errors import CatalogError, CatalogMissingError, CatalogSilentError, DamagedCatalogError
from feeds.settings import Settings, describe_settings
from feeds.settings.loading import LoadedSettings, load_settings
from feeds.settings.publication import describe_expiry

_PAUSE_SECONDS = 1
_ANSWER_SECONDS = 1.5  # a server listens soon, even if the database is silent


def load(folders: Sequence[Path] = ()) -> LoadedSettings:
    """Load the settings of this process, with the articles in `folders` or in FEEDS_CONTENT.

    Raises:
        SettingsError: a setting is unknown or has a bad value.
    """
    return load_settings(os.environ, folders=folders)


def read_settings(
    folders: Sequence[Path] = (),
    *,
    on_silence: Callable[[CatalogSilentError], bool] = lambda _error: False,
    limits: ConnectionLimits = COLLECTOR_LIMITS,
) -> Settings:
    """Read the settings; a setting that is not set keeps the published value, and a line on standard error says so.

    `on_silence` is called while the database does not answer, and returns whether to wait on.

    Raises:
        CatalogError: the catalog cannot be read; one that is missing or damaged has published nothing.
        SettingsError: a setting is unknown or has a bad value.
    """
    loaded = load(folders)
    loaded, kept = loaded.keep(read_published(loaded.settings.database_url, on_silence=on_silence, limits=limits))
    for name, value in kept.items():
        click.echo(f"{name} is not set; keeping {value} of the last collect. `{name}=` drops it.", err=True)
    return loaded.settings


def warn_of_expiry(settings: Settings) -> None:
    """Write a warning on standard error if the contact for security is out of date, or soon will be."""
    if sentence := describe_expiry(settings.security_expires, now=SYSTEM_CLOCK.now()):
        click.echo(sentence, err=True)


def wait_for_settings(folders: Sequence[Path] = (), *, on_silence: Callable[[CatalogSilentError], bool]) -> Settings:
    """Read the settings as `read_settings` does; if the catalog cannot be read, say so once and wait until it can."""
    is_waiting = False
    while True:
        try:
            return read_settings(folders, on_silence=on_silence)
        except CatalogError as error:
            if not is_waiting:
                print_error(error)
            is_waiting = True
            time.sleep(_PAUSE_SECONDS)


def load_server_settings() -> Settings:
    """Load the settings of a server, and set them in the environment for its other processes, which must agree.

    Settings that are not set keep their published values. If the catalog cannot be read, say so; later processes then
    load the settings by themselves.

    Raises:
        SettingsError: a setting is unknown or has a bad value.
    """
    settings = load().settings
    warn_of_expiry(settings)
    os.environ.setdefault("PORT", str(settings.port))  # links lead to this port
    limits = ConnectionLimits(connections=1, answer_seconds=_ANSWER_SECONDS)
    try:
        settings = read_settings(limits=limits)
    except CatalogError as error:
        print_error(error)
        return settings
    os.environ.update({setting.name: value for setting, value in describe_settings(settings) if setting.is_shown})
    return settings


def read_published(
    database_url: str,
    *,
    on_silence: Callable[[CatalogSilentError], bool] = lambda _error: False,
    limits: ConnectionLimits = COLLECTOR_LIMITS,
) -> Mapping[str, str]:
    """Return the settings that feeds showed at the last collect, by name.

    Raises:
        CatalogError: the catalog cannot be read; one that is missing or damaged has published nothing.
    """
    catalog = Catalog(database_url, limits=limits)
    catalog.on_silence = on_silence
    try:
        with catalog.reading() as reader:
            return reader.read_shown_values()
    except (CatalogMissingError, DamagedCatalogError):
        return {}  # a collect makes a new catalog
    finally:
        catalog.close()
