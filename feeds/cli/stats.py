"""The `feeds stats` command."""

import sys
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

import click
import msgspec

from feeds.catalog.catalog import Catalog
from feeds.catalog.request_totals import DailyTotals, Limits, merge_sources
from feeds.cli.settings_source import read_settings
from feeds.cli.stats_table import format_report
from feeds.cli.terminal import is_terminal
from feeds.model.clock import SYSTEM_CLOCK
from feeds.model.errors import FeedsError
from feeds.model.text import escape_controls
from feeds.settings import Settings
from feeds.site.feed_names import name_feed
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
    settings = read_settings()
    log_reader = LogReader(partial(name_feed, base_path=settings.base_path, defaults=settings.defaults))
    totals = _read_logs(log_reader, logs) if logs else _read_stored(settings, days=days)
    period = Period.ending_at(SYSTEM_CLOCK.now(), days=days)
    if logs and totals:
        period = Period.ending_on(totals[-1].day, days=days)
    report = make_report(
        [each for each in totals if not feed or _is_of(each.feed, feed)],
        period,
        max_age_seconds=settings.max_age_seconds,
        knows_conditions=log_reader.knows_conditions,
    )
    _write(report, as_json=as_json)


def _read_stored(settings: Settings, *, days: int) -> list[DailyTotals]:
    period = Period.ending_at(SYSTEM_CLOCK.now(), days=days)
    catalog = Catalog(settings.database_url)
    try:
        with catalog.reading_totals() as reader:
            return reader.read(first_day=period.first, last_day=period.last)
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
        message = f"{lines} an unknown format, first {reader.first_unreadable}; left out."
        click.echo(escape_controls(message), err=True)
    return merge_sources(tally.take())


def _is_of(feed: str, chosen: str) -> bool:
    return feed in {chosen, name_feed(chosen)} or feed.startswith(f"{chosen}.")


def _write(report: Report, *, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(show_report(report)), indent=2).decode())
        return
    for line in format_report(report, is_short=is_terminal(sys.stdout)):
        click.echo(line)
