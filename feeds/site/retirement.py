"""Write the last entry of a retired topic's feed, which tells its readers that it ends, and where to go on."""

from datetime import datetime
from html import escape
from uuid import UUID, uuid5

import msgspec

from feeds.catalog.reader import CatalogReader
from feeds.catalog.records import Topic
from feeds.model.entry import Category, Entry, Kind, Provider
from feeds.model.feed import Format, Site
from feeds.model.query import Query
from feeds.model.topics import GRACE
from feeds.settings import Settings
from feeds.site.feeds import FeedSnapshot, make_feed_id
from feeds.site.urls import FeedAddress, PageAddress


def add_notices(edition: FeedSnapshot, reader: CatalogReader, *, settings: Settings, now: datetime) -> FeedSnapshot:
    """Add an entry for each of the subject's topics that has been retired, beside all that the feed has room for."""
    slugs = edition.query.topics.names if edition.query.topics else ()
    topics = [topic for slug in slugs if (topic := reader.topic(slug))]
    notices = [
        write_notice(
            topic,
            reader.topic(topic.successor),
            retired=topic.retired,
            feed_id=make_feed_id(Query.for_topic(topic.origin), site_id=settings.site_id),
            site=settings.site,
        )
        for topic in topics
        if topic.retired and topic.is_retired(now)
    ]
    if not notices:
        return edition
    entries = sorted((*edition.feed.entries, *notices), key=lambda entry: (-entry.published.timestamp(), entry.id))
    moments = [notice.released for notice in notices] + ([edition.changed] if edition.changed else [])
    feed = msgspec.structs.replace(edition.feed, entries=tuple(entries))
    return msgspec.structs.replace(edition, feed=feed, changed=max(moments))


def write_notice(topic: Topic, successor: Topic | None, *, retired: datetime, feed_id: str, site: Site) -> Entry:
    """Say in an entry that `topic`, whose feed has the id `feed_id`, has been `retired` at that moment.

    Its id hangs on the feed's alone, so that it stays one entry if the day is put off. It comes from nobody but the
    site: its provider has no domain.
    """
    said = (
        f"The topic “{topic.name}” was retired on {retired.date()}."
        f" Its feed can be read until {(retired + GRACE).date()}"
    )
    url, advice = f"{site.url}/", f"; what else there is stands at {site.url}/"
    body = f'; what else there is stands at <a href="{escape(url)}">{escape(site.title)}</a>.'
    if successor:
        query = Query.for_topic(successor.slug)
        url = f"{site.url}{PageAddress(query).path}"
        advice = f", and then leads to “{successor.name}”: {site.url}{FeedAddress(query, Format.ATOM).path}"
        body = f', and then leads to <a href="{escape(url)}">{escape(successor.name)}</a>.'
    return Entry(
        id=uuid5(UUID(feed_id), "retired").urn,
        kind=Kind.ARTICLE,
        title=f"{topic.name} has been retired",
        url=url,
        published=retired,
        updated=retired,
        released=retired,
        summary=f"{said}{advice}",
        body=f"<p>{escape(said)}{body}</p>",
        provider=Provider(name=site.title, domain=""),
        categories=(Category(term=topic.slug, label=topic.name),),
    )
