"""Write the retirement notice: the last entry of a retired topic's feed, with the end date and the successor."""

from datetime import datetime
from html import escape
from typing import TypeVar
from uuid import UUID, uuid5

import msgspec

from feeds.catalog.reader import CatalogReader
from feeds.catalog.records import Topic
from feeds.model.entry import Category, Entry, Kind, Provider
from feeds.model.feed import Format, Site
from feeds.model.query import Query
from feeds.model.retirement import CLOSING_DELAY
from feeds.model.translation.texts import find_texts
from feeds.renderers.entry_html import write_link
from feeds.settings import Settings
from feeds.site.feeds import FeedSnapshot, make_feed_id
from feeds.site.urls import FeedAddress, PageAddress

_Snapshot = TypeVar("_Snapshot", bound=FeedSnapshot)


def add_retirement_notices(
    snapshot: _Snapshot, reader: CatalogReader, *, settings: Settings, now: datetime
) -> _Snapshot:
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
    texts = find_texts(site.language)
    url, summary, body = _write_parts(topic, successor, retired=retired, site=site)
    return Entry(
        id=uuid5(UUID(feed_id), "retired").urn,
        kind=Kind.ARTICLE,
        title=texts.gettext("%(topic)s has been retired", topic=topic.name),
        url=url,
        published=retired,
        updated=retired,
        released=retired,
        summary=summary,
        body=f"<p>{body}</p>",
        provider=Provider(name=site.title, domain=""),
        categories=(Category(term=topic.slug, label=topic.name),),
    )


def _write_parts(topic: Topic, successor: Topic | None, *, retired: datetime, site: Site) -> tuple[str, str, str]:
    """Write the URL, the summary as plain text, and the body as HTML."""
    texts = find_texts(site.language)
    days = {"day": texts.date(retired), "end": texts.date(retired + CLOSING_DELAY)}
    values = {"topic": topic.name, **days}
    escaped = {name: escape(value) for name, value in values.items()}
    if successor:
        query = Query.for_topic(successor.slug)
        url = f"{site.url}{PageAddress(query).path}"
        feed_url = f"{site.url}{FeedAddress(query, Format.ATOM).path}"
        summary = texts.gettext(
            "The topic “%(topic)s” was retired on %(day)s. Its feed stays available until %(end)s, then redirects to"
            " “%(successor)s”: %(address)s",
            successor=successor.name,
            address=feed_url,
            **values,
        )
        body = escape(
            texts.gettext(
                "The topic “%(topic)s” was retired on %(day)s. Its feed stays available until %(end)s, then redirects"
                " to %(successor)s."
            )
        )
        return url, summary, body % {"successor": write_link(url, successor.name), **escaped}
    url = f"{site.url}/"
    summary = texts.gettext(
        "The topic “%(topic)s” was retired on %(day)s. Its feed stays available until %(end)s. Browse all topics:"
        " %(address)s",
        address=url,
        **values,
    )
    body = escape(
        texts.gettext(
            "The topic “%(topic)s” was retired on %(day)s. Its feed stays available until %(end)s. Browse all topics:"
            " %(site)s."
        )
    )
    return url, summary, body % {"site": write_link(url, site.title), **escaped}
