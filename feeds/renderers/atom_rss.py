"""Write a feed as Atom (RFC 4287) or RSS 2.0; no other module imports feedgen.

feedgen writes the parts of a feed. `atom_rss_elements` corrects feedgen's errors through its extension protocol.
"""

import re
from datetime import UTC, datetime
from functools import partial

from feedgen.feed import FeedGenerator

from feeds.model.entry import Entry
from feeds.model.feed import Feed, entry_url
from feeds.model.html_text import is_same_text
from feeds.model.links import write_provider_url
from feeds.renderers.atom_rss_elements import (
    AtomEntryRepair,
    AtomFeedRepair,
    RssFeedRepair,
    RssItemRepair,
)
from feeds.renderers.entry_html import make_excerpt, write_content
from feeds.renderers.media import is_channel_image
from feeds.renderers.plain_text import escape_ambiguous

GENERATOR = "topic-feeds"
RSS_DOCS = "https://www.rssboard.org/rss-specification"

_TITLE = re.compile(rb"(<title>)([^<]+)")
_NAME = re.compile(rb"(<(?:category|source|dc:creator)(?: [^>]*)?>)([^<]+)")
_DESCRIPTION = re.compile(rb"(<description>)([^<]+)")


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
    for entry in feed.entries:
        _add_atom_entry(generator, feed, entry)
    document: bytes = generator.atom_str(pretty=True)
    return document


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
    for entry in feed.entries:
        _add_rss_item(generator, feed, entry)
    document: bytes = generator.rss_str(pretty=True)
    document = _TITLE.sub(_escape_numerically, document)
    document = _NAME.sub(_escape_again_numerically, document)
    return _DESCRIPTION.sub(_escape_again_numerically, document, count=1)  # only that of the channel is plain text


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


def _add_atom_entry(generator: FeedGenerator, feed: Feed, entry: Entry) -> None:
    element = generator.add_entry(order="append")
    element.register_extension("repairs", partial(AtomEntryRepair, feed, entry))
    element.id(entry.id)
    element.title(entry.title)
    element.published(entry.published)
    element.updated(entry.updated)
    for name in entry.authors or (entry.provider.name,):
        element.author(name=name)
    if entry.summary and not is_same_text(entry.body, entry.summary):
        element.summary(entry.summary, type="text")
    element.content(write_content(entry, feed.link_choice), type="html")


def _add_rss_item(generator: FeedGenerator, feed: Feed, entry: Entry) -> None:
    url = entry_url(entry, feed.link_choice)
    item = generator.add_entry(order="append")
    item.register_extension("repairs", partial(RssItemRepair, feed, entry))
    item.title(escape_ambiguous(entry.title))
    item.link(href=url)
    item.guid(entry.id, permalink=entry.id == url)
    item.description(escape_ambiguous(make_excerpt(entry)))
    item.content(write_content(entry, feed.link_choice))
    for category in entry.categories:
        item.category(term=category.term, scheme=feed.category_scheme, label=escape_ambiguous(category.label))
    if provider_url := write_provider_url(entry.provider):
        item.source(url=provider_url, title=escape_ambiguous(entry.provider.name))


def _choose_channel_image(feed: Feed) -> str | None:
    candidates = (feed.image, feed.site.logo, feed.site.icon)
    return next((url for url in candidates if is_channel_image(url)), None)


def _escape_numerically(element: re.Match[bytes]) -> bytes:
    """Write `&` and `<` as numeric references, for readers that unescape a text before parsing the document.

    All content is escaped, so the document cannot contain any other element with such a name.
    """
    start, text = element.groups()
    return start + text.replace(b"&lt;", b"&#x3C;").replace(b"&amp;", b"&#x26;")


def _escape_again_numerically(element: re.Match[bytes]) -> bytes:
    """Write a text numerically if it was escaped as ambiguous; other names stay as readers know them."""
    is_escaped = b"&amp;lt;" in element[2] or b"&amp;amp;" in element[2]
    return _escape_numerically(element) if is_escaped else element[0]
