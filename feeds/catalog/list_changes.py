"""Find out when the documents that list the whole site last changed: the home page, the OPML list, and other lists.

A collect compares what they show with what they showed before, without rendering them.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from feeds.catalog.records import ProviderCount, Topic, choose_providers
from feeds.catalog.topic_ranking import (
    MAX_DESCRIBED,
    MAX_MOST_ACTIVE,
    MAX_PLAIN,
    MAX_RANKED,
    Activity,
    rank_by_activity,
    rank_by_date,
)
from feeds.model.entry import Entry, FoldedStory, fingerprint, fold_coverage
from feeds.model.excerpt import shorten
from feeds.model.feed import entry_url
from feeds.model.shown_settings import ShownSettings

MAX_HEADLINES = 4
"""The maximum number of latest stories on the home page."""


MAX_FEW_TOPICS = 8
"""The maximum number of topics of a home page that shows texts of the latest stories, beside the panel to subscribe."""

_EXCERPT_CHARACTERS = 280

LIST_CHANGES = "list_changes"
"""The name of the fact that holds the last changes."""


class ListDocument(StrEnum):
    """A document that lists the whole site."""

    HOME = "home"
    OPML = "opml"
    TOPICS = "topics"
    TOPICS_BY_NAME = "topics-by-name"
    TOPICS_BY_ACTIVITY = "topics-by-activity"
    TOPICS_BY_DATE = "topics-by-date"
    PROVIDERS = "providers"


_RANKED = (ListDocument.TOPICS_BY_ACTIVITY, ListDocument.TOPICS_BY_DATE)


class ListChange(msgspec.Struct, frozen=True):
    """What a document shows, as a fingerprint, and the time of the last change, in seconds; 0 without any."""

    fingerprint: str
    changed: int


ListChanges = Mapping[ListDocument, ListChange]


class ListedSite(msgspec.Struct, frozen=True, kw_only=True):
    """The content of the documents at a time: listed topics, providers, the newest entries, and the date of the newest.

    `charted` is the time of the last commit with other charts of entries by week, in seconds: to compare the charts
    themselves would take as long as everything else together. Only if there are more than `MAX_DESCRIBED` topics,
    `activity` holds the charts, because they decide which topics are shown.
    """

    topics: Sequence[Topic]
    providers: Sequence[ProviderCount]
    entries: Sequence[Entry]
    newest: datetime | None
    charted: int
    activity: Activity

    def describe(self, shown: ShownSettings) -> dict[ListDocument, str]:
        """Return a fingerprint for each document of everything that it shows."""
        opml = ([(each.slug, each.name, each.description, each.parent) for each in self.topics], self.newest)
        lists = self._describe_topics()
        home = (self._describe_home(shown), lists.pop(ListDocument.HOME))
        providers = [(each.domain, each.entries) for each in self.providers]
        found = {ListDocument.HOME: home, ListDocument.OPML: opml, ListDocument.PROVIDERS: providers, **lists}
        return {name: _hash(content) for name, content in found.items()}

    def _describe_home(self, shown: ShownSettings) -> object:
        stories = fold_coverage(self.entries)[:MAX_HEADLINES]
        return (
            [(each.domain, each.entries) for each in choose_providers(self.providers)],
            (len(self.providers), self.newest),
            [_describe_headline(story, shown) for story in stories],
            [write_headline_excerpt(story.entry) for story in stories if len(self.topics) <= MAX_FEW_TOPICS],
        )

    def _describe_topics(self) -> dict[ListDocument, object]:
        """Return what the home page and each list of topics show of topics."""
        topics = self.topics
        slugs = {each.slug for each in topics}
        parents = [each.parent if each.parent in slugs else "" for each in topics]
        has_groups = any(parents)
        if len(topics) <= MAX_DESCRIBED:
            every = (self._describe_each(topics), self.newest, self.charted)
            has_tools = len(topics) > MAX_PLAIN
            return {
                **dict.fromkeys((ListDocument.HOME, ListDocument.TOPICS), (every, parents)),
                ListDocument.TOPICS_BY_NAME: (every, has_groups),
                **dict.fromkeys(_RANKED, (every, has_groups and has_tools)),
            }
        total = (len(topics), has_groups)
        day = self.newest.date() if self.newest else None  # the last day of charts
        names = [(each.slug, each.name, each.entries) for each in topics]
        most_active = rank_by_activity(topics, self.activity)
        return {
            ListDocument.HOME: (len(topics), self._describe_each(most_active[:MAX_MOST_ACTIVE])),
            ListDocument.TOPICS: (names, parents),
            ListDocument.TOPICS_BY_NAME: (total, names),
            ListDocument.TOPICS_BY_ACTIVITY: (total, day, self._describe_each(most_active[:MAX_RANKED])),
            ListDocument.TOPICS_BY_DATE: (total, day, self._describe_each(rank_by_date(topics)[:MAX_RANKED])),
        }

    def _describe_each(self, topics: Iterable[Topic]) -> object:
        return [
            (
                each.slug,
                each.name,
                each.description,
                each.image,
                each.entries,
                each.newest,
                self.activity.get(each.slug),
            )
            for each in topics
        ]


def write_headline_excerpt(entry: Entry) -> str:
    """Return the text of a story on a home page with few topics; empty for a story without a summary."""
    return shorten(entry.summary, _EXCERPT_CHARACTERS)


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
