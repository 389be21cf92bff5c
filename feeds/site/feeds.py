"""Make a feed of what the catalog holds on a subject: which entries, under which title, id and address."""

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from uuid import UUID, uuid5

import msgspec

from feeds.catalog.reader import CatalogReader
from feeds.catalog.records import Topic
from feeds.model.archive import ArchivePart
from feeds.model.entry import Entry
from feeds.model.errors import GoneError, NotFoundError
from feeds.model.feed import DocumentLink, Feed, Link
from feeds.model.selection import Selection
from feeds.model.subject import Subject
from feeds.model.topics import GRACE
from feeds.settings import Settings
from feeds.site.titles import write_name, write_subtitle
from feeds.site.urls import archive_stem, page_of, write_reference

ARCHIVE_MAX_AGE_SECONDS = 86_400
_SHOWN_CHARACTERS = 60
_ID_NAMESPACE = UUID("6f5b1c1e-6d0a-5b0e-9a53-2f1e2c6f7d10")  # drawn once; every feed's id hangs on it


class FeedSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """A feed as it is now, or a document of its archive.

    `changed` is when it last became different from what it had been, None where nothing was ever in it; `is_full` says
    that it has no room for more, so that older entries may exist. `name` is what its subject is called, `scopes` the
    parts of the catalog it depends on.
    """

    subject: Subject
    feed: Feed
    name: str
    changed: datetime | None
    is_full: bool
    scopes: tuple[str, ...]


class Heading(msgspec.Struct, frozen=True):
    """How a subject is called and described, and what it was at first."""

    name: str
    description: str
    origin: Subject
    image: str = ""


def resolve(subject: Subject, reader: CatalogReader, *, now: datetime) -> Subject:
    """Give a subject the spelling under which the catalog knows it, or what has come after it by `now`.

    What type of articles there are the catalog does not know: one that there is not selects nothing.

    Raises:
        NotFoundError: the catalog does not know a part of it, which the sentence names, or may show nothing of it.
        GoneError: a part of it was retired, and nothing comes after that.
    """
    resolve_topic = partial(_resolve_topic, reader=reader, now=now)
    resolve_provider = partial(_resolve_provider, reader=reader)
    filters = subject.filters
    if filters.providers:
        filters = msgspec.structs.replace(filters, providers=filters.providers.rename(resolve_provider))
    return Subject(
        topics=subject.topics.rename(resolve_topic) if subject.topics else None,
        providers=subject.providers.rename(resolve_provider) if subject.providers else None,
        filters=filters,
    )


def read_feed(subject: Subject, reader: CatalogReader, *, settings: Settings, now: datetime) -> FeedSnapshot:
    """Read the newest entries on a subject that `resolve` gave, released by `now`, as a feed.

    It leads to an archive where its subject is plain.
    """
    heading = read_heading(subject, reader)
    selection = select(subject, settings)
    limit = subject.filters.limit or settings.limit
    window = reader.window(selection, limit=limit, now=now)
    feed = msgspec.structs.replace(
        make_feed(subject, heading, settings=settings, entries=window.entries),
        query=subject.query,
        # Who goes by a hub asks less often, and there is no telling hubs of every feed that can be composed.
        links=tuple(Link("hub", hub) for hub in settings.hubs if subject.is_plain),
        documents=_link(subject, {"prev-archive": window.older if subject.is_plain else None}),
    )
    return FeedSnapshot(
        subject=subject,
        feed=feed,
        name=heading.name,
        changed=window.changed,
        is_full=len(window.entries) >= limit,
        scopes=selection.scopes,
    )


def read_archive(
    subject: Subject, part: ArchivePart, reader: CatalogReader, *, settings: Settings, now: datetime
) -> FeedSnapshot:
    """Read one part of the archive of a subject that `resolve` gave, as a feed (RFC 5005 section 4).

    Following `prev-archive` from the feed itself leads through all its older entries, each once. What no publishing
    will change says so and may be kept for a day; a document that still grows can be reached by `next-archive` only.

    Raises:
        NotFoundError: there is no such part, or the subject is composed: only plain ones are archived.
    """
    if not subject.is_plain:
        raise NotFoundError("A feed of several names, or with a query, has no archive; each of its topics has.")
    selection = select(subject, settings)
    archive = reader.archive(selection, part, now=now)
    if archive is None:
        raise NotFoundError("There is no such part of this feed's archive.")
    heading = read_heading(subject, reader)
    neighbours = _link(subject, {"prev-archive": archive.older, "next-archive": archive.newer})
    feed = msgspec.structs.replace(
        make_feed(subject, heading, settings=settings, entries=archive.entries),
        path=archive_stem(subject, part),
        documents=(DocumentLink("current", subject.path), *neighbours),
        ttl_seconds=settings.max_age_seconds if archive.is_growing else ARCHIVE_MAX_AGE_SECONDS,
        is_archive=not archive.is_growing,
    )
    return FeedSnapshot(
        subject=subject,
        feed=feed,
        name=heading.name,
        changed=archive.changed,
        is_full=archive.older is not None,
        scopes=selection.scopes,
    )


