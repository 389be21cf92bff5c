"""Read what the page of a search shows: results in order, their number, and another search if there are too few."""

from collections.abc import Sequence
from datetime import datetime
from itertools import permutations

import msgspec

from feeds.catalog.reader import CatalogReader
from feeds.catalog.records import Topic
from feeds.model.clock import from_seconds
from feeds.model.format_times import FormatTimes
from feeds.model.query import MAX_ENTRIES, Query
from feeds.model.search import SearchTerm
from feeds.model.text_matches import TermMatcher
from feeds.model.topics import slugify
from feeds.settings import Settings
from feeds.site.feeds import FeedSnapshot, make_feed, read_heading
from feeds.site.nearest import NAMES, Name
from feeds.site.search_ranking import rank_by
from feeds.site.spelling import MAX_RARE, suggest_query
from feeds.site.titles import write_filters
from feeds.site.urls import Order, PageAddress
from feeds.translation.texts import find_texts

_MAX_NAME_TERMS = 3
_MAX_NEAR = 3
_MIN_SCORE = 0.7


class SearchPage(msgspec.Struct, frozen=True, kw_only=True):
    """The content of the page of a search.

    `snapshot` has the results in the order of the page, and the name of the search. `place` names the topics,
    publishers and filters that narrow the search; empty without any. `count` is the number of results, or of those
    counted if it `has_more`. `suggested` is a similar search that finds more. `topic` has the words of the search as
    its name; `near` are topics and publishers with similar names, if there are few results.
    """

    address: PageAddress
    snapshot: FeedSnapshot
    search: str
    place: str
    count: int
    has_more: bool
    matcher: TermMatcher
    suggested: Query | None
    topic: Topic | None
    near: Sequence[Name]

    @property
    def words(self) -> str:
        """The search for a sentence in which it has quotation marks, so a single phrase has none of its own."""
        is_phrase = len(self.matcher.terms) == 1 and self.search.startswith('"')
        return self.search.strip('"') if is_phrase else self.search

    @property
    def longer(self) -> PageAddress | None:
        """The page with as many results as a page may have; None if this page has them all, or as many."""
        is_longest = len(self.snapshot.feed.entries) in {self.count, MAX_ENTRIES}
        query = msgspec.structs.replace(self.address.query, limit=MAX_ENTRIES)
        return None if is_longest else msgspec.structs.replace(self.address, query=query)

    def sorted_by(self, order: Order) -> PageAddress:
        """Return the address of the same search in an order."""
        return msgspec.structs.replace(self.address, order=order)

    @property
    def everywhere(self) -> PageAddress | None:
        """The same search without what narrows it; None if nothing does."""
        return PageAddress(Query(search=self.address.query.search)) if self.place else None


def read_search(address: PageAddress, reader: CatalogReader, *, settings: Settings, now: datetime) -> SearchPage:
    """Read the page of a resolved query with a search, as of `now`.

    The page changes with the whole catalog: the number of results, and words of other entries, are part of it.
    """
    query = address.query
    selected = query.with_defaults(settings.defaults)
    matcher = TermMatcher(query.search.terms if query.search else (), reader.read_stemmer())
    rank = rank_by(matcher) if address.order is Order.BEST else None
    results = reader.results.read(selected, limit=query.limit or settings.limit, now=now, rank=rank)
    texts = find_texts(settings.language)
    slugs = _list_slugs(matcher.terms)
    topics = (reader.find_topic(slug, now=now) for slug in slugs if not (query.topics or query.providers))
    heading = read_heading(query, reader, texts=texts, now=now)
    feed = make_feed(query, heading, settings=settings, entries=results.entries)
    snapshot = FeedSnapshot(
        query=query,
        feed=msgspec.structs.replace(feed, query_string=query.query_string),
        name=heading.name,
        changed=FormatTimes.same(_find_change(reader, now=now)),
        is_full=len(results.entries) < results.count or results.has_more,
        scopes=_list_scopes(selected, slugs, count=results.count),
    )
    others = msgspec.structs.replace(query, search=None, limit=None)
    place = write_filters(others, texts=texts)
    if query.topics or query.providers:
        place = read_heading(others, reader, texts=texts, now=now).name
    return SearchPage(
        address=address,
        snapshot=snapshot,
        search=str(query.search or ""),
        place=place,
        count=results.count,
        has_more=results.has_more,
        matcher=matcher,
        suggested=suggest_query(query, reader, settings=settings, count=results.count, now=now),
        topic=next((topic for topic in topics if topic and topic.is_listed_at(now)), None),
        near=_find_near(matcher.terms, reader, now=now) if results.count <= MAX_RARE else (),
    )


def _find_change(reader: CatalogReader, *, now: datetime) -> datetime | None:
    """Return the time of the last change to the catalog, also one that only pages in order of figures show."""
    changed = reader.find_last_change(now=now)
    committed = int(reader.read_fact("committed") or 0)
    is_first = reader.read_state().version == 1  # a new catalog has the dates of its entries
    return changed if is_first or changed is None else max(changed, from_seconds(committed))


def _list_slugs(terms: Sequence[SearchTerm]) -> list[str]:
    """Return the slugs of topics with the words of a few terms as their name; a search has no order of terms."""
    if len(terms) > _MAX_NAME_TERMS or any(term.is_prefix for term in terms):
        return []
    orders = permutations(" ".join(term.words) for term in terms)
    return [slugify(" ".join(order)) for order in orders]


def _list_scopes(selected: Query, slugs: Sequence[str], *, count: int) -> tuple[str, ...]:
    """Return the scopes of the page: with few results, the page has words and names of the whole catalog."""
    return () if count <= MAX_RARE else (*selected.scopes, *(f"topics/{slug}" for slug in slugs))


def _find_near(terms: Sequence[SearchTerm], reader: CatalogReader, *, now: datetime) -> Sequence[Name]:
    text, names = " ".join(word for term in terms for word in term.words), NAMES.read(reader, now=now)
    near = [each for index in (names.topics, names.providers) for each in index.find(text, limit=_MAX_NEAR)]
    return [each.name for each in sorted(near, key=lambda each: -each.score) if each.score >= _MIN_SCORE][:_MAX_NEAR]
