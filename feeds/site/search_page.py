"""Read what the page of a search shows: results in order, their number, and another search if there are too few."""

from collections.abc import Sequence
from datetime import datetime
from itertools import permutations

import msgspec

from feeds.catalog.reader import CatalogReader
from feeds.model.clock import from_seconds
from feeds.model.format_times import FormatTimes
from feeds.model.query import Query
from feeds.model.search import SearchTerm
from feeds.model.text_matches import TermMatcher
from feeds.model.topics import slugify
from feeds.model.translation.texts import find_texts
from feeds.settings import Settings
from feeds.site.feeds import FeedSnapshot, make_feed, read_heading
from feeds.site.listed_names import NAMES
from feeds.site.nearest import Name
from feeds.site.search_ranking import rank_by
from feeds.site.search_view import SearchPage
from feeds.site.spelling import MAX_RARE, suggest_query
from feeds.site.titles import write_filters
from feeds.site.urls import Order, PageAddress

_MAX_NAME_TERMS = 3
_MAX_NEAR = 3
_MIN_SCORE = 0.7


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
