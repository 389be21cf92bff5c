"""Make digest feeds, with an entry for each finished day or week and the best stories, and read single issues."""

from datetime import UTC, datetime, time

import msgspec

from feeds.catalog.digests import DIGESTS, Digest
from feeds.catalog.reader import CatalogReader
from feeds.model.entry import Entry, Kind, Provider
from feeds.model.errors import NotFoundError
from feeds.model.feed import Feed
from feeds.model.format_times import FormatTimes
from feeds.model.periods import MAX_STORIES, Cycle, find_date
from feeds.model.query import Query
from feeds.model.translation.texts import Texts, find_texts
from feeds.renderers.digest_html import write_stories
from feeds.settings import Settings
from feeds.site.feeds import (
    DIGEST_ENTRY,
    DigestSnapshot,
    Heading,
    IssueSnapshot,
    is_described,
    make_feed,
    make_id,
    read_heading,
)
from feeds.site.titles import name_digest
from feeds.site.urls import DigestPageAddress, IssueAddress, digest_stem, write_reference


def read_digest(
    query: Query, cycle: Cycle, reader: CatalogReader, *, settings: Settings, now: datetime
) -> DigestSnapshot:
    """Read the digest feed of a resolved query: the newest days or weeks with at least one story.

    The best stories have the highest peak heat, then the highest quality. After the day or week is over and collected,
    its entry never changes, even if the stories do.
    """
    snapshot = read_issues(query, cycle, reader, settings=settings, now=now)
    heading = read_heading(query, reader, texts=find_texts(settings.language), now=now)
    feed = make_digest_feed(query, cycle, heading, settings=settings, digests=snapshot.digests)
    return msgspec.structs.replace(snapshot, feed=feed)


def read_issues(
    query: Query, cycle: Cycle, reader: CatalogReader, *, settings: Settings, now: datetime
) -> DigestSnapshot:
    """Read the digest feed of a resolved query without its entries, whose HTML takes longer than reading them."""
    limit = min(query.limit or cycle.max_issues, cycle.max_issues)
    selected = query.with_defaults(settings.defaults)
    digests = reader.read_digests(selected, cycle, limit=limit, max_stories=MAX_STORIES)
    texts = find_texts(settings.language)
    heading = read_heading(query, reader, texts=texts, now=now)
    closed = max((digest.closed for digest in digests), default=None)
    return DigestSnapshot(
        query=query,
        feed=make_digest_feed(query, cycle, heading, settings=settings),
        name=name_digest(heading.name, cycle, texts=texts),
        is_described=is_described(query, heading, settings),
        topic_names=heading.topic_names,
        changed=FormatTimes.same(reader.find_last_title_change(selected, since=closed)),
        is_full=len(digests) == limit,
        scopes=(DIGESTS, *selected.scopes),
        cycle=cycle,
        digests=digests,
    )


def make_digest_feed(
    query: Query, cycle: Cycle, heading: Heading, *, settings: Settings, digests: tuple[Digest, ...] = ()
) -> Feed:
    """Make the digest feed of a query, with an entry for each digest."""
    texts = find_texts(settings.language)
    plain = make_feed(query, heading, settings=settings, entries=())
    origin = digest_stem(heading.origin, cycle)
    reference = f"{origin}?{query.query_string}" if query.query_string else origin
    return msgspec.structs.replace(
        plain,
        id=make_id(reference, site_id=settings.site_id),
        path=digest_stem(query, cycle),
        query_string=query.query_string,
        title=f"{name_digest(heading.name, cycle, texts=texts)} — {settings.site.title}",
        subtitle=f"{plain.subtitle} {describe_cycle(cycle, texts)}",
        page_url=f"{settings.site_url}{write_reference(DigestPageAddress(query, cycle))}",
        entries=tuple(
            _make_entry(
                digest,
                IssueAddress.of(query, cycle, digest.issue),
                name=heading.name or settings.site.title,
                reference=reference,
                settings=settings,
            )
            for digest in digests
        ),
    )


