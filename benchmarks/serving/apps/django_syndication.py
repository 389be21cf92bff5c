"""Django's syndication framework, which renders the feed of the same entries for each request."""

from datetime import datetime

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.core.wsgi import get_wsgi_application
from django.urls import path
from django.utils.feedgenerator import Atom1Feed

from benchmarks.serving.feed_files import PATH, read_entries
from feeds.model.entry import Entry

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], MIDDLEWARE=[], USE_TZ=True)
_ENTRIES = read_entries()


class EntriesFeed(Feed):  # type: ignore[misc] # Django ships no types
    """The feed, with the fields known to Django."""

    feed_type = Atom1Feed
    title = "Topic Feeds"
    link = "/"
    subtitle = "The latest stories on every topic."

    def items(self) -> tuple[Entry, ...]:
        """Return the entries from memory."""
        return _ENTRIES

    def item_title(self, item: Entry) -> str:
        """Return the title."""
        return item.title

    def item_description(self, item: Entry) -> str:
        """Return the text."""
        return item.body or item.summary

    def item_link(self, item: Entry) -> str:
        """Return the URL."""
        return item.url

    def item_guid(self, item: Entry) -> str:
        """Return the id."""
        return item.id

    def item_pubdate(self, item: Entry) -> datetime:
        """Return the date."""
        return item.published

    def item_updateddate(self, item: Entry) -> datetime:
        """Return the date of the last change."""
        return item.updated

    def item_author_name(self, item: Entry) -> str:
        """Return the publisher."""
        return item.provider.name

    def item_categories(self, item: Entry) -> list[str]:
        """Return the topics."""
        return [category.label for category in item.categories]


urlpatterns = [path(PATH.strip("/"), EntriesFeed())]
app = get_wsgi_application()
