"""Keep the names of the topics and publishers that lists show, to find the nearest."""

from collections.abc import Iterable
from datetime import UTC, datetime
from threading import Lock

from feeds.catalog.reader import CatalogReader
from feeds.catalog.records import ProviderCount, Topic
from feeds.model.query import Query
from feeds.site.nearest import Name, NameIndex, Names


class NameKeeper:
    """Keeps the names of the last catalog that was read, until its content changes."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._key: tuple[str, int, str] | None = None
        self._first = self._due = datetime(1, 1, 1, tzinfo=UTC)
        self._names = Names(NameIndex(()), NameIndex(()))

    def read(self, reader: CatalogReader, *, now: datetime) -> Names:
        """Return the names of what lists show at `now`: nothing that is not released or no longer published."""
        state = reader.read_state()
        key = state.generation, state.version, state.commit
        with self._lock:
            if key != self._key or not self._first <= now < self._due:
                self._names = _read_names(reader, now=now)
                due = reader.find_next_scheduled_change(after=now)
                self._key, self._first, self._due = key, now, due or datetime.max.replace(tzinfo=UTC)
            return self._names


NAMES = NameKeeper()
"""The names that all pages of this process share."""


def _read_names(reader: CatalogReader, *, now: datetime) -> Names:
    aliases: dict[str, list[str]] = {}
    for alias, slug in reader.list_aliases().items():
        aliases.setdefault(slug, []).append(alias)
    topics = (topic for topic in reader.list_topics(now=now) if topic.is_listed_at(now))
    providers = (provider for provider in reader.list_providers(now=now) if provider.domain)
    return Names(
        topics=NameIndex(_name_topic(topic, aliases.get(topic.slug, ())) for topic in topics),
        providers=NameIndex(map(_name_provider, providers)),
    )


def _name_topic(topic: Topic, aliases: Iterable[str]) -> Name:
    spellings = (topic.name, topic.slug, *aliases)
    return Name(topic.name, Query.for_topic(topic.slug), topic.entries, spellings, spellings)


def _name_provider(provider: ProviderCount) -> Name:
    """Name a publisher by the domain; people also write it without `www.`, and without its end."""
    domain = provider.domain.removeprefix("www.")
    short = domain.rpartition(".")[0] or domain
    return Name(provider.domain, Query.for_provider(provider.domain), provider.entries, (domain, short), (short,))
