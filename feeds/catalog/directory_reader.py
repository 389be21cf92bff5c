"""Read topics and providers with their numbers of entries; each query uses an index and reads only its results."""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property

from sqlalchemy import BigInteger, Connection, Text, bindparam, cast, literal, select

from feeds.catalog import schema
from feeds.catalog.activity import count_weekly_entries
from feeds.catalog.entry_counts import counts_related
from feeds.catalog.records import ProviderCount, Topic
from feeds.catalog.rows import Stored, look_up
from feeds.catalog.stored import DESCRIBED
from feeds.catalog.visibility import HiddenEntries, count_hidden, find_newest
from feeds.model.clock import from_seconds, to_seconds

# Statements are built once: building costs more than executing.
_NOW = bindparam("now", type_=BigInteger)
_TOPICS, _PROVIDERS, _ENTRIES = schema.topics.c, schema.providers.c, schema.entries.c
_MEMBERSHIP = (
    literal(" ")
    .concat(_ENTRIES.topics)
    .concat(" ")
    .contains(literal(" ").concat(cast(_TOPICS.number, Text)).concat(" "))
)
_TOPIC = select(schema.topics, count_hidden(_MEMBERSHIP).label("hidden")).where(
    _TOPICS.slug == bindparam("slug"), _TOPICS.since <= _NOW
)
_CHILDREN = select(schema.topics, count_hidden(_MEMBERSHIP).label("hidden")).where(
    _TOPICS.parent == bindparam("slug"), ~_TOPICS.slug.startswith("/"), _TOPICS.since <= _NOW
)
# As an expression: with an index, SQLite would go through all entries of the provider instead of the few hidden.
_PROVIDER = select(
    schema.providers, count_hidden(_ENTRIES.provider.concat("") == _PROVIDERS.domain).label("hidden")
).where(_PROVIDERS.domain == bindparam("domain"), _PROVIDERS.since <= _NOW)


