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
from feeds.catalog.search_index.full_text import read_numbers
from feeds.catalog.search_index.matching import make_conditions
from feeds.catalog.search_index.numbers import DAYS, find_number_day, list_entry_numbers, list_former_numbers
from feeds.model.clock import from_seconds
from feeds.model.entry import DigestStory
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
    stories: tuple[DigestStory, ...]


class NeighbouringDigest(msgspec.Struct, frozen=True):
    """The nearest issue with stories before or after another, and the time when it was closed."""

    issue: int
    closed: datetime


class IssueReading(msgspec.Struct, frozen=True):
    """A closed issue, perhaps without stories, and its neighbours with stories."""

    digest: Digest
    older: NeighbouringDigest | None
    newer: NeighbouringDigest | None


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
            chosen = self._choose(self._find_all(), limit=limit, max_stories=max_stories)
            headlines = self._stories.read_headlines([number for numbers in chosen.values() for number in numbers])
            stories = {issue: [headlines[number] for number in numbers] for issue, numbers in chosen.items()}
        return tuple(
            Digest(issue=issue, closed=self._find_closing(issue), stories=tuple(stories[issue]))
            for issue in sorted(stories, reverse=True)
        )

    def read_issue(self, issue: int, *, max_stories: int) -> IssueReading | None:
        """Read at most `max_stories` stories of one issue, however old; None for an issue that is not closed."""
        if self._stories.find_closing(issue) is None:
            return None
        found = self._find_between(range(issue, issue + 1))
        numbers = self._choose(found, limit=1, max_stories=max_stories).get(issue, [])
        headlines = self._stories.read_headlines(numbers)
        digest = Digest(issue, self._find_closing(issue), tuple(headlines[number] for number in numbers))
        return IssueReading(digest, older=self.find_older(issue), newer=self._find_newer(issue))

    def find_older(self, issue: int) -> NeighbouringDigest | None:
        """Return the newest issue with stories before an issue."""
        found = self._find_between(range(self._cycle.find_issue(DAYS.start), issue))
        return self._make_neighbour(self._choose(found, limit=1, max_stories=1))

    def _find_newer(self, issue: int) -> NeighbouringDigest | None:
        """Return the oldest issue with stories after an issue; search in ranges that double, because most are near."""
        start, size, end = issue + 1, 1, self._stories.find_open_issue()
        while start < end:
            issues = range(start, min(start + size, end))
            if chosen := self._choose(self._find_between(issues), limit=size, max_stories=1):
                return self._make_neighbour([min(chosen)])
            start, size = issues.stop, 2 * size
        return None

    def _make_neighbour(self, issues: Iterable[int]) -> NeighbouringDigest | None:
        return next((NeighbouringDigest(each, self._find_closing(each)) for each in issues), None)

    def _find_closing(self, issue: int) -> datetime:
        return from_seconds(self._stories.find_closing(issue) or 0)

    def _read_ranked(self, *, limit: int, max_stories: int) -> dict[int, Sequence[DigestStory]] | None:
        """Return the best stories of everything, by issue; None for a query with conditions, or with higher limits."""
        if self._condition.wanted or self._condition.unwanted:
            return None
        if limit > self._cycle.max_issues or max_stories > MAX_STORIES:
            return None
        best = read_best(self._connection, self._cycle, limit=limit)
        return {issue: headlines[:max_stories] for issue, headlines in best.items()}

    def _choose(self, candidates: Iterable[_Candidates], *, limit: int, max_stories: int) -> dict[int, list[int]]:
        """Choose the numbers of the best stories, best first, of the first issues with stories, by issue."""
        issues = groupby(candidates, key=_issue_of)
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
        first, last = self._cycle.find_issue(DAYS.start), self._cycle.find_issue(DAYS.stop)
        # A reader of issues sees the end of an issue by the next one.
        middle = last if oldest is None else max(oldest - 1, first)
        for issues in (range(middle, last), range(first, middle)):
            yield from self._find_between(issues)

    def _find_between(self, issues: range) -> Iterator[_Candidates]:
        """Yield the matching entries and former versions of each closed issue in a range, newest issue first."""
        first, end = (self._cycle.list_days(issue).start for issue in (issues.start, issues.stop))
        since, before = first if first > DAYS.start else None, min(max(end, DAYS.start), DAYS.stop)
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
