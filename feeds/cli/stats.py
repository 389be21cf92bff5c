"""The `feeds stats` command."""

import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

import click
import msgspec

from feeds.catalog.catalog import Catalog
from feeds.catalog.request_totals import DailyTotals, Limits, merge_sources
from feeds.cli.settings_source import read_settings
from feeds.cli.stats_table import format_report
from feeds.cli.terminal import is_terminal, write_json
from feeds.model.clock import SECONDS_PER_DAY, SYSTEM_CLOCK, find_day, to_seconds
from feeds.model.errors import CatalogMissingError, DamagedCatalogError, FeedsError
from feeds.model.text import escape_controls
from feeds.settings import Settings
from feeds.site.feed_names import name_any_feed, name_feed
from feeds.site.former_feeds import FormerFeeds, read_former_feeds
from feeds.statistics.log_files import LogReader
from feeds.statistics.report import Period, Report, make_report, show_report
from feeds.statistics.tally import Tally

MAX_DAYS = 400


@click.command()
@click.option("--days", type=click.IntRange(1, MAX_DAYS), default=30, show_default=True, help="The number of days.")
@click.option("--feed", metavar="PATH", help="Only this feed: /topics/ai.atom, or /topics/ai in all formats.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON, with every day, feed and reader.")
@click.option(
    "--log",
    "logs",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Count the requests in this log instead, gzipped or not; - is the standard input. Repeat it for more files.",
)
def stats(*, days: int, feed: str | None, as_json: bool, logs: Sequence[Path]) -> None:
    """Show subscribers and requests by feed and reader.

    The server counts requests for feeds, by day and without addresses. Of a site behind a CDN or nginx, only their logs
    know all requests: --log reads the combined format, or JSON lines, and stores nothing. The days end today, or with
    the last request in the logs.
    """
    request = _Request(read_settings(), days, feed)
    report = _report_logs(logs, request) if logs else _report_stored(request)
    _write(report, as_json=as_json)


class _Request(msgspec.Struct, frozen=True):
    """What to report: a number of days, of one feed or of all."""

    settings: Settings
    days: int
    feed: str | None

    def make_report(self, totals: Iterable[DailyTotals], *, last_day: int, knows_conditions: bool = True) -> Report:
        chosen = filter(self._make_filter(), totals)
        period = Period.ending_on(last_day, days=self.days)
        max_age_seconds = self.settings.max_age_seconds
        return make_report(chosen, period, max_age_seconds=max_age_seconds, knows_conditions=knows_conditions)

    def _make_filter(self) -> Callable[[DailyTotals], bool]:
        chosen, settings = self.feed, self.settings
        if not chosen:
            return lambda _totals: True
        names = {chosen, name_feed(chosen, base_path=settings.base_path, defaults=settings.defaults)}
        return lambda totals: totals.feed in names or totals.feed.startswith(f"{chosen}.")


def _report_stored(request: _Request) -> Report:
    last_day = find_day(to_seconds(SYSTEM_CLOCK.now()))
    catalog = Catalog(request.settings.database_url)
    try:
        with catalog.reading_totals() as reader:
            totals = reader.read(first_day=last_day - request.days + 1, last_day=last_day)
            return request.make_report(totals, last_day=last_day)
    finally:
        catalog.close()


def _report_logs(paths: Iterable[Path], request: _Request) -> Report:
    settings = request.settings
    former = _read_former_feeds(settings)
    name = partial(name_any_feed, former=former, base_path=settings.base_path, defaults=settings.defaults)
    now = to_seconds(SYSTEM_CLOCK.now())
    reader = LogReader(name, latest=now + SECONDS_PER_DAY)  # clocks differ, but not by days
    totals = _read_logs(reader, paths)
    last_day = totals[-1].day if totals else find_day(now)
    return request.make_report(totals, last_day=last_day, knows_conditions=reader.knows_conditions)


def _read_former_feeds(settings: Settings) -> FormerFeeds:
    """Return the feeds at the URLs of earlier feeds; none without a catalog."""
    catalog = Catalog(settings.database_url)
    try:
        with catalog.reading() as reader:
            return read_former_feeds(reader.read_state().former_feeds, base_path=settings.base_path)
    except (CatalogMissingError, DamagedCatalogError):
        return {}
    finally:
        catalog.close()


def _read_logs(reader: LogReader, paths: Iterable[Path]) -> list[DailyTotals]:
    tally = Tally(Limits())
    for path in paths:
        for logged in reader.read(path):
            tally.add(logged.request, time=logged.time)
    if reader.lines == reader.unreadable > 0:
        raise FeedsError(
            f"No line has a known format, not even {reader.first_unreadable}. Log in the combined format of nginx, or a"
            " JSON object with time, method, path, status and user_agent on each line."
        )
    if reader.unreadable:
        lines = "1 line has" if reader.unreadable == 1 else f"{reader.unreadable:,} lines have"
        message = f"{lines} an unknown format or impossible time, first {reader.first_unreadable}; left out."
        click.echo(escape_controls(message), err=True)
    return list(merge_sources(sorted(tally.take().items())))


def _write(report: Report, *, as_json: bool) -> None:
    if as_json:
        click.echo(write_json(show_report(report)))
        return
    for line in format_report(report, is_short=is_terminal(sys.stdout)):
        click.echo(line)
