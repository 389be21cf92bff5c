"""Recognise feed readers and the number of subscribers in a User-Agent.

There is no standard. Aggregators, which fetch a feed once for all their users, write their number of subscribers in
several ways. Libraries for User-Agents know browsers, and none of them reads the numbers.
"""

import re
from functools import lru_cache

import msgspec

MAX_SUBSCRIBERS = 10_000_000
"""The highest number of subscribers to believe; a higher number is ignored."""

MAX_NAME_CHARACTERS = 40
BROWSER = "(web browser)"
UNNAMED = "(unnamed)"

_MAX_CHARACTERS = 500  # of a User-Agent to look at
_MAX_ID_CHARACTERS = 40
_KEPT = 4_096

_NUMBER = r"(?<![\w.,-])(\d{1,3}(?:,\d{3})+|\d+)"
_COUNTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_NUMBER}\s*subscriber",  # `12 subscribers`, `1 subscriber(s)`
        rf"{_NUMBER}\s*readers?\b",
        r"\bsubscribers?(?: count)?\s*[:=]\s*(\d{1,3}(?:,\d{3})+|\d+)",
    )
)
_FEED_ID = re.compile(r"\bfeed-?id\s*[:=]\s*([\w-]+)|/site/(\d+)", re.IGNORECASE)  # NewsBlur names its page of the feed
_COMPATIBLE = re.compile(r"\(compatible;\s*([^;()]+)")
_PRODUCT = re.compile(r"(?<![\w/.+-])([A-Za-z][\w.+!&'-]*(?: [A-Z][\w.+!&'-]*)*)/v?\d")
_COMMENT = re.compile(r"\([^()]*\)")
_NAME_END = re.compile(r"[/(;,\"<]| - |\s+(?:feed-?id\b|\+?https?:|v?\d)", re.IGNORECASE)
_UNSAFE = re.compile(r"[^\w .+!&'-]+")

# What browsers, and programs that look like a browser, call themselves.
_BROWSER_PRODUCTS = frozenset(
    [
        "applewebkit",
        "camino",
        "chrome",
        "chromium",
        "crios",
        "darwin",
        "cfnetwork",
        "edg",
        "edga",
        "edge",
        "edgios",
        "electron",
        "firefox",
        "fxios",
        "gecko",
        "konqueror",
        "khtml",
        "mobile",
        "mozilla",
        "opera",
        "opr",
        "presto",
        "safari",
        "samsungbrowser",
        "seamonkey",
        "ubuntu",
        "version",
        "vivaldi",
        "yabrowser",
    ]
)
# Names as their makers write them, by the name in the User-Agent in small letters.
_NAMES = {
    "feedfetcher-google": "Google Feedfetcher",
    "inoreader.com": "Inoreader",
    "newsblur feed fetcher": "NewsBlur",
    "newsblur page fetcher": "NewsBlur",
    "theoldreader.com": "The Old Reader",
}


class Reader(msgspec.Struct, frozen=True):
    """The reader behind a request.

    `name` holds letters, digits, spaces and a few signs, and at most `MAX_NAME_CHARACTERS`. `subscribers` is None
    unless the reader states a plausible number, `feed_id` empty unless an aggregator states its id of the feed.
    """

    name: str
    subscribers: int | None = None
    feed_id: str = ""


def parse_user_agent(user_agent: str) -> Reader:
    """Find the reader's name without version, and the stated number of subscribers, in a User-Agent of any content."""
    return _parse(user_agent[:_MAX_CHARACTERS])  # cut first: parsed texts are kept


@lru_cache(maxsize=_KEPT)
def _parse(text: str) -> Reader:
    subscribers = _find_subscribers(text)
    feed_id = _FEED_ID.search(text) if subscribers is not None else None
    stated = (feed_id[1] or feed_id[2])[:_MAX_ID_CHARACTERS] if feed_id else ""
    return Reader(_find_name(text), subscribers, stated)


def _find_subscribers(text: str) -> int | None:
    found = next((match for pattern in _COUNTS if (match := pattern.search(text))), None)
    count = int(found[1].replace(",", "")) if found else -1
    return count if 0 <= count <= MAX_SUBSCRIBERS else None


def _find_name(text: str) -> str:
    if text.startswith("Mozilla/"):
        name = _find_disguised_name(text)
        if not name:
            return BROWSER
    else:
        name = _NAME_END.split(text.strip(), maxsplit=1)[0]
    clean = " ".join(_UNSAFE.sub(" ", name).split())[:MAX_NAME_CHARACTERS].rstrip()
    return _NAMES.get(clean.lower(), clean) or UNNAMED


def _find_disguised_name(text: str) -> str:
    """Find the name of a program that begins like a browser; empty for a browser."""
    if (compatible := _COMPATIBLE.search(text)) and not compatible[1].startswith("MSIE "):
        return _NAME_END.split(compatible[1].strip(), maxsplit=1)[0]
    products = _PRODUCT.findall(_COMMENT.sub(" ", text))
    names = [product for product in products if product.lower() not in _BROWSER_PRODUCTS]
    return names[0] if names else ""
