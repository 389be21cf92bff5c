"""Read digests: the best stories of each finished issue, in their versions at the time the issue was closed.

The first collect after the end of an issue closes the issue. If a story is edited, reranked or withdrawn later, the
catalog keeps the version from closing time among the former versions: a digest is the same on every reading.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from heapq import merge, nsmallest
from itertools import groupby, islice

import msgspec
from sqlalchemy import Connection

from feeds.catalog.digest_rankings import find_oldest_ranked, read_best, read_rankings
from feeds.catalog.digest_stories import Story, StoryReader
from feeds.catalog.search_index.finder import make_conditions, read_numbers
from feeds.catalog.search_index.numbers import DAYS, find_number_day, list_entry_numbers, list_former_numbers
from feeds.model.clock import from_seconds
from feeds.model.entry import Headline
from feeds.model.periods import MAX_STORIES, Cycle
from feeds.model.query import Query

DIGESTS = "digests"
"""The scope whose version changes whenever days are closed."""


class _Candidates(msgspec.Struct, frozen=True):
    """The numbers of entries, or of former versions, of an issue that match."""

    issue: int
    numbers: Sequence[int]


class Digest(msgspec.Struct, frozen=True):
    """The best stories of an issue, best first, and the time when the issue was closed."""

    issue: int
    closed: datetime
    stories: tuple[Headline, ...]


class DigestReader:
    """Read the digests of a query over one connection."""

    def __init__(self, connection: Connection, query: Query, *, cycle: Cycle) -> None:
        self._connection = connection
        self._condition = make_conditions(connection, query).match()
        self._cycle = cycle
        self._stories = StoryReader(connection, cycle)

    def read_newest(self, *, limit: int, max_stories: int) -> tuple[Digest, ...]:
        """Read the newest `limit` digests, each of at most `max_stories` stories; an issue without stories has none."""
        stories = self._read_ranked(limit=limit, max_stories=max_stories)
        if stories is None:
            chosen = self._choose(limit=limit, max_stories=max_stories)
            headlines = self._stories.read_headlines([number for numbers in chosen.values() for number in numbers])
            stories = {issue: [headlines[number] for number in numbers] for issue, numbers in chosen.items()}
        return tuple(
            Digest(
                issue=issue,
                closed=from_seconds(self._stories.find_closing(issue) or 0),
                stories=tuple(stories[issue]),
            )
            for issue in sorted(stories, reverse=True)
        )

    def _read_ranked(self, *, limit: int, max_stories: int) -> dict[int, Sequence[Headline]] | None:
        """Return the best stories of everything, by issue; None for a query with conditions, or with higher limits."""
        if self._condition.wanted or self._condition.unwanted:
            return None
        if limit > self._cycle.max_issues or max_stories > MAX_STORIES:
            return None
        best = read_best(self._connection, self._cycle, limit=limit)
        return {issue: headlines[:max_stories] for issue, headlines in best.items()}

    def _choose(self, *, limit: int, max_stories: int) -> dict[int, list[int]]:
        """Choose the numbers of the best stories, best first, of the newest issues with stories, by issue."""
        issues = groupby(self._find_all(), key=_issue_of)
        chosen: dict[int, list[int]] = {}
        while len(chosen) < limit and (batch := [list(parts) for _, parts in islice(issues, limit - len(chosen))]):
            stories = self._read_best([part for parts in batch for part in parts], max_stories=max_stories)
            for issue, found in stories.items():
                chosen[issue] = [number for *_, number in nsmallest(max_stories, found)]
        return chosen

    def _find_all(self) -> Iterator[_Candidates]:
        """Yield the matching entries and former versions of each closed issue, newest issue first.

        The issues that a feed of everything shows are searched first: more issues are seldom needed.
        """
        oldest = find_oldest_ranked(self._connection, self._cycle)
        # A reader of issues sees the end of an issue by the next one.
        first = DAYS.stop if oldest is None else max(self._cycle.list_days(oldest - 1).start, DAYS.start + 1)
        for since, before in ((first, DAYS.stop), (None, first)):
            entries = list_entry_numbers(since=since, before=before)
            former_versions = list_former_numbers(since=since, before=before)
            yield from merge(self._find(entries), self._find(former_versions), key=_issue_of, reverse=True)

    def _find(self, numbers: range) -> Iterator[_Candidates]:
        """Yield the matching numbers of each closed issue, newest issue first."""
        pages = read_numbers(self._connection, self._condition, numbers=numbers)
        for issue, parts in groupby(self._split(pages), key=_issue_of):
            if self._stories.find_closing(issue) is not None:
                yield _Candidates(issue, [number for part in parts for number in part.numbers])

    def _split(self, pages: Iterable[Sequence[int]]) -> Iterator[_Candidates]:
        """Split lists of numbers, newest first, into issues."""
        for page in pages:
            start = 0
            while start < len(page):
                issue = self._cycle.find_issue(find_number_day(page[start]))
                oldest = list_entry_numbers(since=self._cycle.list_days(issue).start).start
                end = bisect_right(page, -oldest, start, key=lambda number: -abs(number))
                yield _Candidates(issue, page[start:end])
                start = end

    def _read_best(self, candidates: Sequence[_Candidates], *, max_stories: int) -> Mapping[int, Sequence[Story]]:
        """Read at least the best stories of each issue, in any order, by issue."""
        found: defaultdict[int, list[int]] = defaultdict(list)
        for each in candidates:
            found[each.issue] += each.numbers
        # The order of a few numbers does not matter.
        best = {issue: numbers for issue, numbers in found.items() if len(numbers) <= max_stories}
        others = {issue: set(numbers) for issue, numbers in found.items() if issue not in best}
        for issue, ranking in read_rankings(self._connection, self._cycle, others).items():
            best[issue] = list(islice((number for number in ranking if number in others[issue]), max_stories))
        unranked = {issue: found[issue] for issue in others if issue not in best}
        return _join(self._stories.read(best, with_documents=True), self._stories.read(unranked, with_documents=False))


def _join(*stories: Mapping[int, Sequence[Story]]) -> dict[int, list[Story]]:
    joined: defaultdict[int, list[Story]] = defaultdict(list)
    for each in stories:
        for issue, found in each.items():
            joined[issue] += found
    return joined


def _issue_of(candidates: _Candidates) -> int:
    return candidates.issue
