"""Build feeds from the catalog: entries, title, id and links of a query's feed and of its archive."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid5

import msgspec

from feeds.catalog.digests import Digest
from feeds.catalog.reader import CatalogReader
from feeds.catalog.records import Topic
from feeds.model.archive import ArchivePart
from feeds.model.entry import Entry
from feeds.model.errors import NotFoundError
from feeds.model.feed import DocumentLink, Feed, Link
from feeds.model.format_times import FormatTimes
from feeds.model.periods import Cycle
from feeds.model.query import Query
from feeds.model.translation.texts import Texts, find_texts
from feeds.settings import Settings
from feeds.site.titles import write_name, write_subtitle
from feeds.site.urls import IssueAddress, archive_stem, page_of, write_reference

ARCHIVE_MAX_AGE_SECONDS = 86_400

DIGEST_ENTRY = "digest"
"""The type of the entries that are issues of a digest."""

_ID_NAMESPACE = UUID("6f5b1c1e-6d0a-5b0e-9a53-2f1e2c6f7d10")  # drawn once; every feed id derives from it


class FeedSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The current state of a feed or of an archive document.

    `changed` holds the times of the feed's last change, None without any entry, now or before. `is_full` marks a feed
    with its maximum of entries; older entries may exist. `name` names the query in words. The feed depends on the parts
    of the catalog named by `scopes`. `is_described` marks a feed that the publisher describes, in the language of the
    site, as are `topic_names`, the names in `name`.
    """

    query: Query
    feed: Feed
    name: str
    changed: FormatTimes
    is_full: bool
    scopes: tuple[str, ...]
    is_described: bool = False
    topic_names: tuple[str, ...] = ()
    cycle: Cycle | None = None


class DigestSnapshot(FeedSnapshot, frozen=True, kw_only=True):
    """The current state of a digest feed; `digests` are its issues, the newest first.

    `name` names the digest in words.
    """

    cycle: Cycle
    digests: tuple[Digest, ...]

    @property
    def notices(self) -> list[Entry]:
        """The entries of the feed that are no issues: notices of retirement."""
        return [entry for entry in self.feed.entries if entry.type != DIGEST_ENTRY]


class IssueSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """One issue of a digest, perhaps without stories, and the nearest issues with stories, if any.

    `feed` is the feed of the digest without entries, and `name` names the digest in words. The page changes only when a
    newer issue appears, or the name of the query changes: at `changed`.
    """

    address: IssueAddress
    digest: Digest
    feed: Feed
    name: str
    older: IssueAddress | None
    newer: IssueAddress | None
    changed: datetime | None
    scopes: tuple[str, ...]


class Heading(msgspec.Struct, frozen=True):
    """The name and description of a query; `origin` is the query with the first slug of every topic.

    `is_described` marks a description by the publisher.
    """

    name: str
    description: str
    origin: Query
    image: str = ""
    is_described: bool = False
    topic_names: tuple[str, ...] = ()


def read_feed(query: Query, reader: CatalogReader, *, settings: Settings, now: datetime) -> FeedSnapshot:
    """Read the feed of a resolved query: its newest entries released by `now`.

    The feed of a plain query links to its archive.
    """
    heading = read_heading(query, reader, texts=find_texts(settings.language), now=now)
    selected = query.with_defaults(settings.defaults)
    limit = query.limit or settings.limit
    window = reader.read_newest(selected, limit=limit, now=now)
    feed = msgspec.structs.replace(
        make_feed(query, heading, settings=settings, entries=window.entries),
        query_string=query.query_string,
        # Subscribers of a hub poll less often, and hubs cannot be notified of every feed that can be composed.
        links=tuple(Link("hub", hub) for hub in settings.hubs if query.is_plain),
        documents=_link_parts(query, {"prev-archive": window.older if query.is_plain else None}),
    )
    return FeedSnapshot(
        query=query,
        feed=feed,
        name=heading.name,
        changed=window.changed,
        is_full=len(window.entries) >= limit,
        scopes=selected.scopes,
        is_described=is_described(query, heading, settings),
        topic_names=heading.topic_names,
    )


