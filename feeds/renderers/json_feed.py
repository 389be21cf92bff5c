"""Write a feed as JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from collections.abc import Mapping
from typing import Any

import msgspec

from feeds.model.entry import Entry, Reference
from feeds.model.feed import Feed, Format, entry_url
from feeds.model.links import write_provider_url
from feeds.renderers.dates import format_rfc3339
from feeds.renderers.entry_html import make_summary, write_content
from feeds.renderers.feed_comment import write_feed_comment

VERSION = "https://jsonfeed.org/version/1.1"
EXTENSION_ABOUT = (
    "coverage: other articles on the same story; leads: the stories that this item covers; via_url: the original URL"
    " from the publisher"
)

_Object = dict[str, Any]


def render_json(feed: Feed) -> bytes:
    """Write `feed` as indented JSON in UTF-8, without empty fields."""
    document = _describe_feed(feed) | {"items": [_describe_entry(entry, feed) for entry in feed.entries]}
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def _describe_feed(feed: Feed) -> _Object:
    site = feed.site
    older = (link.href for link in feed.links_in(Format.JSON) if link.rel == "prev-archive")
    return {"version": VERSION, "title": feed.title} | _without_empty(
        {
            "description": feed.subtitle,
            "user_comment": " | ".join(write_feed_comment(feed, Format.JSON)),
            "home_page_url": feed.page_url,
            "feed_url": feed.self_url(Format.JSON),
            "next_url": next(older, ""),
            "icon": feed.image or site.logo or site.icon,
            "favicon": site.icon,
            "language": site.language,
            "authors": [{"name": site.title, "url": f"{site.url}/"}],
            "hubs": [{"type": "WebSub", "url": link.href} for link in feed.links if link.rel == "hub"],
            "_feeds": {"about": EXTENSION_ABOUT},
        }
    )


def _describe_entry(entry: Entry, feed: Feed) -> _Object:
    return {"id": entry.find_id(Format.JSON)} | _without_empty(
        {
            "url": entry_url(entry, feed.link_choice),
            "title": entry.title,
            "summary": make_summary(entry, language=feed.site.language),
            "content_html": write_content(entry, feed.link_choice, language=feed.site.language),
            "image": entry.image.url if entry.image else "",
            "date_published": format_rfc3339(entry.published),
            "date_modified": format_rfc3339(entry.updated),
            "authors": _describe_authors(entry),
            "tags": [category.label for category in entry.categories],
            "language": entry.language or feed.site.language,
            "_feeds": _describe_extension(entry, feed),
        }
    )


def _describe_authors(entry: Entry) -> list[_Object]:
    if entry.authors:
        return [{"name": name} for name in entry.authors]
    return [_without_empty({"name": entry.provider.name, "url": write_provider_url(entry.provider)})]


def _describe_extension(entry: Entry, feed: Feed) -> _Object:
    # No `external_url`: some readers open `url` and others `external_url`, and both would lead to the article.
    return _without_empty(
        {
            "via_url": entry.via_url if entry.via_url != entry_url(entry, feed.link_choice) else "",
            "coverage": [_describe_reference(reference) for reference in entry.coverage],
            "leads": [_describe_reference(reference) for reference in entry.leads],
        }
    )


def _describe_reference(reference: Reference) -> _Object:
    published = format_rfc3339(reference.published) if reference.published else ""
    return _without_empty(
        {
            "url": reference.url,
            "title": reference.title,
            "provider": reference.provider,
            "date_published": published,
        }
    )


def _without_empty(fields: Mapping[str, Any]) -> _Object:
    return {name: value for name, value in fields.items() if value}
