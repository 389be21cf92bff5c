"""Read the directory of all topics and providers, and write the directory as OPML, sitemap and robots.txt."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice

import msgspec

from feeds.catalog.activity import WEEKS
from feeds.catalog.reader import CatalogReader
from feeds.catalog.records import ProviderCount, Topic
from feeds.model.feed import Feed, Format
from feeds.model.query import EVERYTHING, Query
from feeds.renderers.opml import Outline, render_opml
from feeds.renderers.sitemap import MAX_PAGES, ListedPage, render_sitemap
from feeds.settings import Settings
from feeds.site.opml_query import EVERY_TOPIC, OpmlQuery
from feeds.site.url_parser import SEARCH_PATH
from feeds.site.urls import ComposeAddress, FeedAddress, HomeAddress, PageAddress, SitemapAddress, page_of

_MAX_DEPTH = 12
"""The maximum depth of the hierarchy. Deeper topics move to the top level, so no chain of parents is endless."""


class TopicNode(msgspec.Struct, frozen=True):
    """A topic and its child topics, sorted by name."""

    topic: Topic
    children: tuple["TopicNode", ...]


class Directory(msgspec.Struct, frozen=True):
    """All topics except retired topics, sorted by name, and all providers, sorted by domain.

    Topics without a parent are at the top level. `newest` is the date of the newest entry, and `changed` the time of
    the last visible change; both are None without any entry.
    """

    topics: tuple[TopicNode, ...]
    providers: tuple[ProviderCount, ...]
    newest: datetime | None
    changed: datetime | None


def read_directory(reader: CatalogReader, *, now: datetime) -> Directory:
    """Read all topics and providers at `now`."""
    topics = [topic for topic in reader.list_topics() if not topic.is_retired(now)]
    entries = reader.read_newest(EVERYTHING, limit=1, now=now).entries
    return Directory(
        topics=arrange_topics(topics),
        providers=tuple(reader.list_providers()),
        newest=entries[0].published if entries else None,
        changed=reader.find_last_change(now=now),
    )


def read_activity(feed: Feed, reader: CatalogReader) -> Mapping[str, tuple[int, ...]]:
    """Count entries per week by topic slug, the oldest week first; `feed` has the newest entries of the catalog.

    The weeks end at the newest entry, not at the current time: the same catalog always gives the same page.
    """
    newest = max((entry.published for entry in feed.entries), default=None)
    return reader.count_weekly_entries(end=newest, weeks=WEEKS) if newest else {}


def arrange_topics(topics: Iterable[Topic]) -> tuple[TopicNode, ...]:
    """Put topics below their parents, in the given order, each topic exactly once.

    A topic with an unknown parent goes to the top level. So does the first topic by slug in a cycle of parents.
    """
    by_slug = {topic.slug: topic for topic in topics}
    below: dict[str, list[Topic]] = {}
    for topic in by_slug.values():
        below.setdefault(_choose_parent(topic, by_slug), []).append(topic)
    return _make_nodes("", below)


def write_opml(directory: Directory, settings: Settings, listing: OpmlQuery = EVERY_TOPIC) -> bytes:
    """Write the Atom feeds selected by `listing` as OPML 2.0, with publishers in a group after the topics."""
    return _Opml(directory, settings, listing).write()


def write_sitemap(directory: Directory, settings: Settings) -> bytes:
    """Write the URLs of the home page and of the pages of topics and providers, up to the limit of a sitemap."""
    return render_sitemap(islice(_list_pages(directory, settings.site_url), MAX_PAGES))


def write_robots(settings: Settings) -> bytes:
    """Exclude robots from the endless search and compose pages, and point robots to the sitemap (RFC 9309)."""
    excluded = (f"Disallow: {settings.base_path}{path}" for path in (SEARCH_PATH, ComposeAddress().path))
    lines = ("User-agent: *", *excluded, f"Sitemap: {settings.site_url}{SitemapAddress().path}", "")
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


def _make_nodes(parent: str, below: Mapping[str, Iterable[Topic]]) -> tuple[TopicNode, ...]:
    return tuple(TopicNode(topic, _make_nodes(topic.slug, below)) for topic in below.get(parent, ()))


def _choose_parent(topic: Topic, by_slug: Mapping[str, Topic]) -> str:
    """Return the slug of the parent to use; empty for the top level."""
    chain = [topic.slug]
    while (parent := by_slug[chain[-1]].parent) in by_slug and parent not in chain and len(chain) < _MAX_DEPTH:
        chain.append(parent)
    is_first_in_cycle = parent == topic.slug == min(chain)
    is_too_deep = len(chain) == _MAX_DEPTH
    return "" if topic.parent not in by_slug or is_first_in_cycle or is_too_deep else topic.parent


class _Opml:
    """The OPML document of a listing."""

    def __init__(self, directory: Directory, settings: Settings, listing: OpmlQuery) -> None:
        self._directory = directory
        self._settings = settings
        self._listing = listing

    def write(self) -> bytes:
        title, outlines = "Topics", self._list_topics(self._directory.topics)
        if self._listing.with_providers:
            title, outlines = "Topics and publishers", (*outlines, *self._list_providers())
        # OPML requires an outline, and importing an empty list would only confuse people.
        outlines = outlines or (self._outline_feed(EVERYTHING, self._settings.site_title),)
        return render_opml(f"{title} — {self._settings.site_title}", outlines, modified=self._directory.newest)

    def _list_topics(self, nodes: Iterable[TopicNode]) -> tuple[Outline, ...]:
        outlines = (self._outline(node) for node in nodes)
        return tuple(outline for outline in outlines if outline.xml_url or outline.children)

    def _outline(self, node: TopicNode) -> Outline:
        """Describe a topic, or only the group of its children if the listing leaves out the topic."""
        children = self._list_topics(node.children)
        if not self._includes(node.topic):
            return Outline(text=node.topic.name, children=children)
        query = Query.for_topic(node.topic.slug)
        return self._outline_feed(query, node.topic.name, description=node.topic.description, children=children)

    def _list_providers(self) -> Iterator[Outline]:
        feeds = tuple(
            self._outline_feed(Query.for_provider(provider.domain), provider.domain)
            for provider in self._directory.providers
            if self._includes(provider)
        )
        if feeds:
            yield Outline(text="Publishers", children=feeds)

    def _outline_feed(
        self, query: Query, text: str, *, description: str = "", children: tuple[Outline, ...] = ()
    ) -> Outline:
        feed, page = (
            f"{self._settings.site_url}{address.path}" for address in (FeedAddress(query, Format.ATOM), page_of(query))
        )
        return Outline(text=text, xml_url=feed, html_url=page, description=description, children=children)

    def _includes(self, source: Topic | ProviderCount) -> bool:
        """Return whether a topic or provider has enough entries, and was active shortly before the newest entry."""
        if source.entries < self._listing.min_entries:
            return False
        days = self._listing.active_days
        newest = self._directory.newest
        if days is None or newest is None:
            return days is None
        return source.newest is not None and newest - source.newest <= timedelta(days=days)
