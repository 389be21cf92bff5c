"""Find the feeds of a server, and apply the rules to each feed."""

from collections.abc import Callable, Iterator
from urllib.parse import urljoin, urlsplit

import msgspec

from feeds.audit.client import AuditClient, AuditLimitError, AuditResponse, RequestError
from feeds.audit.documents import FEED_TYPES, DocumentKind, read_document
from feeds.audit.rules import RULES, UNCOMPRESSED, AuditedFeed, check_missing, check_status

MAX_FEEDS = 50
MAX_SECONDS = 300
_MAX_REQUESTS = 60 * MAX_FEEDS
_MAX_ROUNDS = 3


class Finding(msgspec.Struct, frozen=True):
    """A problem at a URL; `message` names the fact and the expectation, without a full stop."""

    url: str
    message: str

    def __str__(self) -> str:
        return f"{self.url}: {self.message}"


def audit_site(
    url: str,
    *,
    max_feeds: int = MAX_FEEDS,
    max_seconds: float = MAX_SECONDS,
    progress: Callable[[int, int], object] = lambda _done, _total: None,
) -> list[Finding]:
    """Audit the feed at a URL, or the feeds named by an OPML document, or by a page and the `feeds.opml` beside.

    The audit sends requests only to the host of `url`, at most 60 for each feed. Return the findings in the order of
    the feeds, without duplicates.
    """
    client = AuditClient(max_requests=_MAX_REQUESTS, max_seconds=max_seconds)
    return list(dict.fromkeys(_audit_within_limits(url, client, max_feeds=max_feeds, progress=progress)))


def _audit_within_limits(
    url: str, client: AuditClient, *, max_feeds: int, progress: Callable[[int, int], object]
) -> Iterator[Finding]:
    try:
        yield from _audit(url, client, max_feeds=max_feeds, progress=progress)
    except AuditLimitError as error:
        yield Finding(url, str(error))


def _audit(
    url: str, client: AuditClient, *, max_feeds: int, progress: Callable[[int, int], object]
) -> Iterator[Finding]:
    try:
        found = _find_feeds(url, client)
    except (RequestError, ValueError) as error:
        yield Finding(url, str(error))
        return
    feeds = [feed for feed in found if _has_same_origin(feed, url)]
    yield from (Finding(url, f"feed is on another server: {feed}") for feed in found if not _has_same_origin(feed, url))
    if not feeds:
        yield Finding(url, "no feed found on this server, by autodiscovery or in feeds.opml")
    for number, feed in enumerate(feeds[:max_feeds], start=1):
        yield from (Finding(feed, message) for message in _audit_feed(feed, client))
        progress(number, len(feeds[:max_feeds]))
    if feeds:
        yield from _audit_missing(feeds[0], client)


def _find_feeds(url: str, client: AuditClient) -> list[str]:
    """Return the absolute URLs of the feeds without duplicates, or `url` alone if `url` is a feed."""
    response = client.request(url, UNCOMPRESSED)
    if response.status != 200:  # noqa: PLR2004 no constant is clearer
        raise ValueError(f"status is {response.status}; expected 200")
    document = read_document(response.body)
    if document.kind in FEED_TYPES:
        return [url]
    named = [urljoin(url, feed) for feed in document.feeds]
    if document.kind is DocumentKind.HTML:
        named += _read_opml(urljoin(url, "feeds.opml"), client)
    return list(dict.fromkeys(named))


def _read_opml(url: str, client: AuditClient) -> list[str]:
    response = client.request(url, UNCOMPRESSED)
    try:
        document = read_document(response.body)
    except ValueError:
        return []
    return [urljoin(url, feed) for feed in document.feeds] if document.kind is DocumentKind.OPML else []


def _audit_feed(url: str, client: AuditClient) -> list[str]:
    """Apply every rule; repeat if the feed changed during the rules, because its responses are then not comparable."""
    messages: list[str] = []
    for _ in range(_MAX_ROUNDS):
        try:
            feed = AuditedFeed(url, client, client.request(url, UNCOMPRESSED))
            messages = list(check_status(feed)) or [message for rule in RULES for message in rule(feed)]
            if not messages or _is_same(feed.first, feed.request()):
                break
        except RequestError as error:
            return [str(error)]
    return messages


def _audit_missing(feed: str, client: AuditClient) -> Iterator[Finding]:
    _, dot, extension = feed.rpartition("/")[2].rpartition(".")
    url = urljoin(feed, f"no-such-feed-here{dot}{extension if dot else ''}")
    try:
        yield from (Finding(url, message) for message in check_missing(client.request(url, UNCOMPRESSED)))
    except RequestError as error:
        yield Finding(url, str(error))


def _is_same(first: AuditResponse, other: AuditResponse) -> bool:
    return first.get("ETag") == other.get("ETag") and first.body == other.body


def _has_same_origin(feed: str, url: str) -> bool:
    return urlsplit(feed)[:2] == urlsplit(url)[:2]
