"""Suggest URLs to open first at startup, in addition to the home page."""

from collections.abc import Iterator
from datetime import datetime

from feeds.catalog.catalog import Catalog
from feeds.model.errors import FeedsError
from feeds.model.feed import Format
from feeds.model.query import EVERYTHING, Query
from feeds.settings import Settings
from feeds.site.urls import FeedAddress, page_of
from feeds.web.connections import limit_connections


def suggest_urls(settings: Settings, *, now: datetime) -> Iterator[str]:
    """Give lines with the page and the feed of the topic with the most entries.

    Without topics, there is a single line with the feed of all entries; without a readable catalog, there are no lines.
    """
    try:
        slug = _choose_topic(settings, now=now)
    except FeedsError:
        return
    query = Query.for_topic(slug) if slug else EVERYTHING
    if slug:
        yield f"  a topic   {settings.site_url}{page_of(query).path}"
    yield f"  its feed  {settings.site_url}{FeedAddress(query, Format.ATOM).path}"


def _choose_topic(settings: Settings, *, now: datetime) -> str:
    catalog = Catalog(settings.database_url, limits=limit_connections(workers=settings.workers))
    try:
        with catalog.reading() as reader:
            topics = [topic for topic in reader.list_topics(now=now) if topic.is_listed_at(now)]
    finally:
        catalog.close()
    return max(topics, key=lambda topic: topic.entries).slug if topics else ""
