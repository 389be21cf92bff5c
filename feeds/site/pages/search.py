"""Render the page of a search."""

from feeds.settings import Settings
from feeds.site.pages.environment import find_environment
from feeds.site.pages.marking import StoryMarker
from feeds.site.search_view import SearchPage
from feeds.site.urls import Order, TopicListAddress, write_reference


def render_search(page: SearchPage, settings: Settings) -> bytes:
    """Write the page of a search: the results with marked words, their number and order, and ways to subscribe."""
    marker = StoryMarker(page.matcher)
    template = find_environment(settings.language).get_template("search.html")
    return template.render(
        settings=settings,
        site=settings.site,
        is_static=False,
        page_url=f"{settings.site_url}{write_reference(page.address)}",
        page=page,
        query=page.snapshot.query,
        snapshot=page.snapshot,
        feed=page.snapshot.feed,
        stories=[marker.mark(entry) for entry in page.snapshot.feed.entries],
        search=page.search,
        Order=Order,
        topics_path=TopicListAddress().path,
        is_archive=False,
        newer="",
        older="",
    ).encode()
