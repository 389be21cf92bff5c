"""Predict what a feed reader counts as new and modified, from the report of `feeds diff` and what the reader has seen.

A reader knows what it has ever seen. So a story that returns is new only for a reader that never saw the story, and a
story that was withdrawn and comes back is not new for a reader that did.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from feeds.compare.differences import FeedDifference, FeedFate, SiteDifference
from feeds.compare.feed_comparison import read_shown_fields
from feeds.compare.site_view import SiteView
from feeds.model.entry import fingerprint

MAX_CONTENT_CHANGES = 24
"""The library `reader` ignores more changes of an entry in a row, if none of them changes the date of its update."""


class Count(msgspec.Struct, frozen=True):
    """The ids that a reader counts as new and as modified in a feed."""

    new: frozenset[str] = frozenset()
    modified: frozenset[str] = frozenset()


class _Version(msgspec.Struct, frozen=True):
    updated: datetime
    content: str


class Subscriber:
    """Remembers what a reader has seen in each feed, by path."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[str, _Version]] = {}
        self._changes: dict[tuple[str, str], int] = {}
        self.ignored = 0
        """Changes beyond `MAX_CONTENT_CHANGES`."""

    def poll(self, view: SiteView, paths: Iterable[str]) -> None:
        """Remember what feeds show."""
        versions = _Versions(view)
        for path in paths:
            shown = view.feeds[path].shown if path in view.feeds else ()
            self._seen.setdefault(path, {}).update((id, versions.find(id)) for id in shown)

    def predict(self, difference: SiteDifference, view: SiteView) -> Mapping[str, Count]:
        """Predict the counts of the next poll by path, and remember its stories; `view` is the state afterwards."""
        versions = _Versions(view)
        found = {feed.path: _list_ids(feed) for feed in difference.feeds}
        # A feed that appears may have had all its stories withdrawn before, and still have subscribers.
        appearing = {event.path for event in difference.events if event.fate is FeedFate.APPEARS} & self._seen.keys()
        found |= {path: list(view.feeds[path].shown) for path in appearing}
        counts = {path: self._count(path, ids, versions) for path, ids in found.items()}
        return {path: count for path, count in counts.items() if count != Count()}

    def _count(self, path: str, ids: Iterable[str], versions: "_Versions") -> Count:
        new, modified = set(), set()
        for id in ids:
            seen, version = self._seen[path].get(id), versions.find(id)
            if seen is None:
                new.add(id)
            elif seen == version or self._is_ignored(path, id, seen, version):
                continue
            else:
                modified.add(id)
            self._seen[path][id] = version
        return Count(frozenset(new), frozenset(modified))

    def _is_ignored(self, path: str, id: str, seen: _Version, version: _Version) -> bool:
        changes = 0 if seen.updated != version.updated else self._changes.get((path, id), 0) + 1
        if changes > MAX_CONTENT_CHANGES:
            self.ignored += 1
            return True
        self._changes[path, id] = changes
        return False


def _list_ids(feed: FeedDifference) -> list[str]:
    return [story.id for story in (*feed.new, *feed.returned, *feed.updated)]


class _Versions:
    """The versions of entries in a state of the site."""

    def __init__(self, view: SiteView) -> None:
        self._view = view
        self._found: dict[str, _Version] = {}

    def find(self, id: str) -> _Version:
        if id not in self._found:
            entry = self._view.find_entry(id)
            fields = read_shown_fields(entry, self._view.look)
            del fields["updated"]
            self._found[id] = _Version(entry.updated, fingerprint(msgspec.json.encode(fields)))
        return self._found[id]
