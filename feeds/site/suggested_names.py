"""Write the names that the compose form suggests while somebody types, as JSON."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from feeds.catalog.reader import CatalogReader
from feeds.catalog.records import ProviderCount, Topic


class SuggestedNames(msgspec.Struct, frozen=True):
    """The slug and name of each listed topic, and the domain of each publisher.

    Names with many entries come first: twice as many entries are a rank, so that few changes move a name. Names of a
    rank are in alphabetical order.
    """

    topics: tuple[tuple[str, str], ...]
    publishers: tuple[str, ...]


def write_suggested_names(reader: CatalogReader, *, now: datetime) -> bytes:
    """Write the names that lists show at `now`."""
    topics = (topic for topic in reader.list_topics(now=now) if topic.is_listed_at(now))
    return msgspec.json.encode(suggest_names(topics, reader.list_providers(now=now)))


def suggest_names(topics: Iterable[Topic], providers: Iterable[ProviderCount]) -> SuggestedNames:
    """Put names into the order in which the form suggests them."""
    by_rank = sorted(topics, key=lambda topic: (-_rank(topic.entries), topic.name, topic.slug))
    domains = sorted((each for each in providers if each.domain), key=lambda each: (-_rank(each.entries), each.domain))
    return SuggestedNames(
        topics=tuple((topic.slug, topic.name) for topic in by_rank),
        publishers=tuple(provider.domain for provider in domains),
    )


def _rank(entries: int) -> int:
    return max(entries, 0).bit_length()