def count_entries(subject: Subject, reader: CatalogReader, *, settings: Settings, now: datetime) -> int:
    """Count all entries on a subject that `resolve` gave, released by `now`."""
    return reader.count(select(subject, settings), now=now)


def list_archive(subject: Subject, reader: CatalogReader, *, settings: Settings, now: datetime) -> list[ArchivePart]:
    """List the parts of a feed's archive that following its links leads to, the newest first."""
    return reader.archive_parts(select(subject, settings), limit=settings.limit, now=now)


def select(subject: Subject, settings: Settings) -> Selection:
    """Give what the catalog is to be asked for."""
    filters = subject.filters.over(settings.filters)
    return Selection(
        topics=subject.topics,
        providers=tuple(each for each in (subject.providers, filters.providers) if each),
        types=filters.types,
        min_quality=filters.min_quality,
        min_heat=filters.min_heat,
        search=filters.search,
        with_related=bool(filters.with_related),
    )


def make_feed(subject: Subject, heading: Heading, *, settings: Settings, entries: tuple[Entry, ...]) -> Feed:
    """Make the feed of a subject, without links."""
    site = settings.site
    return Feed(
        id=make_feed_id(heading.origin, site_id=settings.site_id),
        path=subject.path,
        title=f"{heading.name} — {site.title}" if heading.name else site.title,
        subtitle=heading.description,
        page_url=f"{site.url}{write_reference(page_of(subject))}",
        site=site,
        entries=entries,
        image=heading.image,
        link_choice=settings.link,
        ttl_seconds=settings.max_age_seconds,
    )


def _link(subject: Subject, parts: Mapping[str, ArchivePart | None]) -> tuple[DocumentLink, ...]:
    """Link to the parts that there are, each by its relation."""
    return tuple(DocumentLink(rel, archive_stem(subject, part)) for rel, part in parts.items() if part)


def make_feed_id(subject: Subject, *, site_id: str) -> str:
    """Give the id that a feed which began as the subject's has on every host and in every format.

    It stays when a topic is renamed (RFC 4287 section 4.2.6).
    """
    reference = f"{subject.path}?{subject.query}" if subject.query else subject.path
    return make_id(reference, site_id=site_id)


def make_id(reference: str, *, site_id: str) -> str:
    """Give the id of what a site has at a canonical path, without an extension, and query."""
    return uuid5(_ID_NAMESPACE, f"{site_id}{reference}").urn


def read_heading(subject: Subject, reader: CatalogReader) -> Heading:
    """Name and describe a subject; one topic has its own picture, and as it is, its own description."""
    slugs = subject.topics.names if subject.topics else ()
    topics = {slug: topic for slug in slugs if (topic := reader.topic(slug))}
    names = {slug: topic.name for slug, topic in topics.items()}
    only = topics.get(subject.topic)
    description = only.description if only and subject.is_plain else ""
    return Heading(
        write_name(subject, names),
        description or write_subtitle(subject, names),
        image=only.image if only else "",
        origin=_find_origin(subject, topics),
    )


def _find_origin(subject: Subject, topics: Mapping[str, Topic]) -> Subject:
    """Give a subject as it was before any of its topics was renamed."""
    if not subject.topics:
        return subject
    return msgspec.structs.replace(subject, topics=subject.topics.rename(lambda slug: topics[slug].origin))


def _resolve_topic(name: str, *, reader: CatalogReader, now: datetime) -> str:
    # As it stands first: a spelling that this normalisation would change must not hide a topic that is there.
    normal = unicodedata.normalize("NFKC", name).casefold()
    for slug in dict.fromkeys((name, normal)):
        if topic := reader.topic(slug) or reader.topic(reader.topic_behind(slug) or ""):
            return _find_open(topic, reader, now=now).slug
    raise NotFoundError(f"Topic “{_shorten(name)}” not found.")


def _find_open(topic: Topic, reader: CatalogReader, *, now: datetime) -> Topic:
    """Give the topic, or where its feed has been closed, the one that comes after it."""
    while topic.retired and topic.is_closed(now):
        successor = reader.topic(topic.successor)
        if successor is None:
            retired, closed = topic.retired.date(), (topic.retired + GRACE).date()
            raise GoneError(f"The topic “{topic.name}” was retired on {retired}, and its feed ended on {closed}.")
        topic = successor
    return topic


def _resolve_provider(name: str, *, reader: CatalogReader) -> str:
    for domain in dict.fromkeys((name, name.lower())):
        if reader.provider(domain):
            return domain
    raise NotFoundError(f"Provider “{_shorten(name)}” not found.")


def _shorten(name: str) -> str:
    return name if len(name) <= _SHOWN_CHARACTERS else f"{name[:_SHOWN_CHARACTERS]}…"
