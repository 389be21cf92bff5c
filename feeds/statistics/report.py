"""Summarise the totals of requests of a period: by day, by feed and by reader."""

import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime

import msgspec

from feeds.catalog.request_totals import OTHER, DailyTotals
from feeds.model.clock import SECONDS_PER_DAY, find_day, from_seconds, to_seconds
from feeds.statistics.readers import BROWSER, UNNAMED

RECENT_DAYS = 7
"""How many days before the end of a period a stated number of subscribers counts: some aggregators rest for days."""

MAX_PAIRS = 20_000
"""The maximum number of pairs of a feed and a reader in a report; the others are counted together."""

SUSPICIOUS_REQUESTS = 10
"""The number of requests from which a reader that never sends a validator is said to ignore 304."""


class Period(msgspec.Struct, frozen=True):
    """Whole days in UTC, counted from 1970-01-01; both ends are included."""

    first: int
    last: int

    @classmethod
    def ending_at(cls, now: datetime, *, days: int) -> "Period":
        """Return the period of so many days that ends with the day of an aware datetime."""
        return cls.ending_on(find_day(to_seconds(now)), days=days)

    @classmethod
    def ending_on(cls, day: int, *, days: int) -> "Period":
        """Return the period of so many days that ends with a day."""
        return cls(day - days + 1, day)


class Numbers(msgspec.Struct, frozen=True):
    """Numbers of requests and subscribers; `subscribers` is 0 if nobody states a number."""

    subscribers: int = 0
    requests: int = 0
    not_modified: int = 0

    @property
    def not_modified_share(self) -> float:
        """The share of answers 304, from 0 to 1."""
        return self.not_modified / self.requests if self.requests else 0.0


class ReaderSummary(msgspec.Struct, frozen=True):
    """A reader in a period: of one feed, or of all.

    `unconditional` are requests without a validator; None if the source does not tell. `early` is the lowest possible
    number of requests before `max-age` had passed since the last request; only for aggregators, because a
    program of several people looks like one reader.
    """

    reader: str
    numbers: Numbers
    unconditional: int | None
    early: int
    is_aggregator: bool

    @property
    def ignores_304(self) -> bool:
        """Whether the reader has never sent a validator in many requests."""
        is_program = self.reader not in {OTHER, BROWSER, UNNAMED}
        is_often = self.numbers.requests >= SUSPICIOUS_REQUESTS
        return is_program and is_often and self.unconditional == self.numbers.requests

    @property
    def ignores_max_age(self) -> bool:
        """Whether an aggregator has asked for a feed more often than `max-age` allows."""
        return self.early > 0 and self.reader != OTHER

    @property
    def remarks(self) -> list[str]:
        """What this reader does wrong, in a few words."""
        return ["ignores 304"] * self.ignores_304 + ["ignores max-age"] * self.ignores_max_age


class FeedSummary(msgspec.Struct, frozen=True):
    """A feed in a period, with its readers."""

    feed: str
    numbers: Numbers
    readers: tuple[ReaderSummary, ...]


class DaySummary(msgspec.Struct, frozen=True):
    """A day with the numbers of all feeds; `subscribers` are those stated on this day."""

    day: date
    numbers: Numbers


class Report(msgspec.Struct, frozen=True):
    """The statistics of a period: all its days in order; feeds and readers, those with the most subscribers first."""

    total: Numbers
    days: tuple[DaySummary, ...]
    feeds: tuple[FeedSummary, ...]
    readers: tuple[ReaderSummary, ...]


def make_report(
    totals: Iterable[DailyTotals], period: Period, *, max_age_seconds: int, knows_conditions: bool = True
) -> Report:
    """Summarise totals in order of days; those outside the period are left out.

    Without `knows_conditions`, the source does not tell which requests had a validator.
    """
    days = defaultdict[int, _Sum](_Sum)
    pairs = defaultdict[tuple[str, str], _Sum](_Sum)
    requests_per_day = SECONDS_PER_DAY // max_age_seconds + 1 if max_age_seconds else sys.maxsize
    for row in totals:
        if period.first <= row.day <= period.last:
            early = sum(max(0, requests - requests_per_day) for requests in row.requests_by_source)
            days[row.day].add(row, early=early, is_recent=True)
            pair = row.feed, row.reader
            if pair not in pairs and len(pairs) >= MAX_PAIRS:
                pair = OTHER, OTHER
            pairs[pair].add(row, early=early, is_recent=row.day > period.last - RECENT_DAYS)
    readers = [
        (feed, _summarise_reader(reader, total, knows_conditions=knows_conditions))
        for (feed, reader), total in pairs.items()
    ]
    feeds = [_summarise_feed(feed, its_readers) for feed, its_readers in _group(readers).items()]
    by_name = _group((reader.reader, reader) for _, reader in readers)
    return Report(
        total=_add(feed.numbers for feed in feeds),
        days=tuple(_summarise_day(day, days.get(day)) for day in range(period.first, period.last + 1)),
        feeds=tuple(sorted(feeds, key=lambda each: (_rank(each.numbers), each.feed))),
        readers=_sort_readers(_merge_reader(name, each) for name, each in by_name.items()),
    )


