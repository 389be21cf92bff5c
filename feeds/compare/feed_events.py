"""Find the feeds that appear, move, retire, lose all entries or end."""

from collections.abc import Iterator
from datetime import datetime

from feeds.catalog.reader import CatalogReader
from feeds.compare.differences import FeedEvent, FeedFate
from feeds.compare.site_view import FeedView, SiteView
from feeds.model.errors import GoneError, NotFoundError
from feeds.site.resolve import resolve


def list_feed_events(before: SiteView, after: SiteView, reader: CatalogReader, *, now: datetime) -> list[FeedEvent]:
    """List what happens to feeds and to the URLs of earlier feeds, by path; `reader` reads the state afterwards.

    A feed that only gets the readers of a feed that moves there does not appear.
    """
    events = [event for feed in before.feeds.values() if (event := _find_event(feed, after, reader, now=now))]
    targets = {event.target for event in events if event.fate is FeedFate.MOVES}
    events.extend(
        FeedEvent(path=path, name=feed.name, fate=FeedFate.APPEARS)
        for path, feed in after.feeds.items()
        if path not in before.feeds and path not in targets
    )
    events.extend(_list_former_events(before, after))
    return sorted(events, key=lambda event: event.path)


def _list_former_events(before: SiteView, after: SiteView) -> Iterator[FeedEvent]:
    """Yield what happens to the URLs of earlier feeds in `adopted.yaml`."""
    for url, path in before.former_feeds.items():
        target = after.former_feeds.get(url, "")
        if target != path:
            fate = FeedFate.MOVES if target else FeedFate.MISSING
            yield FeedEvent(path=url, name="", fate=fate, target=target)


def _find_event(feed: FeedView, after: SiteView, reader: CatalogReader, *, now: datetime) -> FeedEvent | None:
    new = after.feeds.get(feed.path)
    if new is None:
        fate, target = _find_end(feed, reader, now=now)
        return FeedEvent(path=feed.path, name=feed.name, fate=fate, target=target)
    if new.is_retired and not feed.is_retired:
        successor = next(_list_successors(feed, reader, now=now), "")
        return FeedEvent(path=feed.path, name=feed.name, fate=FeedFate.RETIRES, target=successor)
    if feed.members and not new.members:
        return FeedEvent(path=feed.path, name=feed.name, fate=FeedFate.EMPTIES)
    return None


def _find_end(feed: FeedView, reader: CatalogReader, *, now: datetime) -> tuple[FeedFate, str]:
    """Return the fate of a feed whose URL no longer has a document, and the path of its redirect."""
    try:
        return FeedFate.MOVES, resolve(feed.query, reader, now=now).path
    except GoneError:
        return FeedFate.GONE, ""
    except NotFoundError:
        return FeedFate.MISSING, ""


def _list_successors(feed: FeedView, reader: CatalogReader, *, now: datetime) -> Iterator[str]:
    topic = reader.find_topic(feed.query.topic, now=now)
    if topic and topic.successor:
        yield type(feed.query).for_topic(topic.successor).path
