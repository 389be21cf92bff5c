"""Make the HTML of articles safe to show in any feed reader."""

import re
from collections.abc import Callable
from html import escape
from html.parser import HTMLParser
from urllib.parse import urljoin

import nh3
from markdown_it import MarkdownIt

from feeds.model.text import clean_text, strip_controls
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

_TEXT_TAGS = (
    "a abbr b bdi bdo br cite code del dfn em i ins kbd mark q rp rt ruby s samp small span strong sub sup time u var"
    " wbr"
)
_BLOCK_TAGS = (
    "aside blockquote dd details div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li ol p pre section"
    " summary ul"
)
_TABLE_TAGS = "caption col colgroup table tbody td tfoot th thead tr"
_MEDIA_TAGS = "audio img picture source track video"
_TAGS = frozenset(f"{_TEXT_TAGS} {_BLOCK_TAGS} {_TABLE_TAGS} {_MEDIA_TAGS}".split())
# The content of these elements is not text for readers.
_HIDDEN_TAGS = (
    "script style iframe object embed applet noscript noembed noframes template svg math title textarea select button"
    " option form"
)
_DROPPED_TAGS = frozenset(_HIDDEN_TAGS.split())
_ATTRIBUTES = {
    "*": {"dir", "lang", "title"},
    "a": {"href", "hreflang"},
    "audio": {"controls", "src"},
    "blockquote": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"cite", "datetime"},
    "img": {"alt", "height", "src", "srcset", "width"},
    "ins": {"cite", "datetime"},
    "ol": {"reversed", "start", "type"},
    "q": {"cite"},
    "source": {"height", "media", "sizes", "src", "srcset", "type", "width"},
    "td": {"align", "colspan", "headers", "rowspan"},
    "th": {"align", "colspan", "headers", "rowspan", "scope"},
    "time": {"datetime"},
    "track": {"kind", "label", "src", "srclang"},
    "video": {"controls", "height", "poster", "src", "width"},
}
_URL_ATTRIBUTES = frozenset(("cite", "href", "poster", "src"))
_SRCSET_ITEM = re.compile(r"\s*,*\s*([^\s,]\S*[^\s,])((?:\s+[\d.]+[wx])?)\s*(?:,|$)", re.ASCII)

# For each tag, the parser needs time and memory in proportion to the depth of open tags. The limit takes well below
# a second.
_MAX_EFFORT = 2_000_000
_TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]*)")
_VOID_TAGS = frozenset(("area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"))

# A second pass changes nothing, except for markup so broken that the parser repairs it twice.
_MAX_PASSES = 5

_markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def render_body(text: str, base_url: str) -> str:
    """Render a Markdown or HTML body as safe HTML, with URLs made absolute against `base_url`.

    The result is empty if the body has nothing to show.
    """
    return clean_html(_markdown.render(strip_controls(text)), base_url).strip()


def clean_html(html: str, base_url: str) -> str:
    """Keep the text, structure, media and http(s) links of an HTML fragment; cleaning twice changes nothing.

    HTML that a browser's parser needs long for, with thousands of open tags, gives an empty text.
    """
    if _is_slow_to_parse(html):
        return ""
    filter_attribute = _make_filter(base_url)
    for _ in range(_MAX_PASSES):
        cleaned = strip_controls(_clean_once(html, filter_attribute))
        if cleaned == html:
            return cleaned
        html = cleaned
    return ""


def clean_embed(html: str) -> str:
    """Make a clean `<iframe>` from the first `<iframe>` in `html`; empty unless its URL has https and EMBED_HOSTS."""
    finder = _IframeFinder()
    finder.feed(html)
    finder.close()
    src = _read_embed_src(finder.attributes.get("src", ""))
    if not src:
        return ""
    attributes = {"src": src}
    attributes |= {key: size for key in ("width", "height") if (size := _read_size(finder.attributes.get(key, "")))}
    if title := clean_text(finder.attributes.get("title", "")):
        attributes["title"] = title
    attributes |= {"allow": "encrypted-media; fullscreen; picture-in-picture", "loading": "lazy"}
    text = " ".join(f'{key}="{escape(value)}"' for key, value in attributes.items())
    return f"<iframe {text} allowfullscreen></iframe>"


class _IframeFinder(HTMLParser):
    """Store the attributes of the first `<iframe>`."""

    def __init__(self) -> None:
        super().__init__()
        self.attributes: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "iframe" and not self.attributes:
            self.attributes = {key: value or "" for key, value in attrs}


def _read_embed_src(text: str) -> str:
    src = text.strip()
    src = encode_uri(f"https:{src}" if src.startswith("//") else src)
    host = read_url_host(src).lower()
    return src if host in EMBED_HOSTS and src[:8].lower() == "https://" else ""


def _read_size(text: str) -> str:
    size = text.strip()
    return size if re.fullmatch("[1-9][0-9]{0,4}", size) else ""


def _is_slow_to_parse(html: str) -> bool:
    tags = _TAG.findall(html)
    depth = deepest = 0
    for slash, name in tags:
        if name.lower() not in _VOID_TAGS:
            depth += -1 if slash else 1
            deepest = max(deepest, depth)
    return deepest * len(tags) > _MAX_EFFORT


def _clean_once(html: str, filter_attribute: Callable[[str, str, str], str | None]) -> str:
    return nh3.clean(
        html,
        tags=set(_TAGS),
        clean_content_tags=set(_DROPPED_TAGS),
        attributes=_ATTRIBUTES,
        attribute_filter=filter_attribute,
        link_rel="noopener noreferrer",
        url_schemes={"http", "https", "mailto"},
    )


def _make_filter(base_url: str) -> Callable[[str, str, str], str | None]:
    def filter_attribute(tag: str, attribute: str, value: str) -> str | None:
        if attribute == "srcset":
            return _absolutize_srcset(value, base_url) or None
        if attribute not in _URL_ATTRIBUTES:
            return strip_controls(value)
        url = _absolutize(value, base_url)
        is_mail = tag == "a" and url.startswith("mailto:")
        return url if is_mail or read_url_host(url) else None

    return filter_attribute


def _absolutize(url: str, base_url: str) -> str:
    try:
        return encode_uri(urljoin(base_url, strip_controls(url).strip()))
    except ValueError:  # a host in brackets that is not IPv6
        return ""


def _absolutize_srcset(srcset: str, base_url: str) -> str:
    """Make the URLs of a `srcset` absolute (https://html.spec.whatwg.org/multipage/images.html#srcset-attributes)."""
    items = []
    for url, size in _SRCSET_ITEM.findall(srcset):
        absolute = _absolutize(url, base_url)
        if read_url_host(absolute):
            items.append(f"{absolute} {size.strip()}".strip())
    return ", ".join(items)
