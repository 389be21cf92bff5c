"""Make a feed of what the catalog holds on a subject: which entries, under which title, id and address."""

import unicodedata
from datetime import datetime
from uuid import UUID, uuid5

import msgspec

from feeds.address import EVERYTHING, PageAddress, Subject
from feeds.catalog.reader import CatalogReader, Selection
from feeds.errors import NotFoundError
from feeds.feed import Feed, Link
from feeds.settings import Related, Settings

_ID_NAMESPACE = UUID("6f5b1c1e-6d0a-5b0e-9a53-2f1e2c6f7d10")  # drawn once; every feed's id hangs on it


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """A feed as it is now.

    `changed` is when it last became different from what it had been, None where nothing was ever in it; `has_more`
    says whether older entries exist. `name` is what its subject is called, `scope` the part of the catalog it shows.
    """

    subject: Subject
    feed: Feed
    name: str
    changed: datetime | None
    has_more: bool
    scope: str


class _Heading(msgspec.Struct, frozen=True):
    """How a subject is called and described."""

    name: str
    description: str
    image: str = ""


def resolve(subject: Subject, reader: CatalogReader) -> Subject:
    """Give a subject the spelling under which the catalog knows it.

    Raises:
        NotFoundError: the catalog does not know it, or holds nothing that may be shown of it.
    """
    if subject.topic:
        return Subject(topic=_resolve_topic(subject.topic, reader))
    return Subject(provider=_resolve_provider(subject.provider, reader)) if subject.provider else EVERYTHING


def read_edition(subject: Subject, reader: CatalogReader, *, settings: Settings, now: datetime) -> Edition:
    """Read the newest entries on a subject that `resolve` gave, released by `now`, as a feed."""
    heading = _read_heading(subject, reader)
    selection = Selection(subject.topic, subject.provider, with_related=settings.related is Related.ENTRIES)
    window = reader.window(selection, limit=settings.limit, now=now)
    site = settings.site
    feed = Feed(
        id=make_feed_id(subject, site_id=settings.site_id),
        path=subject.path,
        title=f"{heading.name} — {site.title}" if heading.name else site.title,
        subtitle=heading.description,
        page_url=f"{site.url}{PageAddress(subject).path}",
        site=site,
        entries=window.entries,
        image=heading.image,
        links=tuple(Link("hub", hub) for hub in settings.hubs),
        link_choice=settings.link,
        ttl_seconds=settings.max_age_seconds,
    )
    return Edition(
        subject=subject,
        feed=feed,
        name=heading.name,
        changed=window.changed,
        has_more=window.has_more,
        scope=selection.scope,
    )


def make_feed_id(subject: Subject, *, site_id: str) -> str:
    """Give the id that a subject's feed has on every host and in every format (RFC 4287 section 4.2.6)."""
    return uuid5(_ID_NAMESPACE, f"{site_id}{subject.path}").urn


def _read_heading(subject: Subject, reader: CatalogReader) -> _Heading:
    if subject.provider:
        return _Heading(subject.provider, f"The latest stories from {subject.provider}.")
    topic = reader.topic(subject.topic) if subject.topic else None
    if topic is None:
        return _Heading("", "The latest stories on every topic.")
    return _Heading(topic.name, topic.description or f"The latest stories on {topic.name}.", topic.image)


def _resolve_topic(name: str, reader: CatalogReader) -> str:
    # As it stands first: a spelling that this normalisation would change must not hide a topic that is there.
    normal = unicodedata.normalize("NFKC", name).casefold()
    for slug in dict.fromkeys((name, normal)):
        if reader.topic(slug):
            return slug
        if behind := reader.topic_behind(slug):
            return behind
    raise NotFoundError("There is no such topic.")


def _resolve_provider(name: str, reader: CatalogReader) -> str:
    for domain in dict.fromkeys((name, name.lower())):
        if reader.provider(domain):
            return domain
    raise NotFoundError("There is nothing from this provider.")
