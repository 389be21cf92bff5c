"""Plan what to write into `adopted.yaml`: the ids of matched entries, merged with those of earlier runs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

import msgspec

from feeds.articles.adopted_file import is_valid_id
from feeds.migrate.matching import Basis, Match
from feeds.migrate.old_feed import OldFeed
from feeds.model.adopted import MAX_ENTRIES, MAX_FEEDS, AdoptedFile, list_owners
from feeds.model.entry import AdoptedIds
from feeds.model.errors import AdoptionError
from feeds.model.feed import Format
from feeds.site.former_feeds import split_former_url
from feeds.site.urls import FeedAddress


class Outcome(StrEnum):
    """What happens to an entry of an earlier feed."""

    ADOPTED = "adopted"
    UNCONFIRMED = "unconfirmed"
    NO_ARTICLE = "no article"
    SEVERAL = "several articles"
    INVALID = "invalid id"
    OTHER_ID = "other id"
    OTHER_ARTICLE = "other article"


class MatchedFeed(msgspec.Struct, frozen=True):
    """An earlier feed, the matches of its entries, and the feed that answers at its addresses.

    A target that `is_chosen` by a person replaces the target of an earlier run.
    """

    feed: OldFeed
    matches: tuple[Match, ...]
    target: FeedAddress
    is_chosen: bool = False


class Row(msgspec.Struct, frozen=True):
    """The outcome for an entry."""

    match: Match
    outcome: Outcome


class Plan(msgspec.Struct, frozen=True):
    """The new content of the file, and the outcomes for each feed in order."""

    file: AdoptedFile
    rows: tuple[tuple[Row, ...], ...]


def make_plan(feeds: Sequence[MatchedFeed], known: AdoptedFile, *, accepts_titles: bool) -> Plan:
    """Add ids and addresses to the `known` ones, which all stay; with `accepts_titles`, also matches by title and date.

    An id is the id of the format in which the feed is served from now on. If all formats of a story have one id, it is
    the id in every format, also of formats without an earlier feed.

    Raises:
        AdoptionError: the file would have too many feeds or entries, or two feeds at one path.
    """
    planner = _Planner(known, accepts_titles=accepts_titles)
    rows = tuple(tuple(planner.add(feed)) for feed in feeds)
    addresses = {url: each.target.path for each in reversed(feeds) for url in each.feed.urls}
    chosen = {url: each.target.path for each in feeds if each.is_chosen for url in each.feed.urls}
    file = AdoptedFile(feeds={**addresses, **known.feeds, **chosen}, entries=planner.merge())
    _refuse_rivals(addresses, file.feeds)
    if len(file.feeds) > MAX_FEEDS or len(file.entries) > MAX_ENTRIES:
        raise AdoptionError(f"adopted.yaml takes at most {MAX_FEEDS} feeds and {MAX_ENTRIES:,} entries; adopt fewer.")
    return Plan(file, rows)


def _refuse_rivals(addresses: Iterable[str], feeds: Mapping[str, str]) -> None:
    """Refuse addresses with the path of another earlier feed for which another feed answers: the host decides nothing.

    Raises:
        AdoptionError: two feeds would have to answer at one path.
    """
    owners: dict[tuple[str, str], list[str]] = {}
    for url in feeds:
        owners.setdefault(split_former_url(url), []).append(url)
    for url in addresses:
        for other in owners[split_former_url(url)]:
            if feeds[other] != feeds[url]:
                raise AdoptionError(
                    f"{other} is answered by {feeds[other]}, so {feeds[url]} cannot answer at the same path, {url};"
                    f" give `--as {feeds[other]}`, or correct adopted.yaml."
                )


class _Planner:
    """The ids found so far, by URL of the story and format."""

    def __init__(self, known: AdoptedFile, *, accepts_titles: bool) -> None:
        self._known = known
        self._accepts_titles = accepts_titles
        self._owners = list_owners(known.entries)
        self._found: dict[str, dict[str, str]] = {}
        self._permalinks: dict[str, bool] = {}

    def add(self, feed: MatchedFeed) -> Iterator[Row]:
        """Add the ids of a feed, and give the outcome for each entry."""
        return (Row(match, self._add(match, feed.target.format)) for match in feed.matches)

    def _add(self, match: Match, format: Format) -> Outcome:
        story, id = match.story, match.entry.id
        if story is None:
            return Outcome.SEVERAL if match.basis is Basis.SEVERAL else Outcome.NO_ARTICLE
        if not is_valid_id(id, format):
            return Outcome.INVALID
        if match.basis is Basis.TITLE and not self._accepts_titles:
            return Outcome.UNCONFIRMED
        if self._owners.get(id, story.url) != story.url:
            return Outcome.OTHER_ARTICLE
        known = self._known.entries.get(story.url)
        present = (getattr(known, format) if known else "") or self._found.get(story.url, {}).get(format, id)
        if present != id:
            return Outcome.OTHER_ID
        self._owners[id] = story.url
        self._found.setdefault(story.url, {})[format] = id
        if format is Format.RSS and match.entry.is_permalink is not None:
            self._permalinks.setdefault(story.url, match.entry.is_permalink)
        return Outcome.ADOPTED

    def merge(self) -> dict[str, AdoptedIds]:
        """Return all ids by URL, the known ones first."""
        merged = dict(self._known.entries)
        for url, found in self._found.items():
            merged[url] = self._merge(url, merged.get(url), found)
        return merged

    def _merge(self, url: str, known: AdoptedIds | None, found: Mapping[str, str]) -> AdoptedIds:
        ids = set(found.values())
        if known is None and len(ids) == 1 and is_valid_id(next(iter(ids)), "every"):
            merged = AdoptedIds(every=next(iter(ids)))
        else:
            known = known or AdoptedIds()
            new = {format: id for format, id in found.items() if known.find(format) != id}
            merged = msgspec.structs.replace(known, **new)
        flag = self._permalinks.get(url)
        if flag is None or merged.is_permalink is not None or flag == (found.get(Format.RSS) == url):
            return merged
        return msgspec.structs.replace(merged, is_permalink=flag)
