"""Choose the feed that answers at the address of an earlier feed."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from urllib.parse import unquote, urlsplit

import msgspec

from feeds.migrate.stories import Candidate
from feeds.model.errors import AdoptionError, FeedsError
from feeds.model.feed import Format
from feeds.model.query import EVERYTHING
from feeds.model.topics import slugify
from feeds.site.former_feeds import split_former_url
from feeds.site.url_parser import is_alias, parse_address
from feeds.site.urls import FeedAddress


class Target(msgspec.Struct, frozen=True):
    """The feed that answers; `doubt` is a sentence if another feed is possible, about the topic `doubtful_topic`."""

    address: FeedAddress
    doubt: str = ""
    doubtful_topic: str = ""


def choose_target(
    urls: Sequence[str], matched: Sequence[Candidate], *, format: Format, topics: Collection[str]
) -> Target:
    """Choose the feed for the addresses of an earlier feed, with the stories `matched` to its entries.

    A feed of this site at the same path stays where it is. A topic named in the path is chosen if all stories have the
    topic, else the feed of everything.
    """
    if own := find_own_feed(urls):
        return Target(own)
    everything = FeedAddress(EVERYTHING, format)
    named = [slug for slug in _list_names(urls) if slug in topics]
    if not named:
        return Target(everything)
    topic = named[-1]
    lacking = sum(topic not in story.topics for story in matched)
    if matched and not lacking:
        return Target(make_target(f"/topics/{topic}", format=format, topics=topics))
    stories = f"{lacking} of its {len(matched)} articles lack the topic" if matched else "it has no article here"
    doubt = f"The address names the topic {topic}, but {stories}."
    return Target(everything, doubt, topic)


def find_known_target(
    urls: Sequence[str], known: Mapping[str, str], *, format: Format, topics: Collection[str]
) -> FeedAddress | None:
    """Return the feed that an earlier run has put at any of the URLs, on any host; None if there is none any more."""
    places = {split_former_url(url): path for url, path in reversed(list(known.items()))}
    for path in (places[place] for place in map(split_former_url, urls) if place in places):
        with suppress(AdoptionError):
            return make_target(path, format=format, topics=topics)
    return None


def make_target(path: str, *, format: Format, topics: Collection[str]) -> FeedAddress:
    """Return the feed at a path such as `/topics/ai`, with or without an extension.

    Raises:
        AdoptionError: the path is not that of a feed, or names a topic without articles.
    """
    has_extension = path.rpartition(".")[2] in set(Format)
    try:
        address = parse_address(unquote(path if has_extension else f"{path}.{format}"))
    except FeedsError:
        address = None
    if not isinstance(address, FeedAddress):
        raise AdoptionError(f"{path} is not a feed of this site; give a path such as /feed or /topics/ai.")
    names = address.query.topics.names if address.query.topics else ()
    if unknown := [name for name in names if name not in topics]:
        raise AdoptionError(f"No article has the topic {unknown[0]}; give another path, or write the topic first.")
    return address


def find_own_feed(urls: Sequence[str]) -> FeedAddress | None:
    """Return the feed of this site at the path of any of the URLs; aliases such as /feed.xml do not count."""
    for parts in map(urlsplit, urls):
        path = unquote(parts.path)
        try:
            address = None if is_alias(path) or parts.query else parse_address(path)
        except FeedsError:
            continue
        if isinstance(address, FeedAddress):
            return address
    return None


def find_page(urls: Sequence[str]) -> str:
    """Return the path of a page of this site among the URLs; empty if there is none."""
    for parts in map(urlsplit, urls):
        path = unquote(parts.path) or "/"
        try:
            address = None if is_alias(path) or parts.query else parse_address(path)
        except FeedsError:
            continue
        if address and not isinstance(address, FeedAddress):
            return path
    return ""


def _list_names(urls: Sequence[str]) -> list[str]:
    """Return the parts of the paths as slugs, the last one without an extension."""
    parts = [part for url in urls for part in unquote(urlsplit(url).path).split("/") if part]
    return [slugify(name) for part in parts for name in (part, part.rpartition(".")[0]) if name]
