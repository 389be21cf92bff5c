"""Read an earlier feed: the ids by which feed readers know its entries, and what identifies the articles."""

from calendar import timegm
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from itertools import islice
from typing import Any
from urllib.parse import urljoin

import feedparser
import msgspec

from feeds.migrate.fetching import FeedSource
from feeds.migrate.rss_guids import Guid, read_guids
from feeds.model.adopted import MAX_ENTRIES, MAX_ID_BYTES
from feeds.model.errors import AdoptionError
from feeds.model.feed import Format
from feeds.model.uri import is_http_uri, is_server_url
from feeds.model.values import read_date


class OldEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of an earlier feed.

    `id` is the text by which feed readers know the entry: its id, or its link if there is none; empty without both.
    `links` are absolute URLs of its page, the likeliest first. `is_permalink` is `isPermaLink` in RSS.
    """

    id: str
    title: str
    links: tuple[str, ...]
    published: datetime | None
    is_permalink: bool | None = None


class OldFeed(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier feed. `urls` are its addresses: those of the source, or of a file the address it names for itself."""

    name: str
    format: Format
    urls: tuple[str, ...]
    entries: tuple[OldEntry, ...]


def read_old_feed(source: FeedSource) -> OldFeed:
    """Read the newest 10,000 entries of a feed in Atom, RSS or JSON Feed, also if the document is damaged.

    Raises:
        AdoptionError: the source is not a feed.
    """
    read = _read_json if source.data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else _read_xml
    format, own_url, entries = read(source)
    urls = tuple(filter(is_feed_url, source.urls or (own_url,)))
    return OldFeed(name=source.name, format=format, urls=urls, entries=tuple(islice(entries, MAX_ENTRIES)))


def is_feed_url(url: str) -> bool:
    """Return whether a text can be the address of an earlier feed: an http(s) URL without a password."""
    return is_http_uri(url) and is_server_url(url) and len(url) <= MAX_ID_BYTES


def _read_xml(source: FeedSource) -> tuple[Format, str, Iterator[OldEntry]]:
    parsed = _parse(source)
    version = parsed.get("version", "")
    if not version:
        raise AdoptionError(f"{source.name} is not a feed in Atom, RSS or JSON Feed; give the URL or the file of one.")
    format = Format.ATOM if version.startswith("atom") else Format.RSS
    links = parsed.feed.get("links", ())
    own_url = next((link.get("href", "") for link in links if link.get("rel") == "self"), "")
    base = source.urls[-1] if source.urls else own_url or parsed.feed.get("link", "")
    guids = read_guids(source.data) if format is Format.RSS else []
    return format, own_url, _list_entries(parsed.entries, guids, base=base)


def _parse(source: FeedSource) -> feedparser.FeedParserDict:
    headers = {"content-type": source.content_type} if source.content_type else {}
    try:
        # A stream: feedparser would take bytes for the name of a file. The entries' HTML is not needed.
        return feedparser.parse(
            BytesIO(source.data), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:  # a damaged feed lets feedparser fail in many ways
        message = f"{source.name} is too damaged to be read as a feed ({type(error).__name__}); repair the document."
        raise AdoptionError(message) from error


def _list_entries(
    entries: Sequence[Mapping[str, Any]], guids: Sequence[Guid | None], *, base: str
) -> Iterator[OldEntry]:
    has_guids = len(guids) == len(entries)  # else the document is damaged, and the two parsers disagree
    for index, entry in enumerate(entries):
        id = entry.get("id", "")
        guid = guids[index] if has_guids else None
        if guid and not guid.names(id):
            guid = None
        link = _resolve(base, entry.get("link", ""))
        links = (entry.get("feedburner_origlink", ""), link, id)
        yield OldEntry(
            id=guid.text if guid else id or link,
            title=entry.get("title", ""),
            links=tuple(dict.fromkeys(each for each in links if is_http_uri(each))),
            # feedparser warns of a request for a date that it replaces by the other one.
            published=_read_time(entry.get("published_parsed" if "published_parsed" in entry else "updated_parsed")),
            is_permalink=guid.is_permalink if guid else None,
        )


def _resolve(base: str, link: str) -> str:
    try:
        return urljoin(base, link) if link else ""
    except ValueError:  # such as an open bracket
        return ""


def _read_time(parsed: Sequence[int] | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(timegm(tuple(parsed)), UTC) if parsed else None
    except (ValueError, OverflowError, OSError):  # a year that no date has
        return None


def _read_json(source: FeedSource) -> tuple[Format, str, Iterator[OldEntry]]:
    try:
        document = msgspec.json.decode(source.data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise AdoptionError(f"{source.name} is not a feed: its JSON is damaged ({error}).") from None
    items = document.get("items")
    if "jsonfeed.org/version" not in str(document.get("version")) or not isinstance(items, list):
        raise AdoptionError(f"{source.name} is JSON, but not JSON Feed; give the URL or the file of a feed.")
    objects = (item for item in items if isinstance(item, dict))
    own_url = _read_text(document, "feed_url")
    base = source.urls[-1] if source.urls else own_url or _read_text(document, "home_page_url")
    return Format.JSON, own_url, (_read_item(item, base) for item in objects)


def _read_item(item: Mapping[str, object], base: str) -> OldEntry:
    id = _read_text(item, "id")
    links = [*(_resolve(base, _read_text(item, name)) for name in ("url", "external_url")), id]
    return OldEntry(
        id=id or _read_text(item, "url"),
        title=_read_text(item, "title"),
        links=tuple(dict.fromkeys(link for link in links if is_http_uri(link))),
        published=read_date(_read_text(item, "date_published")),
    )


def _read_text(item: Mapping[str, object], name: str) -> str:
    value = item.get(name)  # readers turn a number as id into a text
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
