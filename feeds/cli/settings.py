"""The `feeds settings` command."""

import os

import click

from feeds.settings import Settings, describe_settings


@click.command()
def settings() -> None:
    """List all settings in effect.

    Each setting is shown with its value and purpose; passwords are hidden.
    """
    for name, value, purpose in describe_settings(Settings.from_environ(os.environ)):
        click.echo(f"{name}={value}\n    {purpose}")
