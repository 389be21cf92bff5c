"""The `feeds` command; each of its commands is in a module of its own."""

import errno
import io
import sys
from importlib import import_module

import click

from feeds import __version__
from feeds.cli.terminal import wants_colors
from feeds.model.errors import FeedsError, SettingsError

_MODULES = {
    "collect": "feeds.cli.collect",
    "announce": "feeds.cli.announce",
    "check": "feeds.cli.check",
    "audit": "feeds.cli.audit",
    "serve": "feeds.cli.serve",
    "export": "feeds.cli.export",
    "topics": "feeds.cli.topics",
    "show": "feeds.cli.show",
    "settings": "feeds.cli.settings",
}


class _Commands(click.Group):
    """A group whose commands end with our errors in a sentence rather than in a stack trace.

    The module of a command is loaded when the command is named: a collect that finds nothing to do should not wait for
    what only pages need.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 click's signature
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 as above
        if cmd_name not in _MODULES:
            return None
        command: click.Command = getattr(import_module(_MODULES[cmd_name]), cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        if not wants_colors():
            ctx.color = False
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            raise click.UsageError(_redden(error.format_message()), error.ctx) from error
        except SettingsError as error:
            raise click.UsageError(_redden(str(error))) from error
        except FeedsError as error:
            raise click.ClickException(_redden(str(error))) from error
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # whoever reads us has had enough, which click knows to be no error
            raise click.ClickException(_redden(_explain(error))) from error


def _redden(sentence: str) -> str:
    return click.style(sentence, fg="red")  # which click takes away again where nobody would see it


def _explain(error: OSError) -> str:
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{error.strerror or error}."


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="feeds")
def main() -> None:
    """Turn a folder of news articles into Atom, RSS and JSON feeds, by topic, and serve them.

    A first round: put Markdown articles into a folder, `feeds check FOLDER` until it is silent, then
    `FEEDS_CONTENT=FOLDER feeds serve`, and open the address it prints. `feeds settings` lists what can be set.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a title may have letters that the terminal's encoding has not
            stream.reconfigure(errors="backslashreplace")
