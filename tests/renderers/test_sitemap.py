"""The sitemap follows the protocol."""

from lxml import etree

from feeds.renderers.sitemap import ListedPage, render_sitemap
from tests.support.sample_feeds import START

NAMESPACES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def test_pages_keep_their_order_and_known_dates() -> None:
    pages = [ListedPage("https://news.example/", START), ListedPage("https://news.example/topics/a?b&c", None)]
    root = etree.fromstring(render_sitemap(pages))
    assert root.xpath("/s:urlset/s:url/s:loc/text()", namespaces=NAMESPACES) == [page.url for page in pages]
    assert root.xpath("/s:urlset/s:url/s:lastmod/text()", namespaces=NAMESPACES) == ["2021-03-04T05:06:07Z"]
    assert len(root[1]) == 1
