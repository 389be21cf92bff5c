"""List what there is to subscribe to: every topic in its hierarchy, and every provider."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice

import msgspec

from feeds.catalog.reader import CatalogReader
from feeds.catalog.records import ProviderCount, Topic
from feeds.model.feed import EMPTY_FEED_UPDATED, Feed, Format
from feeds.model.query import EVERYTHING, Query
from feeds.renderers.opml import Outline, render_opml
from feeds.renderers.sitemap import MAX_PAGES, ListedPage, render_sitemap
from feeds.settings import Settings
from feeds.site.opml_query import EVERY_TOPIC, OpmlQuery
from feeds.site.url_parser import SEARCH_PATH
from feeds.site.urls import ComposeAddress, HomeAddress, PageAddress, SitemapAddress

WEEKS = 16
"""The number of weeks in which activity is counted."""

_DEEPEST = 12
"""How many levels of topics are shown; deeper ones stand at the top, so that no chain of parents can go on for ever."""


class TopicNode(msgspec.Struct, frozen=True):
    """A topic, and the topics below it, by name."""

    topic: Topic
    children: tuple["TopicNode", ...]


class Directory(msgspec.Struct, frozen=True):
    """All topics but those retired, by name, those without a parent first-level; providers, by domain.

    `newest` is the date of the newest entry, `changed` when any of it last looked different.
    """

    topics: tuple[TopicNode, ...]
    providers: tuple[ProviderCount, ...]
    newest: datetime
    changed: datetime | None


def read_directory(reader: CatalogReader, *, now: datetime) -> Directory:
    """Read the whole list."""
    topics = [topic for topic in reader.topics() if not topic.is_retired(now)]
    newest = [entry.published for entry in reader.window(EVERYTHING, limit=1, now=now).entries]
    return Directory(
        topics=arrange(topics),
        providers=tuple(reader.providers()),
        newest=newest[0] if newest else EMPTY_FEED_UPDATED,
        changed=reader.last_change(now=now),
    )


def read_activity(feed: Feed, reader: CatalogReader) -> Mapping[str, tuple[int, ...]]:
    """Count the entries of each topic by week, by slug, the oldest week first; `feed` holds the newest entries.

    The weeks end at the newest entry, not now: the same catalog gives the same page.
    """
    newest = max((entry.published for entry in feed.entries), default=None)
    return reader.activity(end=newest, weeks=WEEKS) if newest else {}


def arrange(topics: Iterable[Topic]) -> tuple[TopicNode, ...]:
    """Put topics below their parents, in the order given, each exactly once.

    One whose parent is unknown stands at the top, and so does, where parents go round in a circle, the first by slug.
    """
    by_slug = {topic.slug: topic for topic in topics}
    below: dict[str, list[Topic]] = {}
    for topic in by_slug.values():
        below.setdefault(_choose_parent(topic, by_slug), []).append(topic)
    return _gather("", below)


def write_opml(directory: Directory, settings: Settings, listing: OpmlQuery = EVERY_TOPIC) -> bytes:
    """Write the feeds that a listing asks for, in Atom, as OPML 2.0; publishers are a group beside the topics."""
    return _Opml(directory, settings, listing).write()


def write_sitemap(directory: Directory, settings: Settings) -> bytes:
    """Write the addresses of the home page and of the pages of all topics and providers, as far as they find room."""
    return render_sitemap(islice(_list_pages(directory, settings.site_url), MAX_PAGES))


def write_robots(settings: Settings) -> bytes:
    """Keep robots from what can be composed without end, and lead them to all else (RFC 9309)."""
    endless = (f"Disallow: {settings.base_path}{path}" for path in (SEARCH_PATH, ComposeAddress().path))
    lines = ("User-agent: *", *endless, f"Sitemap: {settings.site_url}{SitemapAddress().path}", "")
    return "\n".join(lines).encode()


def _list_pages(directory: Directory, site_url: str) -> Iterator[ListedPage]:
    for address in (HomeAddress(), PageAddress()):
        yield ListedPage(f"{site_url}{address.path}", directory.changed)
    for topic in _flatten(directory.topics):
        yield ListedPage(f"{site_url}{PageAddress(Query.for_topic(topic.slug)).path}", topic.newest)
    for provider in directory.providers:
        yield ListedPage(f"{site_url}{PageAddress(Query.for_provider(provider.domain)).path}", provider.newest)


def _flatten(nodes: Iterable[TopicNode]) -> Iterator[Topic]:
    for node in nodes:
        yield node.topic
        yield from _flatten(node.children)


def _gather(parent: str, below: Mapping[str, Iterable[Topic]]) -> tuple[TopicNode, ...]:
    return tuple(TopicNode(topic, _gather(topic.slug, below)) for topic in below.get(parent, ()))


def _choose_parent(topic: Topic, by_slug: Mapping[str, Topic]) -> str:
    """Give the slug of the topic to stand below; empty for the top."""
    line = [topic.slug]
    while (above := by_slug[line[-1]].parent) in by_slug and above not in line and len(line) < _DEEPEST:
        line.append(above)
    is_first_in_circle = above == topic.slug == min(line)
    is_too_deep = len(line) == _DEEPEST
    return "" if topic.parent not in by_slug or is_first_in_circle or is_too_deep else topic.parent


class _Opml:
    """The document of one listing."""

    def __init__(self, directory: Directory, settings: Settings, listing: OpmlQuery) -> None:
        self._directory = directory
        self._settings = settings
        self._listing = listing

    def write(self) -> bytes:
        title, outlines = "Topics", self._list_topics(self._directory.topics)
        if self._listing.with_providers:
            title, outlines = "Topics and publishers", (*outlines, *self._list_providers())
        return render_opml(f"{title} — {self._settings.site_title}", outlines, modified=self._directory.newest)

    def _list_topics(self, nodes: Iterable[TopicNode]) -> tuple[Outline, ...]:
        outlines = (self._outline(node) for node in nodes)
        return tuple(outline for outline in outlines if outline.xml_url or outline.children)

    def _outline(self, node: TopicNode) -> Outline:
        """Describe a topic; one that is not wanted is a mere group of those below it."""
        children = self._list_topics(node.children)
        if not self._wants(node.topic):
            return Outline(text=node.topic.name, children=children)
        query = Query.for_topic(node.topic.slug)
        return self._outline_feed(query, node.topic.name, description=node.topic.description, children=children)

    def _list_providers(self) -> Iterator[Outline]:
        feeds = tuple(
            self._outline_feed(Query.for_provider(provider.domain), provider.domain)
            for provider in self._directory.providers
            if self._wants(provider)
        )
        if feeds:
            yield Outline(text="Publishers", children=feeds)

    def _outline_feed(
        self, query: Query, text: str, *, description: str = "", children: tuple[Outline, ...] = ()
    ) -> Outline:
        url = f"{self._settings.site_url}{query.path}"
        feed = f"{url}.{Format.ATOM}"
        return Outline(text=text, xml_url=feed, html_url=url, description=description, children=children)

    def _wants(self, source: Topic | ProviderCount) -> bool:
        """Say whether a topic or provider has enough entries, and was active lately, as time goes by in the catalog."""
        if source.entries < self._listing.min_entries:
            return False
        days = self._listing.active_days
        if days is None:
            return True
        return source.newest is not None and self._directory.newest - source.newest <= timedelta(days=days)
