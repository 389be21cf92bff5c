"""Define the arguments that several commands take."""

from pathlib import Path

import click

FOLDERS = click.argument("folders", nargs=-1, type=click.Path(path_type=Path), metavar="[DIR]...")
