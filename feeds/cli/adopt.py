"""The `feeds adopt` command."""

import sys
from collections.abc import Sequence
from functools import partial

import click
import msgspec

from feeds.cli.progress import show_progress
from feeds.cli.settings_source import load
from feeds.cli.terminal import clip, count_columns, is_terminal, write_json
from feeds.migrate.adopted_path import find_adopted_path, read_adopted, write_adopted
from feeds.migrate.articles import read_stories
from feeds.migrate.fetching import read_source
from feeds.migrate.matching import Basis, Match, Matcher
from feeds.migrate.old_feed import OldFeed, is_feed_url, read_old_feed
from feeds.migrate.plan import MatchedFeed, Outcome, make_plan
from feeds.migrate.report import make_report, write_lines
from feeds.migrate.stories import Stories
from feeds.migrate.targets import choose_target, find_known_target, find_page, make_target
from feeds.model.adopted import AdoptedFile
from feeds.model.errors import AdoptionError
from feeds.model.text import escape_controls
from feeds.site.urls import FeedAddress


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="URL|FILE...")
@click.option("--as", "path", metavar="PATH", help="The feed that answers at the old address, such as /topics/ai.")
@click.option("--address", metavar="URL", help="The address of the feed in FILE, if FILE does not say it.")
@click.option("--yes", is_flag=True, help="Accept matches by title and date without a question.")
@click.option("--dry-run", is_flag=True, help="Show all entries and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Write the report as JSON.")
def adopt(  # noqa: PLR0913 options
    sources: tuple[str, ...], *, path: str | None, address: str | None, yes: bool, dry_run: bool, as_json: bool
) -> None:
    """Take over the subscribers of earlier feeds.

    Nobody sees a story twice. The entries of the feeds at each URL or in each FILE are matched to the articles in
    FEEDS_CONTENT: by address, or, after a question, by title and date. Their ids and the addresses of the feeds are
    written into `adopted.yaml` in the content folder. From the next collect on, feeds show these ids, and the old
    addresses answer. Run the command again at any time: it keeps all ids.
    """
    if (path or address) and len(sources) > 1:
        raise click.UsageError("--as and --address need a single URL or FILE.")
    if address is not None and not is_feed_url(address):
        raise click.UsageError("--address must be an absolute http(s) URL without a password.")
    settings = load().settings
    file_path = find_adopted_path(settings.content)
    known = read_adopted(file_path)
    old_feeds = [read_old_feed(read_source(source)) for source in sources]
    if address:
        old_feeds = [msgspec.structs.replace(old_feeds[0], urls=(address,))]
    with show_progress("Reading") as progress:
        stories = read_stories(
            settings.content,
            follow_links=settings.follow_links,
            articles_url=settings.articles_url,
            progress=progress,
        )
    feeds = _match(old_feeds, stories, known=known, path=path, asks=not (yes or dry_run))
    accepts = yes or (not dry_run and _confirm_titles(feeds))
    plan = make_plan(feeds, known, accepts_titles=accepts)
    is_written = not dry_run and plan.file != known and write_adopted(file_path, plan.file)
    if as_json:
        click.echo(write_json(make_report(feeds, plan, path=str(file_path), is_written=is_written)))
        return
    columns = count_columns(sys.stdout) if is_terminal(sys.stdout) else sys.maxsize
    for line in write_lines(feeds, plan, shows_all=dry_run, clip=partial(clip, max_columns=columns)):
        click.echo(line)
    _say_what_is_next(str(file_path), is_written=is_written, dry_run=dry_run)
    if not any(row.outcome is Outcome.ADOPTED for rows in plan.rows for row in rows):
        raise SystemExit(1)


def _match(
    feeds: Sequence[OldFeed], stories: Stories, *, known: AdoptedFile, path: str | None, asks: bool
) -> list[MatchedFeed]:
    matcher = Matcher(stories.candidates)
    matched = []
    for feed in feeds:
        matches = matcher.match(feed.entries)
        if page := find_page(feed.urls):
            message = f"{feed.name}: {page} is the address of a page of this site, so no feed can answer there."
            raise AdoptionError(message)
        if not feed.urls:
            click.echo(f"{feed.name} does not name its address; give it with --address.", err=True)
        format, topics = feed.format, stories.topics
        target = make_target(path, format=format, topics=topics) if path else None
        target = target or find_known_target(feed.urls, known.feeds, format=format, topics=topics)
        target = target or _choose_target(feed, matches, stories, asks=asks)
        matched.append(MatchedFeed(feed, tuple(matches), target, is_chosen=path is not None))
    return matched


def _choose_target(feed: OldFeed, matches: Sequence[Match], stories: Stories, *, asks: bool) -> FeedAddress:
    """Choose the feed at the addresses of an earlier feed; name a doubt, and ask on a terminal."""
    found = [match.story for match in matches if match.story]
    target = choose_target(feed.urls, found, format=feed.format, topics=stories.topics)
    if not target.doubt:
        return target.address
    click.echo(f"{feed.name}: {target.doubt}", err=True)
    topic = f"/topics/{target.doubtful_topic}"
    if asks and _can_ask() and click.confirm(f"Serve {topic} there?", err=True):
        return make_target(topic, format=feed.format, topics=stories.topics)
    return target.address


def _confirm_titles(feeds: Sequence[MatchedFeed]) -> bool:
    """Show the matches by title and date on a terminal, and ask; return False without a terminal or any match."""
    guesses = [match for feed in feeds for match in feed.matches if match.basis is Basis.TITLE and match.story]
    if not guesses or not _can_ask():
        return False
    for match in guesses:
        date = f"{match.entry.published:%Y-%m-%d}" if match.entry.published else ""
        line = f"  {date}  {match.entry.title}  ->  {match.story.path if match.story else ''}"
        click.echo(clip(escape_controls(line), count_columns(sys.stderr)), err=True)
    found = "1 entry matches" if len(guesses) == 1 else f"{len(guesses)} entries match"
    return click.confirm(f"{found} by title and date only. Keep the ids?", err=True)


def _can_ask() -> bool:
    return is_terminal(sys.stdin) and is_terminal(sys.stderr)


def _say_what_is_next(path: str, *, is_written: bool, dry_run: bool) -> None:
    if dry_run:
        click.echo(f"Nothing was written. Without --dry-run, the ids go into {path}.")
    elif is_written:
        click.echo(f"{path} is written. Collect, and let the old addresses lead to this site.")
    else:
        click.echo(f"Nothing is new; {path} stays as it is.")
