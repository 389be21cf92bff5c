"""Choose and order the feeds in the OPML list."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from feeds.catalog.records import ProviderCount, Topic
from feeds.model.feed import Format
from feeds.model.query import EVERYTHING, Query
from feeds.model.translation.texts import find_texts
from feeds.renderers.opml import Outline, render_opml
from feeds.settings import Settings
from feeds.site.directory import Directory
from feeds.site.opml_query import EVERY_TOPIC, OpmlQuery
from feeds.site.topic_tree import TopicNode
from feeds.site.urls import FeedAddress, page_of


def write_opml(directory: Directory, settings: Settings, listing: OpmlQuery = EVERY_TOPIC) -> bytes:
    """Write the Atom feeds selected by `listing` as OPML 2.0, with publishers in a group after the topics."""
    return _Opml(directory, settings, listing).write()


class _Opml:
    """The OPML document of a listing."""

    def __init__(self, directory: Directory, settings: Settings, listing: OpmlQuery) -> None:
        self._directory = directory
        self._settings = settings
        self._listing = listing
        self._texts = find_texts(settings.language)

    def write(self) -> bytes:
        title, outlines = self._texts.gettext("Topics"), self._list_topics(self._directory.topics)
        if self._listing.with_providers:
            title, outlines = self._texts.gettext("Topics and publishers"), (*outlines, *self._list_providers())
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
            yield Outline(text=self._texts.gettext("Publishers"), children=feeds)

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
