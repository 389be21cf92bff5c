"""The `feeds` command: collect, check, serve, and look at what there is."""

import errno
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

import click

from feeds import __version__
from feeds.address import Address
from feeds.catalog.reader import CatalogReader
from feeds.catalog.store import Catalog
from feeds.collector import Collector, CollectResult
from feeds.collector.checking import check_folders
from feeds.errors import FeedsError, Level, MovedError, SettingsError
from feeds.folders import check_folder
from feeds.moments import SYSTEM_CLOCK
from feeds.problems import ReportFormat, write_report
from feeds.representation import locate, represent
from feeds.settings import Settings, describe_settings

FOLDERS = click.argument("folders", nargs=-1, type=click.Path(path_type=Path), metavar="[DIR]...")

REDRAWINGS = 200
"""How often a progress bar is drawn from its beginning to its end: to draw it costs as much as to read a file."""


class _Commands(click.Group):
    """A group whose commands end with our errors in a sentence rather than in a stack trace."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            raise click.UsageError(str(error)) from error
        except FeedsError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # whoever reads us has had enough, which click knows to be no error
            raise click.ClickException(_explain(error)) from error


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


@main.command()
@FOLDERS
@click.option("--force", is_flag=True, help="Go on even if more than half of the articles are gone.")
@click.option("--strict", is_flag=True, help="Exit with 1 if any article is rejected.")
def collect(folders: tuple[Path, ...], *, force: bool, strict: bool) -> None:
    """Bring the catalog into agreement with the articles in DIR, by default those of FEEDS_CONTENT.

    Only what changed is read, and only what a subscriber can see is published. A file that cannot become an article
    keeps its last good version in the feeds; it is reported here each time until it is mended.
    """
    result = _collect(Settings.from_environ(os.environ), folders, force=force)
    if strict and result.rejected:
        raise SystemExit(1)


def _collect(settings: Settings, folders: tuple[Path, ...], *, force: bool = False) -> CollectResult:
    catalog = Catalog(settings.database_url)
    collector = Collector(catalog, folders or settings.content, appearance=settings.appearance)
    with _progress("Collecting") as progress:
        result = collector.collect(force=force, progress=progress)
    catalog.close()
    if result.problems:
        click.echo(write_report(result.problems, ReportFormat.TEXT), err=True)
    click.echo(_summarize(result))
    return result


def _summarize(result: CollectResult) -> str:
    articles = f"{result.read} read, {result.kept} as before, {result.rejected} rejected, {result.gone} gone"
    counts = (
        f"{result.added} added, {result.changed} changed, {result.withdrawn} withdrawn, {result.unchanged} unchanged"
    )
    timing = ", ".join(f"{phase} {seconds:.2f} s" for phase, seconds in result.seconds.items())
    return f"articles: {articles}\nentries: {counts}\nversion {result.version}; {timing}"


@main.command()
@FOLDERS
@click.option("--format", type=click.Choice(ReportFormat, case_sensitive=False), default="text", show_default=True)
def check(folders: tuple[Path, ...], format: ReportFormat) -> None:
    """Find what is wrong with the articles in DIR, by default those of FEEDS_CONTENT; the catalog is left alone.

    Each problem is a line `path:line:column: level code message`. An error costs the article, a warning at most a
    part of it. Exits with 1 if there is an error.
    """
    settings = Settings.from_environ(os.environ)
    with _progress("Checking") as progress:
        problems = check_folders(folders or settings.content, progress=progress)
    if problems or format is ReportFormat.JSON:
        click.echo(write_report(problems, format))
    errors = sum(problem.level is Level.ERROR for problem in problems)
    click.echo(f"{_count(errors, 'error')}, {_count(len(problems) - errors, 'warning')}", err=True)
    if errors:
        raise SystemExit(1)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


@main.command()
@FOLDERS
def serve(folders: tuple[Path, ...]) -> None:
    """Collect the articles in DIR, by default those of FEEDS_CONTENT, then serve the feeds at PORT."""
    if folders:
        os.environ["FEEDS_CONTENT"] = os.pathsep.join(map(str, folders))
    settings = Settings.from_environ(os.environ)
    for folder in settings.content:
        check_folder(str(folder))  # rather than let the server start with nothing to serve
    if not settings.database_url.startswith("sqlite"):  # there, the server collects as it starts
        _collect(settings, settings.content)
        sys.stdout.flush()
    command = [sys.executable, "-m", "gunicorn", "--config", "python:feeds.gunicorn_conf", "feeds.wsgi:app"]
    os.execv(sys.executable, command)  # noqa: S606 the server takes this process's place, and with it its signals


@main.command()
def topics() -> None:
    """List the topics of the catalog: slug, entries, date of the newest, name."""
    with _open_catalog().reading() as reader:
        rows = [(topic.slug, topic.entries, topic.newest, topic.name) for topic in reader.topics()]
    width = max((len(slug) for slug, *_ in rows), default=0)
    for slug, entries, newest, name in rows:
        date = f"{newest:%Y-%m-%d}" if newest else "-"
        click.echo(f"{slug:<{width}}  {entries:>7}  {date:<10}  {name}")


@main.command()
@click.argument("path")
def render(path: str) -> None:
    """Write what the server answers at the URL path PATH, such as /topics/ai.atom."""
    settings = Settings.from_environ(os.environ)
    with _open_catalog().reading() as reader:
        answer = represent(_locate(unquote(path), reader), reader, settings=settings, now=SYSTEM_CLOCK.now())
    sys.stdout.buffer.write(answer.body)
    sys.stdout.flush()  # here, where it can still be said that the disk is full


def _locate(path: str, reader: CatalogReader) -> Address:
    """Find what a path names, under whatever spelling."""
    try:
        return locate(path, reader)
    except MovedError as error:
        return locate(unquote(error.path), reader)


def _open_catalog() -> Catalog:
    return Catalog(Settings.from_environ(os.environ).database_url)


@main.command("settings")
def show_settings() -> None:
    """List every setting in effect, with what it is for; passwords are hidden."""
    for name, value, purpose in describe_settings(Settings.from_environ(os.environ)):
        click.echo(f"{name}={value}\n    {purpose}")


@contextmanager
def _progress(label: str) -> Iterator[Callable[[int, int], object]]:
    """Give a function that shows progress, on a terminal only."""
    if not (sys.stderr and sys.stderr.isatty()):  # Python starts without one where it is closed
        yield lambda _done, _total: None
        return
    with click.progressbar(length=0, label=label, file=sys.stderr, show_pos=True, show_eta=True) as bar:

        def show(done: int, total: int) -> None:
            bar.length = total
            if done == total or done - bar.pos >= total // REDRAWINGS:
                bar.update(done - bar.pos)

        yield show