def show_report(report: Report) -> dict[str, object]:
    """Return a report as JSON objects, with conclusions about each reader."""
    return {
        "first_day": report.days[0].day,
        "last_day": report.days[-1].day,
        **_show_numbers(report.total),
        "days": [{"day": each.day, **_show_numbers(each.numbers)} for each in report.days],
        "feeds": [
            {"feed": each.feed, **_show_numbers(each.numbers), "readers": list(map(_show_reader, each.readers))}
            for each in report.feeds
        ],
        "readers": list(map(_show_reader, report.readers)),
    }


def _show_numbers(numbers: Numbers) -> dict[str, object]:
    return {**msgspec.structs.asdict(numbers), "not_modified_share": round(numbers.not_modified_share, 4)}


def _show_reader(reader: ReaderSummary) -> dict[str, object]:
    return {
        "reader": reader.reader,
        **_show_numbers(reader.numbers),
        "unconditional": reader.unconditional,
        "early": reader.early if reader.is_aggregator else None,
        "ignores_304": reader.ignores_304 if reader.unconditional is not None else None,
        "ignores_max_age": reader.ignores_max_age if reader.is_aggregator else None,
    }


class _Sum:
    """Adds up totals: of a feed and reader day by day, or of all feeds and readers of a day."""

    __slots__ = ("early", "is_aggregator", "last_day", "not_modified", "requests", "subscribers", "unconditional")

    def __init__(self) -> None:
        self.requests = self.not_modified = self.unconditional = self.early = self.subscribers = 0
        self.is_aggregator = False
        self.last_day = -1

    def add(self, row: DailyTotals, *, early: int, is_recent: bool) -> None:
        """Add totals in order of days; of subscribers, the last day counts if it `is_recent`."""
        totals = row.totals
        self.requests += totals.requests
        self.not_modified += totals.not_modified
        self.unconditional += totals.unconditional
        self.early += early
        if totals.subscribers is not None:
            self.is_aggregator = True
            if is_recent:
                before = self.subscribers if row.day == self.last_day else 0
                self.subscribers, self.last_day = before + totals.subscribers, row.day

    @property
    def numbers(self) -> Numbers:
        return Numbers(self.subscribers, self.requests, self.not_modified)


def _summarise_reader(reader: str, total: _Sum, *, knows_conditions: bool) -> ReaderSummary:
    unconditional = total.unconditional if knows_conditions else None
    return ReaderSummary(reader, total.numbers, unconditional, total.early, total.is_aggregator)


def _summarise_feed(feed: str, readers: Sequence[ReaderSummary]) -> FeedSummary:
    return FeedSummary(feed, _add(each.numbers for each in readers), _sort_readers(readers))


def _summarise_day(day: int, total: _Sum | None) -> DaySummary:
    return DaySummary(from_seconds(day * SECONDS_PER_DAY).date(), total.numbers if total else Numbers())


def _group(readers: Iterable[tuple[str, ReaderSummary]]) -> dict[str, list[ReaderSummary]]:
    groups = defaultdict[str, list[ReaderSummary]](list)
    for name, reader in readers:
        groups[name].append(reader)
    return groups


def _merge_reader(name: str, readers: Sequence[ReaderSummary]) -> ReaderSummary:
    known = [each.unconditional for each in readers if each.unconditional is not None]
    return ReaderSummary(
        name,
        _add(each.numbers for each in readers),
        unconditional=sum(known) if known else None,
        early=sum(each.early for each in readers),
        is_aggregator=any(each.is_aggregator for each in readers),
    )


def _sort_readers(readers: Iterable[ReaderSummary]) -> tuple[ReaderSummary, ...]:
    return tuple(sorted(readers, key=lambda each: (_rank(each.numbers), each.reader)))


def _rank(numbers: Numbers) -> tuple[int, int]:
    return -numbers.subscribers, -numbers.requests


def _add(numbers: Iterable[Numbers]) -> Numbers:
    each = list(numbers)
    return Numbers(
        sum(one.subscribers for one in each), sum(one.requests for one in each), sum(one.not_modified for one in each)
    )
