"""The `feeds` command, with one module per subcommand."""

import errno
import gc
import io
import sys
from importlib import import_module

import click

from feeds import __version__
from feeds.cli.terminal import wants_colors
from feeds.model.errors import ComparisonError, FeedsError, SettingsError
from feeds.model.text import escape_controls

_COMMANDS = (
    "collect",
    "announce",
    "check",
    "diff",
    "audit",
    "serve",
    "export",
    "topics",
    "show",
    "stats",
    "adopt",
    "settings",
)

# Python's own first threshold is 700 objects: commands create hundreds of thousands, and few of them become garbage.
_GARBAGE_THRESHOLDS = (50_000, 20, 100)


class _CommandGroup(click.Group):
    """A group of commands that reports the project's errors as one sentence instead of a stack trace.

    The group imports a command's module only when a user runs the command: a collect without changes should not wait
    for modules that only web pages need.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 as above
        if cmd_name not in _COMMANDS:
            return None
        command = _import_command(cmd_name)
        command.short_help = (command.help or "").partition("\n")[0]  # on narrow terminals, click would cut the help
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:  # click suggests only commands that are already imported
            raise click.NoSuchCommand(error.command_name, possibilities=_COMMANDS, ctx=ctx) from None

    def invoke(self, ctx: click.Context) -> object:
        if not wants_colors():
            ctx.color = False
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            raise click.UsageError(_redden(error.format_message()), error.ctx) from error
        except (SettingsError, ComparisonError) as error:
            raise click.UsageError(_redden(str(error))) from error
        except FeedsError as error:
            raise click.ClickException(_redden(str(error))) from error
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # the reader closed the pipe; click ends quietly
            raise click.ClickException(_redden(_describe_os_error(error))) from error


def _import_command(name: str) -> click.Command:
    module = f"feeds.cli.{name}"
    if module not in sys.modules:
        _import_without_garbage_collection(module)
    command: click.Command = getattr(sys.modules[module], name)
    return command


def _import_without_garbage_collection(module: str) -> None:
    """Import a module: imports leave no garbage, and to look for garbage takes a quarter of the start of a command."""
    gc.disable()
    try:
        import_module(module)
        gc.freeze()  # nor is there garbage among the imported objects later
        gc.set_threshold(*_GARBAGE_THRESHOLDS)
    finally:
        gc.enable()


def _redden(message: str) -> str:
    lines = map(escape_controls, message.split("\n"))
    return click.style("\n".join(lines), fg="red")  # click strips the colour outside a terminal


def _describe_os_error(error: OSError) -> str:
    prefix = f"{error.filename}: " if error.filename else ""
    return f"{prefix}{error.strerror or error}."


@click.group(cls=_CommandGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="feeds")
def main() -> None:
    """Publish a folder of Markdown articles as feeds.

    Articles become Atom, RSS and JSON feeds, one per topic, served over HTTP. To start, put Markdown articles into a
    folder, run `feeds check FOLDER` until no problems remain, run `feeds serve FOLDER`, and open the printed URL.
    `feeds settings` lists all settings.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a title may contain letters outside the terminal's encoding
            stream.reconfigure(errors="backslashreplace")
