"""Compare two states of a site in two catalogs."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

import msgspec

from feeds.catalog.reader import CatalogReader
from feeds.catalog.stored import StoredMention
from feeds.compare.differences import DoubledStory, FeedFate, LostStory, SiteDifference, count_differences
from feeds.compare.feed_comparison import compare_feeds
from feeds.compare.feed_events import list_feed_events
from feeds.compare.same_stories import Mentions, compare_stories
from feeds.compare.site_view import SiteView, read_site_view
from feeds.model.entry import Entry
from feeds.settings import Settings


class SiteState(msgspec.Struct, frozen=True):
    """An open catalog with a state of the site.

    `settings` decide on the feeds. `locate` returns the path of an article file by its key. `errors` counts the files
    with errors.
    """

    reader: CatalogReader
    settings: Settings
    locate: Callable[[str], str] = str
    errors: int = 0


def compare_sites(before: SiteState, after: SiteState, *, now: datetime) -> SiteDifference:
    """Compare two states of a site as subscribers see them at `now`, each with its own settings."""
    old = read_site_view(before.reader, settings=before.settings, now=now)
    new = read_site_view(after.reader, settings=after.settings, now=now, known=old.entries)
    mentions = _read_mentions(before.reader, after.reader, _leave(old.entries, new.entries))
    stories = compare_stories(old.entries, new.entries, mentions, now=now)
    events = list_feed_events(old, new, after.reader, now=now)
    targets = {event.path: event.target for event in events if event.fate is FeedFate.MOVES}
    feeds = compare_feeds(old, new, targets=targets, causes=stories.causes)
    doubled = _locate_doubled(stories.doubled, new, after)
    lost = tuple(_locate_lost(story, before) for story in stories.lost)
    return SiteDifference(
        at=now,
        counts=count_differences(feeds, doubled=doubled, lost=lost),
        doubled=doubled,
        lost=lost,
        events=tuple(events),
        feeds=tuple(feeds),
        errors=after.errors,
    )


def _leave(before: Mapping[str, Entry], after: Mapping[str, Entry]) -> list[Entry]:
    return [entry for id, entry in before.items() if id not in after]


def _read_mentions(before: CatalogReader, after: CatalogReader, gone: Sequence[Entry]) -> Mentions:
    """Read what the files say about the entries that leave."""
    if not gone:
        return Mentions()
    names = _list_names(gone)
    known = before.find_mentions(names)
    names |= {mention.url for mention in known}
    files = {mention.path for mention in known}
    return Mentions(before=known, after=after.find_mentions(names), in_files=after.read_mentions_in(files))


def _list_names(entries: Collection[Entry]) -> set[str]:
    return {name for entry in entries for name in (entry.id, entry.url)}


def _locate_doubled(stories: Sequence[DoubledStory], view: SiteView, state: SiteState) -> tuple[DoubledStory, ...]:
    """Add the paths of the files that give the new ids."""
    by_url = {entry.url: entry for entry in view.entries.values()} if stories else {}
    entries = [by_url[story.url] for story in stories]
    mentions = state.reader.find_mentions(_list_names(entries)) if entries else []
    paths = dict(_list_paths(mentions))
    return tuple(
        msgspec.structs.replace(story, path=state.locate(path) if (path := _find(paths, entry)) else "")
        for story, entry in zip(stories, entries, strict=True)
    )


def _list_paths(mentions: Sequence[StoredMention]) -> list[tuple[str, str]]:
    """List the names of mentions with their files; the article's own file comes last, and counts."""
    found = sorted(mentions, key=lambda mention: (mention.position == 0, mention.path))
    return [(name, mention.path) for mention in found for name in (mention.url, mention.id) if name]


def _find(paths: Mapping[str, str], entry: Entry) -> str:
    return paths.get(entry.id) or paths.get(entry.url, "")


def _locate_lost(story: LostStory, state: SiteState) -> LostStory:
    return msgspec.structs.replace(story, path=state.locate(story.path) if story.path else "")
