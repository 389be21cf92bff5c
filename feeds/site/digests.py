"""Make digest feeds, with an entry for each finished day or week and the best stories in each entry."""

from datetime import UTC, datetime, time

import msgspec

from feeds.catalog.digests import DIGESTS, Digest
from feeds.catalog.reader import CatalogReader
from feeds.model.entry import Entry, Kind, Provider
from feeds.model.feed import Feed
from feeds.model.format_times import FormatTimes
from feeds.model.periods import MAX_STORIES, Cycle, find_date
from feeds.model.query import Query
from feeds.renderers.digest_html import write_stories
from feeds.settings import Settings
from feeds.site.feeds import FeedSnapshot, make_feed, make_id, read_heading
from feeds.site.titles import name_digest
from feeds.site.urls import digest_stem
from feeds.translation.texts import Texts, find_texts


def read_digest(
    query: Query, cycle: Cycle, reader: CatalogReader, *, settings: Settings, now: datetime
) -> FeedSnapshot:
    """Read the digest feed of a resolved query: the newest days or weeks with at least one story.

    The best stories have the highest peak heat, then the highest quality. After the day or week is over and collected,
    its entry never changes, even if the stories do.
    """
    limit = min(query.limit or cycle.max_issues, cycle.max_issues)
    selected = query.with_defaults(settings.defaults)
    digests = reader.read_digests(selected, cycle, limit=limit, max_stories=MAX_STORIES)
    texts = find_texts(settings.language)
    heading = read_heading(query, reader, texts=texts, now=now)
    name = name_digest(heading.name, cycle, texts=texts)
    plain = make_feed(query, heading, settings=settings, entries=())
    origin = digest_stem(heading.origin, cycle)
    reference = f"{origin}?{query.query_string}" if query.query_string else origin
    feed = msgspec.structs.replace(
        plain,
        id=make_id(reference, site_id=settings.site_id),
        path=digest_stem(query, cycle),
        query_string=query.query_string,
        title=f"{name} — {settings.site.title}",
        subtitle=f"{plain.subtitle} {_describe(cycle, texts)}",
        entries=tuple(
            _make_entry(digest, cycle, plain, name=heading.name, reference=reference, settings=settings)
            for digest in digests
        ),
    )
    closed = max((digest.closed for digest in digests), default=None)
    return FeedSnapshot(
        query=query,
        feed=feed,
        name=name,
        changed=FormatTimes.same(reader.find_last_title_change(selected, since=closed)),
        is_full=len(digests) == limit,
        scopes=(DIGESTS, *selected.scopes),
    )


def _describe(cycle: Cycle, texts: Texts) -> str:
    if cycle is Cycle.DAILY:
        return texts.gettext("The best stories of each day (UTC), published after the day ends.")
    return texts.gettext("The best stories of each week (Monday to Sunday, UTC), published after the week ends.")


def _make_entry(  # noqa: PLR0913 the parts of an entry
    digest: Digest, cycle: Cycle, plain: Feed, *, name: str, reference: str, settings: Settings
) -> Entry:
    issue_name = cycle.name_issue(digest.issue)
    end = datetime.combine(find_date(cycle.list_days(digest.issue).stop), time(), UTC)
    return Entry(
        id=make_id(f"{reference}#{issue_name}", site_id=settings.site_id),
        kind=Kind.ARTICLE,
        title=f"{name or settings.site.title}, {issue_name}",
        url=f"{plain.page_url}#{issue_name}",
        published=end,
        updated=end,
        released=end,
        summary="; ".join(story.title for story in digest.stories[:3]),
        body=write_stories(digest.stories, settings.link),
        provider=Provider(name=settings.site.title, domain=""),  # the site itself
        type="digest",
        language=settings.site.language,
    )
