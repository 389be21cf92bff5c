"""Write the sitemap and robots.txt for crawlers."""

from collections.abc import Iterable, Iterator
from itertools import islice

from feeds.catalog.records import Topic
from feeds.model.query import Query
from feeds.renderers.sitemap import MAX_PAGES, ListedPage, render_sitemap
from feeds.settings import Settings
from feeds.site.directory import Directory
from feeds.site.file_urls import SitemapAddress
from feeds.site.topic_tree import TopicNode
from feeds.site.url_parser import SEARCH_PATH
from feeds.site.urls import ComposeAddress, HomeAddress, PageAddress


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
