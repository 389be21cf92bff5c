"""Read when the documents that list the whole site last changed."""

from datetime import datetime

import msgspec

from feeds.catalog.activity import WEEKS
from feeds.catalog.list_changes import LIST_CHANGES, ListChange, ListDocument, ListedSite, date_lists
from feeds.catalog.reader import CatalogReader
from feeds.catalog.schedule import MAX_SCHEDULED
from feeds.catalog.topic_ranking import MAX_DESCRIBED
from feeds.model.clock import from_seconds, to_seconds
from feeds.model.query import EVERYTHING
from feeds.model.shown_settings import ShownSettings


class ListReader:
    """Reads what the documents show through a reader of the catalog; feeds show `shown`."""

    def __init__(self, reader: CatalogReader, shown: ShownSettings) -> None:
        self._reader = reader
        self._shown = shown

    def find_change(self, document: ListDocument, *, now: datetime) -> datetime | None:
        """Return the time of the last change to a document; None without any."""
        change = self.read_changes(now=now)[document]
        return from_seconds(change.changed) if change.changed else None

    def read_changes(self, *, now: datetime) -> dict[ListDocument, ListChange]:
        """Return the last changes of the documents; empty before the first collect has ended.

        The last collect has stored them. At each scheduled change since then, the content tells what has changed.
        After many scheduled changes, the first of those that are looked at counts as a change of all documents.
        """
        stored = self._reader.read_fact(LIST_CHANGES) or "{}"
        changes = msgspec.json.decode(stored, type=dict[ListDocument, ListChange])
        if not changes:
            return {}
        after = max(int(self._reader.read_fact(name) or 0) for name in ("collected", "committed"))
        times = self._reader.list_scheduled_changes(after=after, until=to_seconds(now))
        for time in times:
            has_unknown = time == times[0] and len(times) > MAX_SCHEDULED
            changes = date_lists({} if has_unknown else changes, self.describe(now=from_seconds(time)), changed=time)
        return changes

    def describe(self, *, now: datetime) -> dict[ListDocument, str]:
        """Return a fingerprint of everything that each document shows."""
        reader, defaults = self._reader, self._shown.defaults
        limit = defaults.limit or 1
        newest = reader.find_newest(now=now)
        topics = [topic for topic in reader.list_topics(now=now) if topic.is_listed_at(now)]
        charted = newest if len(topics) > MAX_DESCRIBED else None
        site = ListedSite(
            topics=topics,
            providers=reader.list_providers(now=now),
            entries=reader.read_newest(EVERYTHING.with_defaults(defaults), limit=limit, now=now).entries,
            newest=newest,
            charted=int(reader.read_fact("charted") or 0),
            activity=reader.count_weekly_entries(end=charted, weeks=WEEKS, now=now) if charted else {},
        )
        return site.describe(self._shown)