def read_archive(
    query: Query, part: ArchivePart, reader: CatalogReader, *, settings: Settings, now: datetime
) -> FeedSnapshot:
    """Read one archive document of a resolved query's feed (RFC 5005 section 4).

    From the feed, `prev-archive` links lead through all older entries, each once. Finished documents are marked as
    archives and may be cached for a day. Only `next-archive` links lead to the document still growing.

    Raises:
        NotFoundError: the part does not exist, or the query is composed: only plain queries have archives.
    """
    if not query.is_plain:
        raise NotFoundError("Composed feeds have no archive.")
    selected = query.with_defaults(settings.defaults)
    archive = reader.read_archive(selected, part, now=now)
    if archive is None:
        raise NotFoundError("Archive part not found.")
    heading = read_heading(query, reader, texts=find_texts(settings.language), now=now)
    neighbours = _link_parts(query, {"prev-archive": archive.older, "next-archive": archive.newer})
    feed = msgspec.structs.replace(
        make_feed(query, heading, settings=settings, entries=archive.entries),
        path=archive_stem(query, part),
        documents=(DocumentLink("current", query.path), *neighbours),
        ttl_seconds=settings.max_age_seconds if archive.is_growing else ARCHIVE_MAX_AGE_SECONDS,
        is_archive=not archive.is_growing,
    )
    return FeedSnapshot(
        query=query,
        feed=feed,
        name=heading.name,
        changed=archive.changed,
        is_full=archive.older is not None,
        scopes=selected.scopes,
        is_described=is_described(query, heading, settings),
        topic_names=heading.topic_names,
    )


def count_entries(query: Query, reader: CatalogReader, *, settings: Settings, now: datetime) -> int:
    """Count all entries of a resolved query released by `now`."""
    return reader.count_entries(query.with_defaults(settings.defaults), now=now)


def list_archive(query: Query, reader: CatalogReader, *, settings: Settings, now: datetime) -> list[ArchivePart]:
    """List the archive parts that the links of a feed lead to, the newest first."""
    return reader.list_archive_parts(query.with_defaults(settings.defaults), limit=settings.limit, now=now)


def make_feed(query: Query, heading: Heading, *, settings: Settings, entries: tuple[Entry, ...]) -> Feed:
    """Make the feed of a query, without links."""
    site = settings.site
    return Feed(
        id=make_feed_id(heading.origin, site_id=settings.site_id),
        path=query.path,
        title=f"{heading.name} — {site.title}" if heading.name else site.title,
        subtitle=(settings.site_description if _is_everything(query) else "") or heading.description,
        page_url=f"{site.url}{write_reference(page_of(query))}",
        site=site,
        entries=entries,
        image=heading.image,
        link_choice=settings.link,
        ttl_seconds=settings.max_age_seconds,
    )


def is_described(query: Query, heading: Heading, settings: Settings) -> bool:
    """Return whether the publisher describes the feed of a query in own words."""
    return bool(settings.site_description) if _is_everything(query) else heading.is_described


def _is_everything(query: Query) -> bool:
    return query.is_plain and not query.topics and not query.providers


def _link_parts(query: Query, parts: Mapping[str, ArchivePart | None]) -> tuple[DocumentLink, ...]:
    """Link to the archive parts that exist, each by its relation."""
    return tuple(DocumentLink(rel, archive_stem(query, part)) for rel, part in parts.items() if part)


def make_feed_id(origin: Query, *, site_id: str) -> str:
    """Return the feed id for the query with original slugs, the same on every host and in every format.

    The id stays when a topic is renamed (RFC 4287 section 4.2.6).
    """
    reference = f"{origin.path}?{origin.query_string}" if origin.query_string else origin.path
    return make_id(reference, site_id=site_id)


def make_id(reference: str, *, site_id: str) -> str:
    """Return the id of the document at a canonical path without an extension, and its query string."""
    return uuid5(_ID_NAMESPACE, f"{site_id}{reference}").urn


def read_heading(query: Query, reader: CatalogReader, *, texts: Texts, now: datetime) -> Heading:
    """Name and describe a query; a single topic gives its own picture and, in a plain query, its own description."""
    slugs = query.topics.names if query.topics else ()
    topics = {slug: topic for slug in slugs if (topic := reader.find_topic(slug, now=now))}
    names = {slug: topic.name for slug, topic in topics.items()}
    only = topics.get(query.topic)
    description = only.description if only and query.is_plain else ""
    return Heading(
        write_name(query, names, texts=texts),
        description or write_subtitle(query, names, texts=texts),
        image=only.image if only else "",
        is_described=bool(description),
        topic_names=tuple(names.values()),
        origin=_find_origin(query, topics),
    )


def _find_origin(query: Query, topics: Mapping[str, Topic]) -> Query:
    """Return a query as it was before any of its topics was renamed."""
    if not query.topics:
        return query
    return msgspec.structs.replace(query, topics=query.topics.rename(lambda slug: topics[slug].origin))
