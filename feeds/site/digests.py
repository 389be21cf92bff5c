"""Make digest feeds: an entry for each day or week that is over, with its best stories."""

from datetime import UTC, datetime, time

import msgspec

from feeds.catalog.digests import DIGESTS, Digest
from feeds.catalog.reader import CatalogReader
from feeds.model.entry import Entry, Kind, Provider
from feeds.model.feed import Feed
from feeds.model.periods import Cycle, date_of
from feeds.model.query import Query
from feeds.renderers.digest_html import write_stories
from feeds.settings import Settings
from feeds.site.feeds import FeedSnapshot, make_feed, make_id, read_heading
from feeds.site.urls import digest_stem

STORIES = 15
"""The most stories in an entry."""

_ENTRIES = {Cycle.DAILY: 30, Cycle.WEEKLY: 10}


def read_digest(query: Query, cycle: Cycle, reader: CatalogReader, *, settings: Settings) -> FeedSnapshot:
    """Read the digest feed of a subject that `resolve` gave: the newest days or weeks in which there was something.

    The best stories are those with the highest peak heat, then quality. An entry stays as it is once its time is over
    and collected, whatever becomes of the stories.
    """
    most = min(query.limit or _ENTRIES[cycle], _ENTRIES[cycle])
    selected = query.with_defaults(settings.defaults)
    digests = reader.digests(selected, cycle, most=most, stories=STORIES)
    heading = read_heading(query, reader)
    plain = make_feed(query, heading, settings=settings, entries=())
    origin = digest_stem(heading.origin, cycle)
    reference = f"{origin}?{query.query_string}" if query.query_string else origin
    title = f"{heading.name}, {cycle}" if heading.name else cycle.capitalize()
    feed = msgspec.structs.replace(
        plain,
        id=make_id(reference, site_id=settings.site_id),
        path=digest_stem(query, cycle),
        query_string=query.query_string,
        title=f"{title} — {settings.site.title}",
        subtitle=f"{plain.subtitle} {_DESCRIPTIONS[cycle]}",
        entries=tuple(
            _make_entry(digest, cycle, plain, name=heading.name, reference=reference, settings=settings)
            for digest in digests
        ),
    )
    closed = max((digest.closed for digest in digests), default=None)
    return FeedSnapshot(
        query=query,
        feed=feed,
        name=title,
        changed=reader.last_titled(selected, since=closed),
        is_full=len(digests) == most,
        scopes=(DIGESTS, *selected.scopes),
    )


_DESCRIPTIONS = {
    Cycle.DAILY: "The best of each day (UTC), once it is over.",
    Cycle.WEEKLY: "The best of each week (Monday to Sunday, UTC), once it is over.",
}


def _make_entry(  # noqa: PLR0913 what an entry is made of
    digest: Digest, cycle: Cycle, plain: Feed, *, name: str, reference: str, settings: Settings
) -> Entry:
    called = cycle.name_of(digest.issue)
    end = datetime.combine(date_of(cycle.days_of(digest.issue).stop), time(), UTC)
    return Entry(
        id=make_id(f"{reference}#{called}", site_id=settings.site_id),
        kind=Kind.ARTICLE,
        title=f"{name or settings.site.title}, {called}",
        url=f"{plain.page_url}#{called}",
        published=end,
        updated=end,
        released=end,
        summary="; ".join(story.title for story in digest.stories[:3]),
        body=write_stories(digest.stories, settings.link),
        provider=Provider(name=settings.site.title, domain=""),  # nobody's but the site's
        type="digest",
        language=settings.site.language,
    )
