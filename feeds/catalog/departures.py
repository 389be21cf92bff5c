"""Record when entries leave the feeds of everything, of a topic or of a provider: `Last-Modified` depends on it.

A version whose entry stays at the same place in a feed is not recorded: the time of the entry's change is later.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from feeds.catalog import schema
from feeds.catalog.archive_blocks import Scope
from feeds.catalog.rows import RowWriter
from feeds.catalog.stored import Replacement, StoredEntry
from feeds.model.entry import Kind


class DepartureWriter:
    """Write departures over a connection; `committed` is the time of the current commit, in seconds."""

    def __init__(self, connection: Connection, *, committed: int) -> None:
        self._committed = committed
        self._rows = RowWriter(connection)

    def write(self, replacements: Sequence[Replacement]) -> None:
        """Record the departures among replaced versions; each overwrites an earlier one from the same place."""
        times: dict[tuple[str, int, str, str], int] = {}
        for each in replacements:
            before = each.before
            for scope in self._list_left_scopes(each):
                key = (scope, before.published, before.id, before.kind)
                times[key] = max(each.until, times.get(key, each.until))
        names = schema.departures.columns.keys()
        records = [dict(zip(names, (*key, until), strict=True)) for key, until in times.items()]
        self._rows.upsert(schema.departures, records)

    def _list_left_scopes(self, replacement: Replacement) -> set[str]:
        """Return the scopes whose feeds, with or without related items, no longer show an entry at its place."""
        before, after = replacement.before, replacement.after
        left = set(_list_scopes(before))
        if after is None or not self._is_shown(after) or after.published != before.published:
            return left
        # Feeds without related items show articles only.
        has_article_left = before.kind == Kind.ARTICLE.value != after.kind
        return left if has_article_left else left.difference(_list_scopes(after))

    def _is_shown(self, entry: StoredEntry) -> bool:
        return entry.released <= self._committed and (entry.expires is None or entry.expires > self._committed)


def _list_scopes(entry: StoredEntry) -> Iterator[str]:
    scopes = (Scope(), Scope(provider=entry.provider), *(Scope(topic=topic) for topic in entry.topics))
    return (scope.name for scope in scopes)
