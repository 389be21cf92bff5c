"""Find what the page of a topic shows beside the stories: its number of entries, and the topics around and related."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from feeds.catalog.reader import CatalogReader
from feeds.catalog.topic_hierarchy import TopicContext
from feeds.catalog.topic_pages import TopicPageReader
from feeds.model.entry import Category, Entry
from feeds.site.feeds import FeedSnapshot

MAX_RELATED = 6
"""The maximum number of related topics on a page."""

_MAX_CANDIDATES = 24
_MIN_SHARED = 2


def read_topic_context(snapshot: FeedSnapshot, reader: CatalogReader, *, now: datetime) -> TopicContext | None:
    """Read the context of a topic's page; None for the page of anything but a plain topic.

    Topics are related if they share most of the entries that the feed shows. So the related topics change only when the
    feed does, or when one of them is retired, and cost no reading.
    """
    slug = snapshot.query.topic
    topic = reader.find_topic(slug, now=now) if slug and snapshot.query.is_plain else None
    if topic is None:
        return None
    pages = TopicPageReader(reader)
    around = pages.read_surroundings(topic, now=now)
    shown = {slug, *(each.slug for each in (*around.ancestors, *around.children))}
    related: list[Category] = []
    considered: list[str] = []
    for category in rank_shared(snapshot.feed.entries, excluded=shown):
        if len(related) == MAX_RELATED:
            break
        considered.append(category.term)
        found = reader.find_topic(category.term, now=now)
        if found and found.is_listed_at(now):
            related.append(category)
    changed = pages.find_change(slug, candidates=considered, now=now)
    return TopicContext(topic, around, tuple(related), changed)


def find_page_change(snapshot: FeedSnapshot, context: TopicContext | None) -> datetime | None:
    """Return the time of the last change to the page of a feed, with the context of its topic."""
    times = [snapshot.changed.any, context.changed if context else None]
    return max((each for each in times if each), default=None)


def rank_shared(entries: Sequence[Entry], *, excluded: Collection[str]) -> list[Category]:
    """Return the other topics of the entries, those with the most entries first, ties by slug.

    A single entry in common relates two topics only if there is no other entry.
    """
    counts = Counter(category for entry in entries for category in entry.categories if category.term not in excluded)
    minimum = min(_MIN_SHARED, len(entries))
    ranked = sorted(counts, key=lambda category: (-counts[category], category))
    return [category for category in ranked if counts[category] >= minimum][:_MAX_CANDIDATES]
