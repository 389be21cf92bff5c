"""Offer the ways to subscribe: how often, in which reader, and which readers to try first."""

import msgspec

from feeds.model.feed import Format
from feeds.model.periods import Cycle
from feeds.model.query import Query
from feeds.site.urls import DigestAddress, DigestPageAddress, FeedAddress, page_of, write_reference


class Rhythm(msgspec.Struct, frozen=True):
    """How often a subscriber gets something: with each story, or with each issue of a digest.

    `path` is the path of its page, with the query string; `is_chosen` marks the rhythm of the feed on the page.
    """

    cycle: Cycle | None
    path: str
    is_chosen: bool


class KnownReader(msgspec.Struct, frozen=True):
    """A feed reader for people who have none."""

    name: str
    url: str


class Platform(msgspec.Struct, frozen=True):
    """A kind of device, and the readers to try first there; templates name it by its key."""

    key: str
    readers: tuple[KnownReader, ...]


# All but Inoreader are free software. Each had a release in the twelve months before this list was made.
PLATFORMS = (
    Platform(
        "web",
        (
            # Open source (MIT), and free for up to 64 feeds: https://github.com/samuelclay/NewsBlur
            KnownReader("NewsBlur", "https://www.newsblur.com/"),
            # Free for up to 150 feeds, with a page that anybody finds the way in: https://www.inoreader.com/pricing
            KnownReader("Inoreader", "https://www.inoreader.com/"),
        ),
    ),
    Platform(
        "apple",
        (
            # Open source (MIT), free, without an account: https://github.com/Ranchero-Software/NetNewsWire
            KnownReader("NetNewsWire", "https://netnewswire.com/"),
            # Open source (Apache 2.0), the same on all devices: https://github.com/prof18/feed-flow
            KnownReader("FeedFlow", "https://www.feedflow.dev/"),
        ),
    ),
    Platform(
        "android",
        (
            # Open source (GPL), free, without an account: https://github.com/spacecowboy/Feeder
            KnownReader("Feeder", "https://f-droid.org/packages/com.nononsenseapps.feeder/"),
            KnownReader("FeedFlow", "https://www.feedflow.dev/"),
        ),
    ),
    Platform(
        "desktop",
        (
            # Open source (MPL); many people have it for mail: https://support.mozilla.org/kb/how-subscribe-news-feeds-and-blogs
            KnownReader("Thunderbird", "https://www.thunderbird.net/"),
            # Open source (GPL), made for feeds alone: https://github.com/martinrotter/rssguard
            KnownReader("RSS Guard", "https://rssguard.readthedocs.io/"),
        ),
    ),
)


def list_rhythms(query: Query, chosen: Cycle | None) -> list[Rhythm]:
    """Return the rhythms of a query: each story as it happens, then the digests."""
    pages = [page_of(query), *(DigestPageAddress(query, cycle) for cycle in Cycle)]
    cycles = (None, *Cycle)
    return [Rhythm(cycle, write_reference(page), cycle is chosen) for cycle, page in zip(cycles, pages, strict=True)]


def find_feed_path(query: Query, cycle: Cycle | None, format: Format) -> str:
    """Return the path, with the query string, of the feed to subscribe to: the query's own, or a digest."""
    return write_reference(DigestAddress(query, cycle, format) if cycle else FeedAddress(query, format))
