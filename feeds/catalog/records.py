"""Topics, providers and the state of the catalog, as the catalog reader returns them."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from feeds.model.retirement import CLOSING_DELAY


class Topic(msgspec.Struct, frozen=True):
    """A topic that subscribers know: slug, name, description, and the number of entries.

    `parent` and `successor` are slugs or empty. `origin` is the first slug. `retired` is the time of retirement.
    A topic `is_described` by a topic file.
    """

    slug: str
    name: str
    description: str
    image: str
    parent: str
    entries: int
    newest: datetime | None
    origin: str = ""
    retired: datetime | None = None
    successor: str = ""
    is_described: bool = False

    @property
    def is_listed(self) -> bool:
        """Whether lists include the topic: it has entries or a topic file."""
        return self.entries > 0 or self.is_described

    def is_retired(self, now: datetime) -> bool:
        """Return whether the topic is no longer listed, and the feed announces the retirement."""
        return self.retired is not None and self.retired <= now

    def is_listed_at(self, now: datetime) -> bool:
        """Return whether lists include the topic at a time."""
        return self.is_listed and not self.is_retired(now)

    def is_closed(self, now: datetime) -> bool:
        """Return whether the feed is closed."""
        return self.retired is not None and now - self.retired >= CLOSING_DELAY


class ProviderCount(msgspec.Struct, frozen=True):
    """A provider's domain, the number of entries, and the time of the newest entry."""

    domain: str
    entries: int
    newest: datetime | None


MAX_PROVIDERS = 200
"""The maximum number of providers on the home page, chosen by their number of entries."""


def choose_providers(providers: Iterable[ProviderCount]) -> list[ProviderCount]:
    """Choose the providers with the most entries, and sort the chosen providers by domain."""
    most = sorted(providers, key=lambda provider: (-provider.entries, provider.domain))[:MAX_PROVIDERS]
    return sorted(most, key=lambda provider: provider.domain)


class CatalogState(msgspec.Struct, frozen=True):
    """The state of the whole catalog.

    `generation` changes when the catalog is rebuilt and versions start again. `version` is the version of the last
    commit, and `commit` a random token of the same commit. `collected` is the time of the last collect, with the
    settings behind `settings_fingerprint`. `former_feeds` are the paths of the feeds that answer at the URLs of earlier
    feeds, by URL, as JSON; empty: none.
    """

    generation: str
    version: int
    commit: str
    collected: datetime | None
    settings_fingerprint: str
    former_feeds: str = ""