def describe_cycle(cycle: Cycle, texts: Texts) -> str:
    """Say what a digest holds and when it is published."""
    if cycle is Cycle.DAILY:
        return texts.gettext("The best stories of each day (UTC), published after the day ends.")
    return texts.gettext("The best stories of each week (Monday to Sunday, UTC), published after the week ends.")


def _make_entry(digest: Digest, address: IssueAddress, *, name: str, reference: str, settings: Settings) -> Entry:
    """Make the entry of an issue. Its id names the issue after `#`, as the link did at first, and never changes."""
    cycle = address.cycle
    issue_name = cycle.name_issue(digest.issue)
    end = datetime.combine(find_date(cycle.list_days(digest.issue).stop), time(), UTC)
    return Entry(
        id=make_id(f"{reference}#{issue_name}", site_id=settings.site_id),
        kind=Kind.ARTICLE,
        title=f"{name}, {issue_name}",
        # Some readers drop what follows `#`: entries need addresses that differ before it.
        url=f"{settings.site_url}{write_reference(address)}",
        published=end,
        updated=end,
        released=end,
        summary="; ".join(story.title for story in digest.stories[:3]),
        body=write_stories(digest.stories, settings.link),
        provider=Provider(name=settings.site.title, domain=""),  # the site itself
        type=DIGEST_ENTRY,
        language=settings.site.language,
    )


def read_issue(address: IssueAddress, reader: CatalogReader, *, settings: Settings, now: datetime) -> IssueSnapshot:
    """Read an issue of a resolved query's digest, however old.

    Raises:
        NotFoundError: the day or week is not closed, or there are no stories, neither then nor before.
    """
    query, cycle = address.query, address.cycle
    selected = query.with_defaults(settings.defaults)
    reading = reader.open_digests(selected, cycle).read_issue(address.issue, max_stories=MAX_STORIES)
    if reading is None or not (reading.digest.stories or reading.older):
        raise NotFoundError("Issue not found.")
    texts = find_texts(settings.language)
    heading = read_heading(query, reader, texts=texts, now=now)
    older, newer = reading.older, reading.newer
    closed = max(reading.digest.closed, newer.closed) if newer else reading.digest.closed
    return IssueSnapshot(
        address=address,
        digest=reading.digest,
        feed=make_digest_feed(query, cycle, heading, settings=settings),
        name=name_digest(heading.name, cycle, texts=texts),
        older=IssueAddress.of(query, cycle, older.issue) if older else None,
        newer=IssueAddress.of(query, cycle, newer.issue) if newer else None,
        changed=reader.find_last_title_change(selected, since=closed),
        scopes=(DIGESTS, *selected.scopes),
    )


def list_recent_issues(snapshot: DigestSnapshot, reader: CatalogReader, *, settings: Settings) -> list[IssueSnapshot]:
    """Return the issues of a digest feed, the newest first, with links among these only.

    The oldest has no older issue: a static host may not have it. Its page changes whenever the newest issue appears,
    because it has had the link before.
    """
    query, cycle, digests = snapshot.query, snapshot.cycle, snapshot.digests
    selected = query.with_defaults(settings.defaults)
    addresses = [IssueAddress.of(query, cycle, digest.issue) for digest in digests]
    has_older = snapshot.is_full and reader.open_digests(selected, cycle).find_older(digests[-1].issue) is not None
    titled = reader.find_last_title_change(selected, since=None)
    issues: list[IssueSnapshot] = []
    for place, (digest, address) in enumerate(zip(digests, addresses, strict=True)):
        is_oldest = place == len(digests) - 1
        causes = digests if is_oldest and has_older else digests[max(place - 1, 0) : place + 1]
        times = [*(each.closed for each in causes), *([titled] if titled else [])]
        issues.append(
            IssueSnapshot(
                address=address,
                digest=digest,
                feed=snapshot.feed,
                name=snapshot.name,
                older=None if is_oldest else addresses[place + 1],
                newer=addresses[place - 1] if place else None,
                changed=max(times),
                scopes=snapshot.scopes,
            )
        )
    return issues
