"""Find out when the documents that list the whole site last changed: the home page and the OPML list.

A collect compares what they show with what they showed before, without rendering them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from feeds.catalog.records import ProviderCount, Topic, choose_providers
from feeds.model.entry import Entry, FoldedStory, fingerprint, fold_coverage
from feeds.model.feed import entry_url
from feeds.model.shown_settings import ShownSettings

MAX_HEADLINES = 4
"""The maximum number of latest stories on the home page."""


LIST_CHANGES = "list_changes"
"""The name of the fact that holds the last changes."""


class ListDocument(StrEnum):
    """A document that lists the whole site."""

    HOME = "home"
    OPML = "opml"


class ListChange(msgspec.Struct, frozen=True):
    """What a document shows, as a fingerprint, and the time of the last change, in seconds; 0 without any."""

    fingerprint: str
    changed: int


ListChanges = Mapping[ListDocument, ListChange]


class ListedSite(msgspec.Struct, frozen=True, kw_only=True):
    """The content of the documents at a time: topics, providers, the newest entries, and the date of the newest.

    `charted` is the time of the last commit with other charts of entries by week, in seconds: to compare the charts
    themselves would take as long as everything else together.
    """

    topics: Sequence[Topic]
    providers: Sequence[ProviderCount]
    entries: Sequence[Entry]
    newest: datetime | None
    charted: int

    def describe(self, *, shown: ShownSettings, now: datetime) -> dict[ListDocument, str]:
        """Return a fingerprint for each document of everything that it shows."""
        topics = [topic for topic in self.topics if topic.is_listed_at(now)]
        providers = choose_providers(self.providers)
        home = (
            [(each.slug, each.name, each.description, each.image, each.parent) for each in topics],
            [(each.entries, each.newest) for each in topics],
            [(each.domain, each.entries) for each in providers],
            (len(self.providers), self.newest),
            [_describe_headline(story, shown) for story in fold_coverage(self.entries)[:MAX_HEADLINES]],
            self.charted,
        )
        opml = ([(each.slug, each.name, each.description, each.parent) for each in topics], self.newest)
        return {ListDocument.HOME: _hash(home), ListDocument.OPML: _hash(opml)}


def _describe_headline(story: FoldedStory, shown: ShownSettings) -> tuple[Any, ...]:
    entry = story.entry
    url = entry_url(entry, shown.link_choice)
    return entry.title, url, entry.image, entry.provider, entry.published, entry.language, story.newest


def date_lists(
    before: ListChanges, after: Mapping[ListDocument, str], *, changed: int
) -> dict[ListDocument, ListChange]:
    """Return the documents with new fingerprints; a document with another fingerprint has changed at `changed`."""
    return {
        name: before[name] if name in before and before[name].fingerprint == found else ListChange(found, changed)
        for name, found in after.items()
    }


def _hash(content: object) -> str:
    return fingerprint(msgspec.json.encode(content))
