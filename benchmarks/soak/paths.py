"""Choose the documents that clients request."""

from datetime import UTC, datetime

import msgspec

from feeds.catalog.catalog import Catalog
from feeds.settings import Settings
from feeds.site.urls import ArchiveAddress
from feeds.site.walk import list_addresses

FORMATS = (".atom", ".rss", ".json")

_TOPICS = 5
_ARCHIVES = 5


class Paths(msgspec.Struct, frozen=True):
    """`feeds`, `composed` queries, and `others`: pages, lists and archive documents."""

    feeds: tuple[str, ...]
    composed: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """All paths."""
        return (*self.feeds, *self.composed, *self.others)


def choose_paths(settings: Settings) -> Paths:
    """Choose the feeds and pages of the largest topics and publishers of a catalog."""
    catalog = Catalog(settings.database_url)
    now = datetime.now(UTC)
    with catalog.reading() as reader:
        topics = sorted(reader.list_topics(now=now), key=lambda topic: -topic.entries)[:_TOPICS]
        providers = sorted(reader.list_providers(now=now), key=lambda provider: -provider.entries)[:1]
        addresses = list(list_addresses(reader, settings=settings, now=now))
    catalog.close()
    archives = [address.path for address in addresses if isinstance(address, ArchiveAddress)][:_ARCHIVES]
    slugs = [topic.slug for topic in topics]
    stems = ["/feed", *(f"/topics/{slug}" for slug in slugs), *(f"/providers/{each.domain}" for each in providers)]
    first, second = (slugs * 2)[:2]
    return Paths(
        feeds=tuple(f"{stem}{format}" for stem in stems for format in FORMATS),
        composed=(f"/topics/{first}/daily.atom", f"/topics/{second}.json?min_quality=50"),
        others=("/", "/feeds.opml", *(f"/topics/{slug}" for slug in slugs[:2]), *archives),
    )
