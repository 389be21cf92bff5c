"""List the documents that shared caches keep, and that a change may have given other bytes."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from functools import cached_property
from urllib.parse import unquote

import msgspec

from feeds.catalog.archive_changes import ChangePeriod
from feeds.catalog.digests import DIGESTS
from feeds.catalog.reader import CatalogReader
from feeds.model.archive import ArchivePart
from feeds.model.clock import to_seconds
from feeds.model.errors import NotFoundError
from feeds.model.periods import Cycle
from feeds.model.query import EVERYTHING, Query
from feeds.settings import Settings
from feeds.site.documents import find_digest_change
from feeds.site.feeds import list_archive, read_archive
from feeds.site.shared_caching import LISTS
from feeds.site.url_parser import parse_address
from feeds.site.urls import Address, ArchiveAddress, PageAddress
from feeds.site.walk import list_digests, list_forms, list_part_forms, list_queries


class FeedEnds(msgspec.Struct, frozen=True):
    """The archive documents of a query below the end of its feed: `linked` now, and `former` ones, all by path."""

    linked: tuple[str, ...]
    former: tuple[str, ...]


class Candidates:
    """The documents behind changed scopes, with changes in a period, as of `now`."""

    def __init__(
        self, reader: CatalogReader, settings: Settings, *, scopes: Collection[str], period: ChangePeriod, now: datetime
    ) -> None:
        self._reader = reader
        self._settings = settings
        self._scopes = scopes
        self._period = period
        self._now = now
        self._changes = reader.open_archive_changes(period)

    def list_present(self) -> Iterator[Address]:
        """List the documents that exist."""
        if not self._scopes:
            return
        for scope, query in self._queries.items():
            if scope in self._scopes:
                yield from list_forms(query)
                yield from self._list_archive(query)
            if scope in self._scopes or DIGESTS in self._scopes:
                yield from self._list_digests(query)
        yield from LISTS

    def list_ends(self) -> Iterator[FeedEnds]:
        """Give the feed ends of each query with changes."""
        for scope in self._queries.keys() & self._scopes:
            query = self._queries[scope]
            parts = list_archive(query, self._reader, settings=self._settings, now=self._now)
            linked = [part for part in parts if part.end]
            former = _find_ends(self._list_known(query)).difference(linked)
            yield FeedEnds(*(tuple(_list_paths(query, each)) for each in (linked, former)))

    def list_gone(self) -> Iterator[str]:
        """List the known paths of changed topics and publishers that have no feed any more, or another path."""
        for scope in self._scopes:
            query = _find_query(scope)
            if query and scope not in self._queries:
                known = self._reader.outbox.list_announced(query.path)
                yield from (path for path in known if path[len(query.path) :][:1] in {"", ".", "/"})

    @cached_property
    def _queries(self) -> dict[str, Query]:
        return {query.scopes[0]: query for query in list_queries(self._reader, now=self._now)}

    def _list_archive(self, query: Query) -> Iterator[Address]:
        """List the documents of the archive that are new or have changed."""
        known = set(self._list_known(query))
        for part in self._find_parts(query, ends=_find_ends(known)):
            forms = list(list_part_forms(query, part))
            if forms[0].path not in known or self._has_changed(query, part):
                yield from forms

    def _find_parts(self, query: Query, *, ends: Collection[ArchivePart]) -> set[ArchivePart]:
        if self._has_new_title(query):
            return {*self._reader.list_blocks(query), *ends}
        return self._changes.find_parts(self._reader.find_scope(query), ends=ends)

    def _list_known(self, query: Query) -> list[str]:
        return self._reader.outbox.list_announced(f"{query.path}/archive/")

    def _has_changed(self, query: Query, part: ArchivePart) -> bool:
        """Return whether `Last-Modified` of a part has changed; to read it is cheaper than to render four documents."""
        try:
            changed = read_archive(query, part, self._reader, settings=self._settings, now=self._now).changed.any
        except NotFoundError:
            return True
        return self._is_new(changed)

    def _list_digests(self, query: Query) -> Iterator[Address]:
        """List the digests with another issue, title or retirement notice."""
        topic = self._reader.find_topic(query.topic, now=self._now) if query.topic else None
        is_due = self._has_new_title(query) or (topic is not None and topic.is_retired(self._now))
        for cycle in Cycle:
            if is_due or (DIGESTS in self._scopes and self._has_new_issue(query, cycle)):
                yield from (each for each in list_digests(query) if each.cycle is cycle)

    def _has_new_issue(self, query: Query, cycle: Cycle) -> bool:
        return self._is_new(find_digest_change(query, cycle, self._reader, settings=self._settings, now=self._now))

    def _has_new_title(self, query: Query) -> bool:
        return self._is_new(self._reader.find_last_title_change(self._select(query), since=None))

    def _is_new(self, changed: datetime | None) -> bool:
        return changed is not None and to_seconds(changed) > self._period.committed

    def _select(self, query: Query) -> Query:
        return query.with_defaults(self._settings.defaults)


def _find_ends(paths: Iterable[str]) -> set[ArchivePart]:
    """Return the feed ends that the paths of archive documents name."""
    addresses = (parse_address(unquote(path)) for path in paths if "-" in path.rpartition("/")[2])
    return {each.part for each in addresses if isinstance(each, ArchiveAddress | PageAddress) and each.part}


def _list_paths(query: Query, parts: Iterable[ArchivePart]) -> Iterator[str]:
    return (address.path for part in parts for address in list_part_forms(query, part))


def _find_query(scope: str) -> Query | None:
    """Return the plain query with a scope; None for the digests."""
    kind, _, name = scope.partition("/")
    if kind == "topics":
        return Query.for_topic(name)
    if kind == "providers":
        return Query.for_provider(name)
    return EVERYTHING if scope == "feed" else None
