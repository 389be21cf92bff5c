"""Find embedded players, and write those of the allowed hosts."""

import re

from feeds.articles.addresses import MAX_ADDRESS_CHARACTERS
from feeds.articles.html_output import write_attributes
from feeds.model.excerpt import shorten
from feeds.model.html_tree import HtmlLimitError, Node, parse_html
from feeds.model.text import clean_text
from feeds.model.uri import encode_uri, read_url_host

EMBED_HOSTS = frozenset(
    (
        "www.youtube.com",
        "youtube.com",
        "www.youtube-nocookie.com",
        "youtube-nocookie.com",
        "player.vimeo.com",
        "www.dailymotion.com",
        "geo.dailymotion.com",
        "player.twitch.tv",
        "embed.ted.com",
    )
)
"""The hosts allowed for embedded players."""

_MAX_TITLE_CHARACTERS = 1_000
_SIZE = re.compile("[1-9][0-9]{0,4}")


def clean_embed(html: str) -> str:
    """Make a clean `<iframe>` from the first `<iframe>` in `html`; empty unless its URL has https and EMBED_HOSTS."""
    try:
        nodes = parse_html(html, tags_by_author=len(html))
    except HtmlLimitError:
        return ""
    frame = nodes[0].parser.css_first("iframe") if nodes else None
    return write_player(frame, frame.attributes.get("src") or "") if frame else ""


def write_player(element: Node, address: str) -> str:
    """Write a clean `<iframe>` with the size and title of an element; empty for an address without a player."""
    attributes = element.attributes
    url = read_player_url(address)
    if not url:
        return ""
    kept = {"src": url}
    kept |= {key: size for key in ("width", "height") if _SIZE.fullmatch(size := (attributes.get(key) or "").strip())}
    if title := clean_text(attributes.get("title") or ""):
        kept["title"] = shorten(title, _MAX_TITLE_CHARACTERS)
    kept |= {"allow": "encrypted-media; fullscreen; picture-in-picture", "loading": "lazy"}
    return f"<iframe{write_attributes(kept)} allowfullscreen></iframe>"


def read_player_url(address: str) -> str:
    """Return the URI of a player; empty unless it has https and EMBED_HOSTS."""
    url = address.strip()
    url = f"https:{url}" if url.startswith("//") else url
    is_allowed = read_url_host(url).lower() in EMBED_HOSTS and url[:8].lower() == "https://"
    return encode_uri(url) if is_allowed and len(url) <= MAX_ADDRESS_CHARACTERS else ""
