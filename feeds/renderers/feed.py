"""Write a feed in any format."""

from feeds.model.feed import Feed, Format
from feeds.renderers.atom_rss import render_atom, render_rss
from feeds.renderers.json_feed import render_json

_RENDERERS = {Format.ATOM: render_atom, Format.RSS: render_rss, Format.JSON: render_json}


def render(feed: Feed, format: Format) -> bytes:
    """Write `feed` as a UTF-8 document of `format`."""
    return _RENDERERS[format](feed)
