"""Define the content of the page of a search."""

from collections.abc import Sequence

import msgspec

from feeds.catalog.records import Topic
from feeds.model.query import MAX_ENTRIES, Query
from feeds.model.text_matches import TermMatcher
from feeds.site.feeds import FeedSnapshot
from feeds.site.nearest import Name
from feeds.site.urls import Order, PageAddress


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
