"""Resolve the topics and providers of a query or bundle to the catalog's spelling, or to successors."""

import unicodedata
from datetime import datetime
from functools import partial

import msgspec

from feeds.catalog.reader import CatalogReader
from feeds.catalog.records import Topic
from feeds.model.errors import GoneError, NotFoundError, UnknownProviderError, UnknownTopicError
from feeds.model.query import Query
from feeds.model.retirement import CLOSING_DELAY
from feeds.model.text import strip_invisible
from feeds.model.topics import slugify
from feeds.site.urls import BundleAddress, DigestAddress, FeedAddress


def resolve(query: Query, reader: CatalogReader, *, now: datetime) -> Query:
    """Return the query in the catalog's spelling, with topics closed by `now` replaced by their successors.

    The catalog keeps no list of article types: an unknown type selects nothing.

    Raises:
        UnknownTopicError: a topic is unknown; the message names the topic.
        UnknownProviderError: a provider is unknown; the message names the provider.
        GoneError: a topic is retired and has no successor.
    """
    resolve_topic = partial(_resolve_topic, reader=reader, now=now)
    resolve_provider = partial(_resolve_provider, reader=reader, now=now)
    return msgspec.structs.replace(
        query,
        topics=query.topics and query.topics.rename(resolve_topic),
        providers=query.providers and query.providers.rename(resolve_provider),
        from_providers=query.from_providers and query.from_providers.rename(resolve_provider),
    )


def resolve_bundle(bundle: BundleAddress, reader: CatalogReader, *, now: datetime) -> BundleAddress:
    """Return the bundle in the catalog's spelling: renamed, merged and succeeded topics, each feed once.

    Feeds that do not exist are missing, so that a reader keeps all others.

    Raises:
        GoneError: all feeds are closed.
        NotFoundError: no feed exists, and at least one of them never did.
    """
    found: list[FeedAddress | DigestAddress] = []
    missing: list[FeedAddress | DigestAddress] = []
    errors: list[NotFoundError] = []
    for feed in bundle.feeds:
        try:
            found.append(msgspec.structs.replace(feed, query=resolve(feed.query, reader, now=now)))
        except NotFoundError as error:
            missing.append(feed)
            errors.append(error)
    if not found:
        raise next((error for error in errors if not isinstance(error, GoneError)), errors[0])
    return BundleAddress.of(found, missing=missing)


def _resolve_topic(name: str, *, reader: CatalogReader, now: datetime) -> str:
    # The name as typed comes first: normalisation must not hide an existing topic.
    normal = unicodedata.normalize("NFKC", name).casefold()
    # No slug has invisible characters, but older versions wrote variation selectors.
    visible = normal if strip_invisible(normal) == normal else slugify(normal)
    for slug in dict.fromkeys((name, normal, visible)):
        if topic := reader.find_topic(slug, now=now) or reader.find_topic(reader.resolve_alias(slug) or "", now=now):
            return _find_open(topic, reader, now=now).slug
    raise UnknownTopicError(name)


def _find_open(topic: Topic, reader: CatalogReader, *, now: datetime) -> Topic:
    """Return the topic or, once its feed is closed, its first successor with an open feed."""
    while topic.retired and topic.is_closed(now):
        successor = reader.find_topic(topic.successor, now=now)
        if successor is None:
            retired, closed = topic.retired.date(), (topic.retired + CLOSING_DELAY).date()
            raise GoneError(topic.name, description=topic.description, retired=retired, closed=closed)
        topic = successor
    return topic


def _resolve_provider(name: str, *, reader: CatalogReader, now: datetime) -> str:
    for domain in dict.fromkeys((name, name.lower())):
        if reader.find_provider(domain, now=now):
            return domain
    raise UnknownProviderError(name)
