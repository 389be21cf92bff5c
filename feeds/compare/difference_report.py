"""Write the differences between two states of a site: as text, as Markdown, and as problems beside lines of files."""

import re
from collections.abc import Iterator, Sequence

from feeds.compare.differences import (
    DifferenceCounts,
    DoubledStory,
    FeedDifference,
    FeedEvent,
    FeedFate,
    LossCause,
    LostStory,
    Sameness,
    SeenStory,
    SiteDifference,
    WithdrawalCause,
)
from feeds.model.errors import Level, Problem
from feeds.model.feed import Format
from feeds.model.retirement import CLOSING_DELAY
from feeds.model.text import count_noun, escape_controls

MAX_STORIES = 10
"""How many stories of a kind a short text lists for each feed."""

MAX_FEEDS = 20
"""How many feeds a short text describes."""

_SAMENESS = {
    Sameness.URL: "same URL",
    Sameness.TITLE: "same title and date",
    Sameness.FILE: "same file",
}
_LOSSES = {
    LossCause.DELETED: "its file is deleted",
    LossCause.REPLACED: "its file holds another article",
}
_WITHDRAWALS = {
    WithdrawalCause.REMOVED: "removed",
    WithdrawalCause.UNPUBLISHED: "unpublished",
    WithdrawalCause.EXPIRED: "expired",
    WithdrawalCause.SCHEDULED: "scheduled for later",
    WithdrawalCause.UNLISTED: "no longer listed by its lead",
    WithdrawalCause.LEFT: "no longer in this feed",
    WithdrawalCause.DOUBLED: "has another id",
    WithdrawalCause.LOST: "lost",
}
_FATES = {
    FeedFate.APPEARS: "appears",
    FeedFate.MOVES: "moves to {target}",
    FeedFate.RETIRES: f"retires, and ends {CLOSING_DELAY.days} days after its date of retirement",
    FeedFate.EMPTIES: "is empty from now on; without the old catalog, as in an export, it is missing (404)",
    FeedFate.GONE: "has ended (410)",
    FeedFate.MISSING: "is missing (404)",
}
_FENCE = re.compile("`{3,}")


def write_text(difference: SiteDifference, *, is_complete: bool = False) -> str:
    """Write the counts, then what fails, then the feeds; a text that is not complete is cut, with totals."""
    return "\n".join(_write_lines(difference, is_complete=is_complete))


def write_markdown(difference: SiteDifference) -> str:
    """Write the short text for a page that shows Markdown; no text of an article can become markup."""
    text = write_text(difference)
    fence = "`" * max((len(found) + 1 for found in _FENCE.findall(text)), default=3)
    return f"### What subscribers see\n\n{fence}text\n{text}\n{fence}\n"


def list_problems(difference: SiteDifference) -> list[Problem]:
    """List doubled and lost stories as problems of their files; a story without a file has the path `.`."""
    doubled = (
        Problem(story.path or ".", 1, 1, Level.ERROR, "doubled-entry", _explain_doubled(story))
        for story in difference.doubled
    )
    lost = (
        Problem(story.path or ".", 1, 1, Level.ERROR, "lost-entry", _explain_lost(story)) for story in difference.lost
    )
    return sorted((*doubled, *lost))


def write_counts(counts: DifferenceCounts) -> str:
    """Write the numbers of stories and feeds in a line."""
    kinds = ("new", "updated", "withdrawn", "doubled", "lost", "missed")
    stories = [f"{number} {kind}" for kind in kinds if (number := getattr(counts, kind))]
    if not stories:
        return "No story is new, updated or withdrawn"
    return f"{', '.join(stories)}; in {count_noun(counts.feeds, 'feed')}"


def _explain_doubled(story: DoubledStory) -> str:
    advice = (
        f"remove one of the two, or give both the id `{story.former_id}`"
        if story.has_stayed
        else f"write `id: {story.former_id}`"
    )
    return f"Subscribers get “{story.title}” again, because its id was {story.former_id}; {advice}."


def _explain_lost(story: LostStory) -> str:
    cause = _LOSSES[story.cause]
    return f"“{story.title}” leaves the feeds, because {cause}; restore the file, or keep it with `published: false`."


def _write_lines(difference: SiteDifference, *, is_complete: bool) -> Iterator[str]:
    limit, feed_limit = (None, None) if is_complete else (MAX_STORIES, MAX_FEEDS)
    yield f"{write_counts(difference.counts)}."
    if difference.errors:
        yield f"{count_noun(difference.errors, 'file')} with errors; `feeds check` lists them."
    if difference.doubled:
        yield "\nDoubled: subscribers get these stories again."
        yield from _cut([_write_doubled(story) for story in difference.doubled], limit, noun="story")
    if difference.lost:
        yield "\nLost: no file withdraws these stories."
        yield from _cut([_write_lost(story) for story in difference.lost], limit, noun="story")
    if difference.events:
        yield "\nFeeds:"
        yield from _cut([_write_event(event) for event in difference.events], feed_limit, noun="feed")
    for feed in difference.feeds[:feed_limit]:
        yield ""
        yield from _write_feed(feed, limit=limit)
    if left := len(difference.feeds) - len(difference.feeds[:feed_limit]):
        yield f"\n… and {count_noun(left, 'more feed')}."


def _write_doubled(story: DoubledStory) -> str:
    stays = ", and both stay" if story.has_stayed else ""
    names = [format.display_name for format in story.formats]
    formats = "" if len(names) == len(Format) else f", in {' and '.join(names)}"
    path, title = escape_controls(story.path or "-"), escape_controls(story.title)
    return (
        f"  {path}: {title} ({_SAMENESS[story.sameness]}{stays}{formats})\n"
        f"    was {escape_controls(story.former_id)}\n    now {escape_controls(story.id)}"
    )


def _write_lost(story: LostStory) -> str:
    return f"  {escape_controls(story.path or '-')}: {escape_controls(story.title)} ({_LOSSES[story.cause]})"


def _write_event(event: FeedEvent) -> str:
    fate = _FATES[event.fate].format(target=event.target)
    successor = f", with the successor {event.target}" if event.target and event.fate is FeedFate.RETIRES else ""
    return f"  {escape_controls(event.path)} {fate}{successor}"


def _write_feed(feed: FeedDifference, *, limit: int | None) -> Iterator[str]:
    counts = [f"{len(stories)} {kind}" for kind, stories in _list_kinds(feed) if stories]
    target = f", now {feed.moved_to}" if feed.moved_to else ""
    yield f"{escape_controls(feed.path)}{target}: {', '.join(counts)}"
    for kind, stories in _list_kinds(feed):
        yield from _cut([_write_story(story, _SIGNS[kind]) for story in stories], limit, noun="story")


_SIGNS = {"new": "+", "updated": "~", "withdrawn": "-", "returned": "^", "missed": "!"}


def _list_kinds(feed: FeedDifference) -> list[tuple[str, Sequence[SeenStory]]]:
    return [(kind, getattr(feed, kind)) for kind in _SIGNS]


def _write_story(story: SeenStory, sign: str) -> str:
    details = [f"{story.published:%Y-%m-%d}", *story.fields]
    if story.cause:
        details.append(_WITHDRAWALS[story.cause])
    return f"  {sign} {escape_controls(story.title)} ({', '.join(details)})"


def _cut(lines: Sequence[str], limit: int | None, *, noun: str) -> Iterator[str]:
    shown = lines[:limit]
    yield from shown
    if left := len(lines) - len(shown):
        yield f"  … and {count_noun(left, f'more {noun}')}"
