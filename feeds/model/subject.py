"""Say what a feed or page is about, in the terms of its URL."""

from typing import Self
from urllib.parse import quote

import msgspec

from feeds.model.expression import Expression
from feeds.model.expression import name as name_alone
from feeds.model.filters import NO_FILTERS, Filters

_SIGNS = ",+!"  # those of expressions, which a path may hold as they are (RFC 3986 section 3.3)


class Subject(msgspec.Struct, frozen=True):
    """What a feed or page is about: topics (by slug) or providers (by domain); with neither, everything.

    `filters` narrow it further. It is plain where it is everything, one topic or one provider, and nothing else.
    """

    topics: Expression | None = None
    providers: Expression | None = None
    filters: Filters = NO_FILTERS

    @classmethod
    def of_topic(cls, slug: str) -> Self:
        """Make the subject that is one topic."""
        return cls(topics=name_alone(slug))

    @classmethod
    def of_provider(cls, domain: str) -> Self:
        """Make the subject that is one provider."""
        return cls(providers=name_alone(domain))

    @property
    def topic(self) -> str:
        """The slug of the topic that its path names, if that is all there; else empty."""
        return self.topics.single if self.topics else ""

    @property
    def provider(self) -> str:
        """The domain of the provider that its path names, if that is all there; else empty."""
        return self.providers.single if self.providers else ""

    @property
    def is_plain(self) -> bool:
        """Whether it is everything, one topic or one provider."""
        names_all = not self.topics and not self.providers
        return self.filters == NO_FILTERS and (names_all or bool(self.topic or self.provider))

    @property
    def path(self) -> str:
        """The canonical path of its feeds, percent-encoded, without an extension."""
        if self.topics:
            return f"/topics/{quote(str(self.topics), safe=_SIGNS)}"
        return f"/providers/{quote(str(self.providers), safe=_SIGNS)}" if self.providers else "/feed"

    @property
    def query(self) -> str:
        """The canonical query of its feeds and its page, percent-encoded, without `?`."""
        return str(self.filters)


EVERYTHING = Subject()
