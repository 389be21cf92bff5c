"""Find the formats in which an entry changed, from both versions of the entry."""

from collections.abc import Iterator

from feeds.model.entry import Entry
from feeds.model.feed import Feed, Format, Site
from feeds.model.shown_settings import ShownSettings
from feeds.renderers.atom_rss_entries import write_atom_entries, write_rss_items
from feeds.renderers.json_feed import render_json

_SHOWN_ALWAYS = ("title", "published", "body", "corrections")
"""Fields that every format shows as they are."""


def find_changed_formats(before: Entry, after: Entry, shown: ShownSettings) -> frozenset[Format]:
    """Return the formats whose element for the entry differs between two versions."""
    if any(getattr(before, name) != getattr(after, name) for name in _SHOWN_ALWAYS):
        return frozenset(Format)
    versions = zip(_write_elements(before, shown), _write_elements(after, shown), strict=True)
    return frozenset(format for format, (old, new) in zip(Format, versions, strict=True) if old != new)


def _write_elements(entry: Entry, shown: ShownSettings) -> Iterator[object]:
    """Write an entry in each format, in order of `Format`."""
    feed = Feed(
        id="",
        path="",
        title="",
        subtitle="",
        page_url="",
        site=Site(url="", title="", language=shown.language),
        entries=(entry,),
        link_choice=shown.link_choice,
    )
    yield write_atom_entries(feed)
    yield write_rss_items(feed)
    yield render_json(feed)
