"""Report what becomes of the entries of earlier feeds: as lines for people, or as JSON."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import msgspec

from feeds.migrate.matching import Basis
from feeds.migrate.plan import MatchedFeed, Outcome, Plan, Row
from feeds.model.text import escape_controls
from feeds.renderers.dates import format_rfc3339

_REASONS = {
    Outcome.UNCONFIRMED: "by title and date only; --yes takes it over",
    Outcome.NO_ARTICLE: "no article has its address, or its title and date",
    Outcome.SEVERAL: "several articles fit",
    Outcome.INVALID: "its id is missing, too long, or not valid in this format",
    Outcome.OTHER_ID: "another id of its article is known",
    Outcome.OTHER_ARTICLE: "its id belongs to another article",
}


class ReportedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of an earlier feed in the JSON report; `by` is `address` or `title`."""

    title: str
    published: str
    id: str
    outcome: str
    by: str
    url: str
    article: str


class ReportedFeed(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier feed in the JSON report; `feed` is the path of the feed that answers at `urls`."""

    source: str
    format: str
    urls: tuple[str, ...]
    feed: str
    entries: tuple[ReportedEntry, ...]


def make_report(feeds: Sequence[MatchedFeed], plan: Plan, *, path: str, is_written: bool) -> dict[str, object]:
    """Return the whole plan as an object to write as JSON."""
    reported = [
        ReportedFeed(
            source=each.feed.name,
            format=each.feed.format,
            urls=each.feed.urls,
            feed=each.target.path,
            entries=tuple(map(_report, rows)),
        )
        for each, rows in zip(feeds, plan.rows, strict=True)
    ]
    return {"file": path, "written": is_written, "feeds": reported}


def write_lines(
    feeds: Sequence[MatchedFeed], plan: Plan, *, shows_all: bool, clip: Callable[[str], str]
) -> Iterator[str]:
    """Write a heading, a table and a summary for each feed; without `shows_all`, only entries that are not adopted."""
    for each, rows in zip(feeds, plan.rows, strict=True):
        feed = each.feed
        yield f"{feed.name}: {feed.format.display_name}, served from now on by {each.target.path}"
        for row in rows:
            if shows_all or row.outcome is not Outcome.ADOPTED:
                yield clip(escape_controls(_describe(row)))
        yield _summarize(rows)


def _describe(row: Row) -> str:
    entry, story = row.match.entry, row.match.story
    date = f"{entry.published:%Y-%m-%d}" if entry.published else "no date"
    basis = row.match.basis.value if row.outcome is Outcome.ADOPTED else "-"
    title = entry.title or entry.id
    fate = story.path if story and row.outcome is Outcome.ADOPTED else _REASONS[row.outcome]
    return f"  {basis:<7}  {date:<10}  {title}  ->  {fate}"


def _summarize(rows: Sequence[Row]) -> str:
    adopted = Counter(row.match.basis for row in rows if row.outcome is Outcome.ADOPTED)
    by_address, by_title = adopted[Basis.ADDRESS], adopted[Basis.TITLE]
    kept = f"{adopted.total()} of {len(rows)} entries keep their ids"
    return f"{kept}: {by_address} by address, {by_title} by title and date; {len(rows) - adopted.total()} do not."


def _report(row: Row) -> ReportedEntry:
    entry, story = row.match.entry, row.match.story
    return ReportedEntry(
        title=entry.title,
        published=format_rfc3339(entry.published) if entry.published else "",
        id=entry.id,
        outcome=row.outcome.value,
        by=row.match.basis.value if story else "",
        url=story.url if story else "",
        article=story.path if story else "",
    )
