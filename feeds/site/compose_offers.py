"""Choose the names that the compose form offers before anybody types."""

from datetime import datetime
from heapq import nlargest

import msgspec

from feeds.catalog.activity import WEEKS
from feeds.catalog.reader import CatalogReader
from feeds.catalog.records import ProviderCount, Topic
from feeds.catalog.topic_ranking import rank_by_activity
from feeds.model.feed import Format
from feeds.model.query import EVERYTHING, Query
from feeds.site.compose_form_view import Option
from feeds.site.compose_query import Picker
from feeds.site.urls import FeedAddress, write_reference

MAX_ACTIVE = 12
"""The number of the most active topics that the form offers."""

MAX_FEEDS_OFFERED = 6
"""The number of feeds that the form offers for a list."""

MAX_LARGEST = 6
"""The number of publishers with the most entries that the form offers."""

MAX_LISTED = 100
"""The number of names that a browser without JavaScript suggests, those with the most entries."""


class Offers(msgspec.Struct, frozen=True, kw_only=True):
    """The names to offer: the most active topics, and the publishers with the most entries, in this order.

    `topic_names` and `domains` are for suggestions while somebody types, in alphabetical order.
    """

    topics: tuple[Option, ...] = ()
    publishers: tuple[Option, ...] = ()
    topic_names: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()

    def list_options(self, picker: Picker) -> tuple[Option, ...]:
        """Return the names to offer in a picker; in the list of feeds, these are the feeds of topics."""
        if picker is Picker.PUBLISHER:
            return self.publishers
        if picker is Picker.TOPIC:
            return self.topics
        return tuple(map(_make_feed_option, self.topics[:MAX_FEEDS_OFFERED]))


def read_offers(reader: CatalogReader, *, now: datetime) -> Offers:
    """Choose names among those that lists show at `now`."""
    topics = [topic for topic in reader.list_topics(now=now) if topic.is_listed_at(now)]
    providers = [provider for provider in reader.list_providers(now=now) if provider.domain]
    entries = reader.read_newest(EVERYTHING, limit=1, now=now).entries
    activity = reader.count_weekly_entries(end=entries[0].published, weeks=WEEKS, now=now) if entries else {}
    active = rank_by_activity(topics, activity)[:MAX_ACTIVE]
    largest = sorted(providers, key=lambda each: (-each.entries, each.domain))[:MAX_LARGEST]
    return Offers(
        topics=tuple(Option(topic.slug, topic.name) for topic in active),
        publishers=tuple(Option(each.domain, each.domain) for each in largest),
        topic_names=tuple(sorted(topic.name for topic in nlargest(MAX_LISTED, topics, key=_count))),
        domains=tuple(sorted(provider.domain for provider in nlargest(MAX_LISTED, providers, key=_count))),
    )


def _make_feed_option(topic: Option) -> Option:
    return Option(write_reference(FeedAddress(Query.for_topic(topic.value), Format.ATOM)), topic.name)


def _count(listed: Topic | ProviderCount) -> int:
    return listed.entries
