"""Write the retirement notice: the last entry of a retired topic's feed, with the end date and the successor."""

from datetime import datetime
from html import escape
from uuid import UUID, uuid5

import msgspec

from feeds.catalog.reader import CatalogReader
from feeds.catalog.records import Topic
from feeds.model.entry import Category, Entry, Kind, Provider
from feeds.model.feed import Format, Site
from feeds.model.query import Query
from feeds.model.retirement import CLOSING_DELAY
from feeds.settings import Settings
from feeds.site.feeds import FeedSnapshot, make_feed_id
from feeds.site.urls import FeedAddress, PageAddress


def add_retirement_notices(
    snapshot: FeedSnapshot, reader: CatalogReader, *, settings: Settings, now: datetime
) -> FeedSnapshot:
    """Add a retirement notice for each retired topic of the query, even to a feed with the maximum of entries."""
    slugs = snapshot.query.topics.names if snapshot.query.topics else ()
    topics = [topic for slug in slugs if (topic := reader.find_topic(slug, now=now))]
    notices = [
        write_retirement_notice(
            topic,
            reader.find_topic(topic.successor, now=now),
            retired=topic.retired,
            feed_id=make_feed_id(Query.for_topic(topic.origin), site_id=settings.site_id),
            site=settings.site,
        )
        for topic in topics
        if topic.retired and topic.is_retired(now)
    ]
    if not notices:
        return snapshot
    entries = sorted((*snapshot.feed.entries, *notices), key=lambda entry: (-entry.published.timestamp(), entry.id))
    changed = snapshot.changed.no_earlier_than(max(notice.released for notice in notices))
    feed = msgspec.structs.replace(snapshot.feed, entries=tuple(entries))
    return msgspec.structs.replace(snapshot, feed=feed, changed=changed)


def write_retirement_notice(
    topic: Topic, successor: Topic | None, *, retired: datetime, feed_id: str, site: Site
) -> Entry:
    """Write the entry that announces the retirement of `topic` at the time `retired`.

    The id of the entry depends only on `feed_id`, the id of the topic's feed, so postponing the retirement does not
    make another entry. The provider is the site itself, without a domain.
    """
    text = (
        f"The topic “{topic.name}” was retired on {retired.date()}."
        f" Its feed stays available until {(retired + CLOSING_DELAY).date()}"
    )
    url, advice = f"{site.url}/", f". Browse all topics: {site.url}/"
    body = f'. Browse all topics: <a href="{escape(url)}">{escape(site.title)}</a>.'
    if successor:
        query = Query.for_topic(successor.slug)
        url = f"{site.url}{PageAddress(query).path}"
        advice = f", then redirects to “{successor.name}”: {site.url}{FeedAddress(query, Format.ATOM).path}"
        body = f', then redirects to <a href="{escape(url)}">{escape(successor.name)}</a>.'
    return Entry(
        id=uuid5(UUID(feed_id), "retired").urn,
        kind=Kind.ARTICLE,
        title=f"{topic.name} has been retired",
        url=url,
        published=retired,
        updated=retired,
        released=retired,
        summary=f"{text}{advice}",
        body=f"<p>{escape(text)}{body}</p>",
        provider=Provider(name=site.title, domain=""),
        categories=(Category(term=topic.slug, label=topic.name),),
    )
