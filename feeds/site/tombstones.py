"""Add tombstones to an Atom feed, for the entries that were removed from it."""

from datetime import datetime

import msgspec

from feeds.catalog.reader import CatalogReader
from feeds.settings import Settings
from feeds.site.feeds import FeedSnapshot


def add_tombstones(snapshot: FeedSnapshot, reader: CatalogReader, *, settings: Settings, now: datetime) -> FeedSnapshot:
    """Add the tombstones of entries removed within the time that the entries of the feed cover.

    Older entries are in archive documents, which have no tombstones.
    """
    selected = snapshot.query.with_defaults(settings.defaults)
    since = snapshot.feed.entries[-1].published if snapshot.is_full and snapshot.feed.entries else None
    window = reader.read_tombstones(selected, since=since, now=now)
    if window.changed is None:
        return snapshot
    changed = max(window.changed, snapshot.changed.atom or window.changed)
    return msgspec.structs.replace(
        snapshot,
        feed=msgspec.structs.replace(snapshot.feed, tombstones=window.tombstones),
        changed=msgspec.structs.replace(snapshot.changed, atom=changed),
    )
