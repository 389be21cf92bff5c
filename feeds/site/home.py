"""Read what the home page shows: the directory, the newest stories, and how lively each topic has been."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from feeds.catalog.reader import CatalogReader
from feeds.model.query import EVERYTHING
from feeds.settings import Settings
from feeds.site.directory import Directory
from feeds.site.feeds import FeedSnapshot, read_feed

WEEKS = 16


class HomeContent(msgspec.Struct, frozen=True):
    """The home page's content; `activity` counts each topic's entries by week, by slug, the oldest week first.

    The weeks are those before the newest entry of all, not before the present: the same catalog gives the same page.
    """

    directory: Directory
    edition: FeedSnapshot
    activity: Mapping[str, tuple[int, ...]]


def read_home(directory: Directory, reader: CatalogReader, *, settings: Settings, now: datetime) -> HomeContent:
    """Read what is to be shown at `now` beside the directory."""
    edition = read_feed(EVERYTHING, reader, settings=settings, now=now)
    newest = max((entry.published for entry in edition.feed.entries), default=None)
    activity = reader.activity(end=newest, weeks=WEEKS) if newest else {}
    return HomeContent(directory, edition, activity)
