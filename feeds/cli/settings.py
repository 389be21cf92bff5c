"""The `feeds settings` command."""

import click

from feeds.cli.report import print_error
from feeds.cli.settings_source import load, read_published
from feeds.cli.terminal import write_json
from feeds.model.errors import CatalogError
from feeds.settings import describe_settings


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Write JSON, by the names of the settings.")
def settings(*, as_json: bool) -> None:
    """List all settings in effect.

    Each setting is shown with its value, where the value comes from, and its purpose; passwords are hidden.
    """
    loaded = load()
    try:
        loaded, _ = loaded.keep(read_published(loaded.settings.database_url))
    except CatalogError as error:
        print_error(error)
    described = describe_settings(loaded.settings)
    if as_json:
        listed = {
            setting.name: {"value": value, "origin": loaded.origins.get(setting.name, "default"), "help": setting.help}
            for setting, value in described
        }
        click.echo(write_json(listed))
        return
    for setting, value in described:
        origin = loaded.origins.get(setting.name)
        click.echo(f"{setting.name}={value}\n    {f'From {origin}' if origin else 'Default'}. {setting.help}")
