"""Notice which feeds have other bytes than hubs know of, and put into the outbox what they are to be told."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

import msgspec

from feeds.catalog.catalog import Catalog
from feeds.catalog.outbox import Ping, Seen
from feeds.catalog.reader import CatalogReader
from feeds.model.clock import to_seconds
from feeds.model.feed import Format
from feeds.notify.delivery import Announcing
from feeds.settings import Settings
from feeds.site.documents import make_document
from feeds.site.urls import FeedAddress
from feeds.site.walk import list_queries


class _Sight(msgspec.Struct, frozen=True):
    """A feed as it is now: its ETag, and when it last changed, in seconds."""

    etag: str
    changed: int


class _Look(msgspec.Struct, frozen=True):
    """What is found in the catalog: the feeds that may have changed since `before`, by path."""

    before: Seen | None
    after: Seen
    feeds: Mapping[str, _Sight]


def notice(announcing: Announcing) -> bool:
    """Put a ping to each hub into the outbox for each feed whose bytes have changed since the last time; say if any.

    The first time there are none, for nobody can have subscribed by a hub yet.

    Raises:
        CatalogError: the catalog cannot be read or written.
    """
    now, hubs = announcing.clock.now(), announcing.settings.hubs
    look = _look(announcing.catalog, announcing.settings, now=now)
    if look.before and look.before.version == look.after.version and not look.feeds:
        return False
    with announcing.catalog.announcing() as outbox:
        if outbox.seen() != look.before:
            return True  # another process has noticed it meanwhile
        changed = _compare(look, outbox.etags(look.feeds))
        since = to_seconds(now)
        due = since + 1 + announcing.pace.delay_seconds
        outbox.forget_hubs(but=hubs)
        for hub in hubs:
            outbox.put(hub, [Ping(path, etag, since, attempts=0, due=due) for path, etag in changed.items()])
        outbox.set_etags({path: sight.etag for path, sight in look.feeds.items()})
        outbox.see(look.after)
    return bool(changed)


def _look(catalog: Catalog, settings: Settings, *, now: datetime) -> _Look:
    with catalog.reading() as reader:
        before = reader.outbox.seen()
        after = Seen(reader.state().version, reader.outbox.committed(), to_seconds(now))
        scopes = _find_scopes(reader, before, after, now=now) if before else ()
        addresses = _list_feeds(reader, settings, scopes, now=now)
        feeds = {address.path: _see(address, reader, settings=settings, now=now) for address in addresses}
        return _Look(before, after, feeds)


def _see(address: FeedAddress, reader: CatalogReader, *, settings: Settings, now: datetime) -> _Sight:
    made = make_document(address, reader, settings=settings, now=now)
    return _Sight(made.etag, to_seconds(made.last_modified) if made.last_modified else 0)


def _find_scopes(reader: CatalogReader, before: Seen, after: Seen, *, now: datetime) -> set[str]:
    """Name the scopes in which something may look otherwise."""
    # A commit may hold what was released while its articles were being read, and looked for elsewhere since.
    turned_after = before.looked if before.version == after.version else before.committed
    turned = reader.outbox.turned_scopes(after=turned_after, until=now)
    return turned | reader.versions_since(before.version).keys()


def _list_feeds(
    reader: CatalogReader, settings: Settings, scopes: Collection[str], *, now: datetime
) -> Iterator[FeedAddress]:
    """Give the feeds that show something of scopes, out of those that hubs are told of."""
    queries = list_queries(reader, now=now) if scopes else ()
    for query in queries:
        if not set(query.with_defaults(settings.defaults).scopes).isdisjoint(scopes):
            yield from (FeedAddress(query, format) for format in Format)


def _compare(look: _Look, known: Mapping[str, str]) -> dict[str, str]:
    """Give the ETags of the feeds that have changed, by path.

    What other bytes are is for the ETag to say, since a change may not show in every format. Of a feed that has not
    been looked at before, only the moment of its last change is known.
    """
    committed = look.before.committed if look.before else 0
    return {
        path: sight.etag
        for path, sight in look.feeds.items()
        if (sight.etag != known[path] if path in known else sight.changed > committed)
    }
