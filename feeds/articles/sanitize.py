"""Make HTML safe to show in any feed reader; nothing edits the HTML of an author after this."""

import nh3

from feeds.articles.addresses import resolve_address, resolve_link
from feeds.articles.anchors import is_anchor
from feeds.articles.pictures import parse_srcset
from feeds.articles.players import read_player_url
from feeds.model.html_text import INLINE_TAGS

_BLOCK_NAMES = (
    "aside blockquote dd details div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li ol p pre section"
    " summary ul"
)
_TABLE_NAMES = "caption col colgroup table tbody td tfoot th thead tr"
_MEDIA_NAMES = "audio iframe img picture source track video"
TAGS = INLINE_TAGS.union(f"br {_BLOCK_NAMES} {_TABLE_NAMES} {_MEDIA_NAMES}".split())
"""The elements that feeds may contain."""

GLOBAL_ATTRIBUTES = frozenset(("dir", "id", "lang", "title"))
ATTRIBUTES = {
    "a": {"href", "hreflang"},
    "audio": {"controls", "src"},
    "blockquote": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"cite", "datetime"},
    "div": {"align"},
    "h1": {"align"},
    "h2": {"align"},
    "h3": {"align"},
    "h4": {"align"},
    "h5": {"align"},
    "h6": {"align"},
    "iframe": {"allow", "allowfullscreen", "height", "loading", "src", "width"},
    "img": {"alt", "height", "sizes", "src", "srcset", "width"},
    "ins": {"cite", "datetime"},
    "li": {"value"},
    "ol": {"reversed", "start", "type"},
    "p": {"align"},
    "q": {"cite"},
    "source": {"height", "media", "sizes", "src", "srcset", "type", "width"},
    "td": {"align", "colspan", "headers", "rowspan"},
    "th": {"align", "colspan", "headers", "rowspan", "scope"},
    "time": {"datetime"},
    "tr": {"align"},
    "track": {"kind", "label", "src", "srclang"},
    "video": {"controls", "height", "poster", "src", "width"},
}
"""The attributes of each element, besides `GLOBAL_ATTRIBUTES`."""

# The content of these elements is not text for readers.
_HIDDEN_NAMES = "applet embed math noembed noframes noscript object script style svg template textarea title xmp"
_HIDDEN_TAGS = frozenset(_HIDDEN_NAMES.split())
URL_ATTRIBUTES = frozenset(("cite", "href", "poster", "src"))
"""The attributes with an address."""


def sanitize_html(html: str) -> str:
    """Keep only the elements, attributes and addresses that are safe in every feed reader.

    Addresses must be absolute, or lead to an anchor of our own.
    """
    return nh3.clean(
        html,
        tags=set(TAGS),
        clean_content_tags=set(_HIDDEN_TAGS),
        attributes={"*": set(GLOBAL_ATTRIBUTES), **ATTRIBUTES},
        attribute_filter=_filter_attribute,
        link_rel="noopener noreferrer",
        url_schemes={"http", "https", "mailto", "sms", "tel"},
    )


def _filter_attribute(tag: str, name: str, value: str) -> str | None:
    if name == "id":
        return value if is_anchor(value) else None
    if name == "srcset":
        return ", ".join(parse_srcset(value, "")) or None
    if name not in URL_ATTRIBUTES:
        return value
    if tag == "iframe":
        return read_player_url(value) or None
    if tag == "a":
        return value if value.startswith("#") and is_anchor(value[1:]) else resolve_link(value, "") or None
    return resolve_address(value, "") or None
