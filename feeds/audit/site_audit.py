"""Find the feeds of a server, and hold each against the rules."""

from collections.abc import Callable, Iterator
from urllib.parse import urljoin, urlsplit

import msgspec

from feeds.audit.client import Asker, AskError, AuditResponse, BudgetError
from feeds.audit.documents import FEED_TYPES, DocumentKind, read_document
from feeds.audit.rules import PLAIN, RULES, Visit, check_status, check_unknown

MAX_FEEDS = 50
MAX_SECONDS = 300
_MAX_REQUESTS = 60 * MAX_FEEDS
_ROUNDS = 3


class Finding(msgspec.Struct, frozen=True):
    """Something that is wrong at a URL; `message` is a sentence about what is there, without a full stop."""

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
    """Audit the feeds that a URL is or names: a feed, an OPML document, or a page and the `feeds.opml` beside it.

    Nothing is asked of another host than that of `url`, and of each feed no more than 60 times. Findings are in the
    order of the feeds, each once.
    """
    asker = Asker(max_requests=_MAX_REQUESTS, max_seconds=max_seconds)
    return list(dict.fromkeys(_audit_within_limits(url, asker, max_feeds=max_feeds, progress=progress)))


def _audit_within_limits(
    url: str, asker: Asker, *, max_feeds: int, progress: Callable[[int, int], object]
) -> Iterator[Finding]:
    try:
        yield from _audit(url, asker, max_feeds=max_feeds, progress=progress)
    except BudgetError as error:
        yield Finding(url, str(error))


def _audit(url: str, asker: Asker, *, max_feeds: int, progress: Callable[[int, int], object]) -> Iterator[Finding]:
    try:
        found = _find_feeds(url, asker)
    except (AskError, ValueError) as error:
        yield Finding(url, str(error))
        return
    feeds = [feed for feed in found if _is_beside(feed, url)]
    yield from (Finding(url, f"names {feed}, which is elsewhere") for feed in found if not _is_beside(feed, url))
    if not feeds:
        yield Finding(url, "names no feed here: neither for autodiscovery nor in a feeds.opml")
    for number, feed in enumerate(feeds[:max_feeds], start=1):
        yield from (Finding(feed, message) for message in _audit_feed(feed, asker))
        progress(number, len(feeds[:max_feeds]))
    if feeds:
        yield from _audit_unknown(feeds[0], asker)


def _find_feeds(url: str, asker: Asker) -> list[str]:
    """Give the absolute addresses of feeds, each once; `url` alone if it is one."""
    answer = asker.ask(url, PLAIN)
    if answer.status != 200:  # noqa: PLR2004 no constant says it better
        raise ValueError(f"answers {answer.status}, not 200")
    document = read_document(answer.body)
    if document.kind in FEED_TYPES:
        return [url]
    named = [urljoin(url, feed) for feed in document.feeds]
    if document.kind is DocumentKind.HTML:
        named += _read_opml(urljoin(url, "feeds.opml"), asker)
    return list(dict.fromkeys(named))


def _read_opml(url: str, asker: Asker) -> list[str]:
    answer = asker.ask(url, PLAIN)
    try:
        document = read_document(answer.body)
    except ValueError:
        return []
    return [urljoin(url, feed) for feed in document.feeds] if document.kind is DocumentKind.OPML else []


def _audit_feed(url: str, asker: Asker) -> list[str]:
    """Apply every rule; anew if the feed has changed meanwhile, for then one answer proves nothing about another."""
    messages: list[str] = []
    for _ in range(_ROUNDS):
        try:
            visit = Visit(url, asker, asker.ask(url, PLAIN))
            messages = list(check_status(visit)) or [message for rule in RULES for message in rule(visit)]
            if not messages or _is_same(visit.first, visit.ask()):
                break
        except AskError as error:
            return [str(error)]
    return messages


def _audit_unknown(feed: str, asker: Asker) -> Iterator[Finding]:
    _, dot, extension = feed.rpartition("/")[2].rpartition(".")
    url = urljoin(feed, f"no-such-feed-here{dot}{extension if dot else ''}")
    try:
        yield from (Finding(url, message) for message in check_unknown(asker.ask(url, PLAIN)))
    except AskError as error:
        yield Finding(url, str(error))


def _is_same(one: AuditResponse, other: AuditResponse) -> bool:
    return one.get("ETag") == other.get("ETag") and one.body == other.body


def _is_beside(feed: str, url: str) -> bool:
    return urlsplit(feed)[:2] == urlsplit(url)[:2]
