"""Summarise the totals of requests of a period: by day, by feed and by reader."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime

import msgspec

from feeds.catalog.request_totals import OTHER, DailyTotals
from feeds.model.clock import SECONDS_PER_DAY, find_day, from_seconds, to_seconds
from feeds.statistics.readers import BROWSER, UNNAMED

RECENT_DAYS = 7
"""How many days before the end of a period a stated number of subscribers counts: some aggregators rest for days."""

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
        return self.early > 0

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
    """Summarise totals by day; those outside the period are left out.

    Without `knows_conditions`, the source does not tell which requests had a validator.
    """
    inside = [each for each in totals if period.first <= each.day <= period.last]
    summariser = _Summariser(period, max_age_seconds=max_age_seconds, knows_conditions=knows_conditions)
    feeds = tuple(summariser.summarise_feed(feed, rows) for feed, rows in _group_by_feed(inside))
    readers = _merge_readers(reader for feed in feeds for reader in feed.readers)
    return Report(
        total=_add(feed.numbers for feed in feeds),
        days=tuple(_summarise_days(inside, period)),
        feeds=tuple(sorted(feeds, key=lambda each: (_rank(each.numbers), each.feed))),
        readers=readers,
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


class _Summariser:
    def __init__(self, period: Period, *, max_age_seconds: int, knows_conditions: bool) -> None:
        self._recent = period.last - RECENT_DAYS
        self._polls = SECONDS_PER_DAY // max_age_seconds + 1 if max_age_seconds else None
        self._knows_conditions = knows_conditions

    def summarise_feed(self, feed: str, rows: Sequence[DailyTotals]) -> FeedSummary:
        by_reader = defaultdict[str, list[DailyTotals]](list)
        for row in rows:
            by_reader[row.reader].append(row)
        readers = [self._summarise_reader(reader, its_rows) for reader, its_rows in by_reader.items()]
        return FeedSummary(feed, _add(each.numbers for each in readers), _sort_readers(readers))

    def _summarise_reader(self, reader: str, rows: Sequence[DailyTotals]) -> ReaderSummary:
        """Summarise the days of a reader of one feed, in order."""
        stated = [row for row in rows if row.totals.subscribers is not None]
        last = stated[-1] if stated and stated[-1].day > self._recent else None
        return ReaderSummary(
            reader,
            Numbers(
                (last.totals.subscribers or 0) if last else 0,
                sum(row.totals.requests for row in rows),
                sum(row.totals.not_modified for row in rows),
            ),
            unconditional=sum(row.totals.unconditional for row in rows) if self._knows_conditions else None,
            early=sum(self._count_early(requests) for row in rows for requests in row.requests_by_source),
            is_aggregator=bool(stated),
        )

    def _count_early(self, requests: int) -> int:
        """Return how many requests of a day are certainly too early: a day has room for so many ages, and one more."""
        return max(0, requests - self._polls) if self._polls is not None else 0


def _group_by_feed(rows: Iterable[DailyTotals]) -> Iterable[tuple[str, list[DailyTotals]]]:
    by_feed = defaultdict[str, list[DailyTotals]](list)
    for row in rows:
        by_feed[row.feed].append(row)
    return by_feed.items()


def _summarise_days(rows: Iterable[DailyTotals], period: Period) -> Iterable[DaySummary]:
    by_day = defaultdict[int, list[Numbers]](list)
    for row in rows:
        totals = row.totals
        by_day[row.day].append(Numbers(totals.subscribers or 0, totals.requests, totals.not_modified))
    for day in range(period.first, period.last + 1):
        yield DaySummary(from_seconds(day * SECONDS_PER_DAY).date(), _add(by_day.get(day, ())))


def _merge_readers(readers: Iterable[ReaderSummary]) -> tuple[ReaderSummary, ...]:
    by_name = defaultdict[str, list[ReaderSummary]](list)
    for reader in readers:
        by_name[reader.reader].append(reader)
    return _sort_readers(_merge_reader(name, each) for name, each in by_name.items())


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
