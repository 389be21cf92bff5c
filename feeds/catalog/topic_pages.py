"""Find out when the page of a topic last changed, apart from its stories.

The page shows the number of entries, the date of the newest, and the topics around. A collect compares them with what
they were before, like the lists of the whole site. A page also leaves out related topics that are retired: so each
topic has a second record, of whether it is retired.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

import msgspec

from feeds.catalog.list_changes import ListChange
from feeds.catalog.reader import CatalogReader
from feeds.catalog.records import Topic
from feeds.catalog.schedule import MAX_SCHEDULED
from feeds.catalog.topic_hierarchy import MAX_DEPTH, NO_SURROUNDINGS, Surroundings, arrange_surroundings
from feeds.catalog.topic_page_store import PageChanges
from feeds.model.clock import from_seconds, to_seconds
from feeds.model.entry import fingerprint

_FINGERPRINT_DIGITS = 16


def describe_topic_pages(topics: Iterable[Topic], *, now: datetime) -> dict[str, str]:
    """Return a fingerprint of each page, and of whether each topic is retired, by name."""
    topics = list(topics)
    around = arrange_surroundings(topic for topic in topics if topic.is_listed_at(now))
    pages = {each.slug: _describe_page(each, around.get(each.slug, NO_SURROUNDINGS)) for each in topics}
    return pages | {name_retirement(each.slug): _describe_retirement(each, now=now) for each in topics}


def _describe_page(topic: Topic, around: Surroundings) -> str:
    names = [[(each.slug, each.name) for each in topics] for topics in (around.ancestors, around.children)]
    return fingerprint(msgspec.json.encode((topic.entries, topic.newest, names)))[:_FINGERPRINT_DIGITS]


def _describe_retirement(topic: Topic, *, now: datetime) -> str:
    return str(int(topic.is_retired(now)))


def name_retirement(slug: str) -> str:
    """Return the name of the record of a topic's retirement."""
    return f"{slug}/"


def date_pages(before: PageChanges, after: Mapping[str, str], *, changed: int) -> dict[str, ListChange]:
    """Return the pages with new fingerprints; a page with another fingerprint has changed at `changed`."""
    return {
        name: before[name] if name in before and before[name].fingerprint == found else ListChange(found, changed)
        for name, found in after.items()
    }


def find_changed_pages(before: PageChanges, after: PageChanges, reader: CatalogReader) -> set[str]:
    """Return the scopes of the topics with another page, those that share entries with a retired topic included."""
    changed = {name for name, change in after.items() if name not in before or before[name] != change}
    pages = {name for name in changed if not name.endswith("/")}
    for name in changed - pages:
        if name in before:
            pages |= reader.find_entry_neighbours(name.removesuffix("/"))
    return {f"topics/{slug}" for slug in pages}


def find_pages_changed_by_time(reader: CatalogReader, *, after: datetime, until: datetime) -> set[str]:
    """Return the scopes of the topics with a page that scheduled changes have altered, later than `after`."""
    if not reader.list_scheduled_changes(after=to_seconds(after), until=to_seconds(until)):
        return set()
    old, new = (describe_topic_pages(reader.list_topics(now=now), now=now) for now in (after, until))
    before = {name: ListChange(found, 0) for name, found in old.items()}
    return find_changed_pages(before, date_pages(before, new, changed=to_seconds(until)), reader)


class TopicPageReader:
    """Read what is around topics, and when their pages last changed, through a reader of the catalog."""

    def __init__(self, reader: CatalogReader) -> None:
        self._reader = reader

    def read_surroundings(self, topic: Topic, *, now: datetime) -> Surroundings:
        """Return the listed topics above a topic and right below it, as `arrange_surroundings` finds them among all."""
        if not topic.is_listed_at(now):
            return NO_SURROUNDINGS
        known = {topic.slug: topic}
        above: Topic | None = topic
        for _ in range(MAX_DEPTH):
            above = self._reader.find_topic(above.parent, now=now) if above and above.parent else None
            if above is None or above.slug in known or not above.is_listed_at(now):
                break
            known[above.slug] = above
        below = self._reader.list_child_topics(topic.slug, now=now)
        known |= {child.slug: child for child in below if child.is_listed_at(now)}
        return arrange_surroundings(sorted(known.values(), key=lambda each: (each.name, each.slug)))[topic.slug]

    def find_change(self, slug: str, *, candidates: Collection[str], now: datetime) -> datetime | None:
        """Return the time of the last change to the page of a topic, apart from its stories; None without any.

        The page also depends on the retirement of each of the `candidates` for related topics.
        """
        names = [slug, *map(name_retirement, candidates)]
        changes: PageChanges = self._reader.read_page_changes(names)
        for time, is_first_known in self._list_times(now):
            described = self._describe(slug, candidates, now=from_seconds(time))
            changes = date_pages({} if is_first_known else changes, described, changed=time)
        changed = max((change.changed for change in changes.values()), default=0)
        return from_seconds(changed) if changed else None

    def read_all_changes(self, *, now: datetime) -> dict[str, ListChange] | None:
        """Return the last changes of all pages; None if none was scheduled since the last collect."""
        times = self._list_times(now)
        if not times:
            return None
        changes = self._reader.read_page_changes()
        for time, is_first_known in times:
            moment = from_seconds(time)
            described = describe_topic_pages(self._reader.list_topics(now=moment), now=moment)
            changes = date_pages({} if is_first_known else changes, described, changed=time)
        return changes

    def _list_times(self, now: datetime) -> list[tuple[int, bool]]:
        """List the times of scheduled changes since the last collect, and whether earlier ones are left out."""
        after = max(int(self._reader.read_fact(name) or 0) for name in ("collected", "committed"))
        times = self._reader.list_scheduled_changes(after=after, until=to_seconds(now))
        return [(time, time == times[0] and len(times) > MAX_SCHEDULED) for time in times]

    def _describe(self, slug: str, candidates: Collection[str], *, now: datetime) -> dict[str, str]:
        found = {each: topic for each in (slug, *candidates) if (topic := self._reader.find_topic(each, now=now))}
        others = [found[each] for each in candidates if each in found]
        described = {name_retirement(each.slug): _describe_retirement(each, now=now) for each in others}
        if slug in found:
            described[slug] = _describe_page(found[slug], self.read_surroundings(found[slug], now=now))
        return described
