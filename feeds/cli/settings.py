"""The `feeds settings` command."""

import click

from feeds.cli.report import print_error
from feeds.cli.settings_source import load, read_published
from feeds.model.errors import CatalogError
from feeds.settings import describe_settings


@click.command()
def settings() -> None:
    """List all settings in effect.

    Each setting is shown with its value, where the value comes from, and its purpose; passwords are hidden.
    """
    loaded = load()
    try:
        loaded, _ = loaded.keep(read_published(loaded.settings.database_url))
    except CatalogError as error:
        print_error(error)
    for setting, value in describe_settings(loaded.settings):
        origin = loaded.origins.get(setting.name)
        click.echo(f"{setting.name}={value}\n    {f'From {origin}' if origin else 'Default'}. {setting.help}")
