"""What the catalog tells of itself, its topics and its providers."""

from datetime import datetime

import msgspec

from feeds.model.topics import GRACE


class Topic(msgspec.Struct, frozen=True):
    """A topic that has entries or once had: how it is written, and how much there is.

    `parent` and `successor` are slugs or empty. `origin` is its first slug. From `retired` on it is, if that is given.
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

    def is_retired(self, now: datetime) -> bool:
        """Say whether it is listed no more, and its feed says so."""
        return self.retired is not None and self.retired <= now

    def is_closed(self, now: datetime) -> bool:
        """Say whether its feed has come to its end."""
        return self.retired is not None and now - self.retired >= GRACE


class ProviderCount(msgspec.Struct, frozen=True):
    """A provider's domain, and how much there is of it."""

    domain: str
    entries: int
    newest: datetime | None


class CatalogState(msgspec.Struct, frozen=True):
    """The catalog as a whole.

    `generation` is another one whenever it is made anew, and versions begin again; `version` is that of the last
    commit, and `collected` the moment at which it last agreed with the articles. `settings_fingerprint` stands
    for the settings with which that was.
    """

    generation: str
    version: int
    collected: datetime | None
    settings_fingerprint: str
