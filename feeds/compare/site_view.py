"""Read a state of the site from the catalog: every entry, and the entries that each feed shows."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache

import msgspec

from feeds.catalog.reader import CatalogReader
from feeds.catalog.records import Topic
from feeds.model.entry import Entry
from feeds.model.feed import Format, LinkChoice
from feeds.model.query import EVERYTHING, Query
from feeds.settings import Settings
from feeds.site.feeds import read_feed
from feeds.site.retirement_notice import add_retirement_notices
from feeds.site.walk import list_queries

_KEPT_PATHS = 16_384


class FeedView(msgspec.Struct, frozen=True, kw_only=True):
    """A feed with an open URL: `path` is the canonical URL path without an extension.

    `members` are the ids of all entries, and `shown` the ids in the current document, newest first. `origin` is the
    same before and after a topic is renamed. A feed that `is_full` has its maximum of entries, and a feed that
    `is_retired` ends with a retirement notice.
    """

    path: str
    query: Query
    name: str
    origin: str
    members: frozenset[str]
    shown: tuple[str, ...]
    is_full: bool = False
    is_retired: bool = False


class EntryLook(msgspec.Struct, frozen=True):
    """The settings that decide how feeds show an entry."""

    link_choice: LinkChoice
    language: str


class SiteView(msgspec.Struct, frozen=True, kw_only=True):
    """A state of the site: all entries by id, newest first, retirement notices by id, and open feeds by path.

    The id of an entry is the id that Atom shows. `former_feeds` maps the URLs of earlier feeds to the paths of feeds.
    """

    entries: Mapping[str, Entry]
    notices: Mapping[str, Entry]
    feeds: Mapping[str, FeedView]
    look: EntryLook
    former_feeds: Mapping[str, str] = {}

    def find_entry(self, id: str) -> Entry:
        """Return an entry or a retirement notice."""
        return self.entries.get(id) or self.notices[id]


def read_site_view(
    reader: CatalogReader, *, settings: Settings, now: datetime, known: Mapping[str, Entry] | None = None
) -> SiteView:
    """Read the state of the site at `now`; equal entries become the objects in `known`, which saves memory."""
    query = EVERYTHING.with_defaults(settings.defaults)
    entries = _share_entries(reader.read_newest(query, limit=sys.maxsize, now=now).entries, known or {})
    members = _group_by_feed(entries)
    topics = {Query.for_topic(topic.slug).path: topic for topic in reader.list_topics(now=now)}
    feeds: dict[str, FeedView] = {}
    notices: dict[str, Entry] = {}
    for query in list_queries(reader, now=now):
        topic = topics.get(query.path)
        ids = members.get(query.path, [])
        shown = ids[: settings.limit]
        is_retired = topic is not None and topic.is_retired(now)
        if is_retired:
            snapshot = read_feed(query, reader, settings=settings, now=now)
            shown_entries = add_retirement_notices(snapshot, reader, settings=settings, now=now).feed.entries
            notices.update((id, entry) for entry in shown_entries if (id := find_shown_id(entry)) not in entries)
            shown = [find_shown_id(entry) for entry in shown_entries]
        feeds[query.path] = FeedView(
            path=query.path,
            query=query,
            name=_name_feed(query, topic),
            origin=Query.for_topic(topic.origin).path if topic else query.path,
            members=frozenset(ids),
            shown=tuple(shown),
            is_full=len(ids) >= settings.limit,
            is_retired=is_retired,
        )
    return SiteView(
        entries=entries,
        notices=notices,
        feeds=feeds,
        look=EntryLook(settings.link, settings.language),
        former_feeds=msgspec.json.decode(reader.read_state().former_feeds or "{}", type=dict[str, str]),
    )


def find_shown_id(entry: Entry) -> str:
    """Return the id of an entry in Atom."""
    return entry.find_id(Format.ATOM)


def _share_entries(entries: Iterable[Entry], known: Mapping[str, Entry]) -> dict[str, Entry]:
    shared: dict[str, Entry] = {}
    for entry in entries:
        id = find_shown_id(entry)
        twin = known.get(id)
        shared[id] = twin if twin is not None and twin == entry else entry
    return shared


def _group_by_feed(entries: Mapping[str, Entry]) -> dict[str, list[str]]:
    """List the ids of the entries of each feed by path, in the given order."""
    members: dict[str, list[str]] = {}
    for id, entry in entries.items():
        for path in set(_list_paths(entry)):
            members.setdefault(path, []).append(id)
    return members


def _list_paths(entry: Entry) -> Iterator[str]:
    yield EVERYTHING.path
    yield _find_provider_path(entry.provider.domain)
    yield from (_find_topic_path(category.term) for category in entry.categories)


@lru_cache(_KEPT_PATHS)
def _find_topic_path(slug: str) -> str:
    return Query.for_topic(slug).path


@lru_cache(_KEPT_PATHS)
def _find_provider_path(domain: str) -> str:
    return Query.for_provider(domain).path


def _name_feed(query: Query, topic: Topic | None) -> str:
    return topic.name if topic else query.provider