class DirectoryReader:
    """Read topics and providers over one connection; all methods see the same state of the catalog."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._topics: dict[tuple[str, datetime], Topic | None] = {}
        self._topic_numbers: dict[str, int] = {}

    def list_topics(self, *, now: datetime) -> list[Topic]:
        """Return all topics known at `now` with an open or closed feed, sorted by name, then by slug."""
        topics = schema.topics.c
        named = ~topics.slug.startswith("/")
        found = select(schema.topics).where(named, topics.since <= to_seconds(now)).order_by(topics.name, topics.slug)
        rows = self._connection.execute(found).all()
        hidden = self._find_hidden(now).count_by_topic()
        return [self._make_topic(row, hidden=hidden[row.number], now=now) for row in rows]

    def find_topic(self, slug: str, *, now: datetime) -> Topic | None:
        """Return the topic with this slug; None if subscribers know none at `now`."""
        key = (slug, now)
        if key not in self._topics:
            self._topics[key] = self._read_topic(slug, now=now)
        return self._topics[key]

    def _read_topic(self, slug: str, *, now: datetime) -> Topic | None:
        row = self._connection.execute(_TOPIC, {"slug": slug, **self._list_counted(now)}).one_or_none()
        if row is None:
            return None
        self._topic_numbers[slug] = row.number
        return self._make_topic(row, hidden=row.hidden, now=now)

    def list_child_topics(self, slug: str, *, now: datetime) -> list[Topic]:
        """Return the topics known at `now` whose parent is the topic with this slug, in any order."""
        rows = self._connection.execute(_CHILDREN, {"slug": slug, **self._list_counted(now)}).all()
        return [self._make_topic(row, hidden=row.hidden, now=now) for row in rows]

    def find_entry_neighbours(self, slug: str) -> set[str]:
        """Return the slugs of the topics that share any entry with a topic."""
        members = schema.entry_topics.c
        entries = schema.entry_topics.join(schema.entries, members.entry == _ENTRIES.number)
        shared = (
            select(_ENTRIES.topics).distinct().select_from(entries.join(schema.topics, members.topic == _TOPICS.number))
        )
        found = self._connection.scalars(shared.where(_TOPICS.slug == slug))
        numbers = {int(number) for topics in found for number in topics.split()}
        slugs = look_up(self._connection, _TOPICS.slug, key=_TOPICS.number, keys=numbers)
        return {each for each in slugs.values() if each != slug}

    def resolve_alias(self, alias: str) -> str | None:
        """Return the slug of the topic with this alias, another slug; None if there is none."""
        return self._connection.scalar(select(schema.aliases.c.topic).where(schema.aliases.c.slug == alias))

    def list_aliases(self) -> dict[str, str]:
        """Return the slugs of topics by their other slugs."""
        return {row.slug: row.topic for row in self._connection.execute(select(schema.aliases))}

    def list_providers(self, *, now: datetime) -> list[ProviderCount]:
        """Return all providers with entries at `now`, sorted by domain."""
        found = select(schema.providers).where(schema.providers.c.entries > 0).order_by(schema.providers.c.domain)
        rows = self._connection.execute(found).all()
        hidden = self._find_hidden(now).count_by_provider()
        counts = (self._make_provider(row, hidden=hidden[row.domain], now=now) for row in rows)
        return [each for each in counts if each.entries]

    def list_domains(self, *, now: datetime) -> list[str]:
        """Return the domains of all providers with a feed at `now`, sorted, even if they have lost all entries."""
        providers = schema.providers.c
        found = select(providers.domain).where(providers.domain != "", providers.since <= to_seconds(now))
        return list(self._connection.scalars(found.order_by(providers.domain)))

    def find_provider(self, domain: str, *, now: datetime) -> ProviderCount | None:
        """Return the provider with this domain; None if subscribers know none at `now`."""
        row = self._connection.execute(_PROVIDER, {"domain": domain, **self._list_counted(now)}).one_or_none()
        if row is None:
            return None
        return self._make_provider(row, hidden=row.hidden, now=now)

    def count_weekly_entries(self, *, end: datetime, weeks: int, now: datetime) -> Mapping[str, tuple[int, ...]]:
        """Count the entries of each topic at `now`, by slug, in each of the `weeks` weeks up to `end`, oldest first."""
        with_related = self._counts_related
        return count_weekly_entries(
            self._connection, end=to_seconds(end), weeks=weeks, now=to_seconds(now), with_related=with_related
        )

    @cached_property
    def _counts_related(self) -> bool:
        return counts_related(self._connection)

    def _find_hidden(self, now: datetime) -> HiddenEntries:
        return HiddenEntries(self._connection, now=to_seconds(now), with_related=self._counts_related)

    def _list_counted(self, now: datetime) -> dict[str, int]:
        return {"now": to_seconds(now), "with_related": int(self._counts_related)}

    def _make_topic(self, row: Stored, *, hidden: int, now: datetime) -> Topic:
        newest = self._find_newest(now, topic=row.number) if hidden else row.newest
        return Topic(
            slug=row.slug,
            name=row.name,
            description=row.description,
            image=row.image,
            parent=row.parent,
            entries=row.entries - hidden,
            newest=_to_datetime(newest),
            origin=row.origin,
            retired=_to_datetime(row.retired),
            successor=row.successor,
            is_described=row.since == DESCRIBED,
        )

    def _make_provider(self, row: Stored, *, hidden: int, now: datetime) -> ProviderCount:
        newest = self._find_newest(now, provider=row.domain) if hidden else row.newest
        return ProviderCount(domain=row.domain, entries=row.entries - hidden, newest=_to_datetime(newest))

    def _find_newest(self, now: datetime, *, topic: int | None = None, provider: str = "") -> int | None:
        with_related = self._counts_related
        at = to_seconds(now)
        return find_newest(self._connection, now=at, topic=topic, provider=provider, with_related=with_related)


def _to_datetime(seconds: int | None) -> datetime | None:
    return None if seconds is None else from_seconds(seconds)
