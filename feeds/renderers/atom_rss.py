"""Write a feed as Atom (RFC 4287) or RSS 2.0; no other module imports feedgen.

feedgen writes the feed, `atom_rss_elements` corrects feedgen's errors through its extension protocol, and
`atom_rss_entries` writes the entries.
"""

import re
from datetime import UTC, datetime
from functools import partial

from feedgen.feed import FeedGenerator

from feeds.model.feed import Feed
from feeds.renderers.atom_rss_elements import AtomFeedRepair, RssFeedRepair
from feeds.renderers.atom_rss_entries import write_atom_entries, write_rss_items
from feeds.renderers.media import is_channel_image
from feeds.renderers.plain_text import escape_ambiguous
from feeds.renderers.tombstones import write_tombstones
from feeds.renderers.xml_text import write_ambiguous_numerically, write_numerically

GENERATOR = "topic-feeds"
RSS_DOCS = "https://www.rssboard.org/rss-specification"

# All content is escaped, so the document cannot contain any other element with such a name.
_TITLES = re.compile(r"(?<=<title>)[^<]+")
_DESCRIPTION = re.compile(r"(?<=<description>)[^<]+")
_ATOM_END = b"</feed>\n"
_RSS_END = b"  </channel>\n</rss>\n"


class _UnwrittenDate(datetime):
    """A date that feedgen accepts but does not write, because the value is false.

    feedgen's RSS dates default to the current time and can be replaced but not removed. To write a date, feedgen calls
    `locale.setlocale`, which changes the locale of the whole process for all threads. RssFeedRepair writes the date.
    """

    def __bool__(self) -> bool:
        return False


_NO_DATE = _UnwrittenDate(1970, 1, 1, tzinfo=UTC)


def render_atom(feed: Feed) -> bytes:
    """Write `feed` as an indented Atom document in UTF-8."""
    generator = _start_feed(feed)
    generator.register_extension("repairs", partial(AtomFeedRepair, feed))
    generator.updated(feed.updated)
    generator.author(name=feed.site.title, uri=f"{feed.site.url}/")
    generator.icon(feed.site.icon)
    generator.logo(feed.image or feed.site.logo)
    start: bytes = generator.atom_str(pretty=True)
    return b"".join((start.removesuffix(_ATOM_END), write_tombstones(feed), write_atom_entries(feed), _ATOM_END))


def render_rss(feed: Feed) -> bytes:
    """Write `feed` as an indented RSS 2.0 document in UTF-8."""
    generator = _start_feed(feed)
    generator.register_extension("repairs", partial(RssFeedRepair, feed))
    generator.title(escape_ambiguous(feed.title))
    generator.description(escape_ambiguous(feed.subtitle or feed.title))
    generator.lastBuildDate(_NO_DATE)
    generator.docs(RSS_DOCS)
    generator.ttl(max(1, feed.ttl_seconds // 60))
    generator.image(_choose_channel_image(feed))
    start: str = generator.rss_str(pretty=True).removesuffix(_RSS_END).decode()
    start = _TITLES.sub(lambda title: write_numerically(title[0]), start)
    start = _DESCRIPTION.sub(lambda description: write_ambiguous_numerically(description[0]), start)
    return b"".join((start.encode(), write_rss_items(feed), _RSS_END))


def _start_feed(feed: Feed) -> FeedGenerator:
    """Make a generator with the elements of both formats. Set only one link: feedgen writes the last link into RSS."""
    generator = FeedGenerator()
    generator.id(feed.id)
    generator.title(feed.title)
    generator.subtitle(feed.subtitle)
    generator.link(href=feed.page_url, rel="alternate", type="text/html")
    generator.language(feed.site.language)
    generator.generator(GENERATOR)
    return generator


def _choose_channel_image(feed: Feed) -> str | None:
    candidates = (feed.image, feed.site.logo, feed.site.icon)
    return next((url for url in candidates if is_channel_image(url)), None)
