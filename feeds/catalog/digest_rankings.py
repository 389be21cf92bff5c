"""Rank the entries of digests when days are closed, so that a digest need not read the figures of all its entries.

A ranking is the order at the time of closing, and never changes. If a story is edited, reranked or withdrawn later, the
number of its former version takes the place of the entry's number. The digests of everything show the best stories of a
ranking, so the ranking has their headlines too, as they were at the time of closing.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any

from msgspec import json
from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, select

from feeds.catalog import schema
from feeds.catalog.rows import Record, RowWriter, is_listed, look_up, write_numbers
from feeds.catalog.search_index.numbers import DAYS, find_number_day, list_entry_numbers
from feeds.model.entry import DigestStory, decode_headline, decode_headlines, encode_headlines
from feeds.model.periods import MAX_STORIES, Cycle

_ENTRIES, _RANKINGS = schema.entries.c, schema.rankings.c
_BY_RANK = (
    func.coalesce(-_ENTRIES.peak_heat, 1),
    func.coalesce(-_ENTRIES.quality, 1),
    _ENTRIES.published.desc(),
    _ENTRIES.id,
)


def rank_issues(connection: Connection, *, since: int | None, before: int, committed: int) -> None:
    """Rank the issues that end with one of the days since `since` and before `before`, as of the time `committed`.

    Without `since`, rank the newest issues with stories, as many as a feed shows.
    """
    for cycle in Cycle:
        issues = range(cycle.find_issue(DAYS.start if since is None else since), cycle.find_issue(before))
        rankings = _rank(connection, cycle, issues, committed=committed)
        newest = islice(rankings, cycle.max_issues if since is None else None)
        RowWriter(connection).insert(schema.rankings, list(newest))


def _rank(connection: Connection, cycle: Cycle, issues: range, *, committed: int) -> Iterator[Record]:
    """Yield the rankings of issues, newest first, without issues without stories."""
    while (issue := _find_last_issue(connection, cycle, issues)) is not None:
        is_own = _lies_in(_list_numbers(cycle, range(issue, issue + 1)))
        found = select(_ENTRIES.number).where(is_own, _ENTRIES.released <= committed).order_by(*_BY_RANK)
        if numbers := list(connection.scalars(found)):
            headlines = encode_headlines(_read_headlines(connection, numbers[:MAX_STORIES]))
            yield {"cycle": cycle.value, "issue": issue, "numbers": _encode(numbers), "headlines": headlines}
        issues = range(issues.start, issue)


def _read_headlines(connection: Connection, numbers: Sequence[int]) -> list[DigestStory]:
    documents = look_up(connection, _ENTRIES.document, key=_ENTRIES.number, keys=numbers)
    return [decode_headline(documents[number]) for number in numbers]


def _find_last_issue(connection: Connection, cycle: Cycle, issues: range) -> int | None:
    """Return the newest of some issues with any entries."""
    if not issues:
        return None
    last = connection.scalar(select(func.max(_ENTRIES.number)).where(_lies_in(_list_numbers(cycle, issues))))
    return None if last is None else cycle.find_issue(find_number_day(last))


def _list_numbers(cycle: Cycle, issues: range) -> range:
    return list_entry_numbers(since=cycle.list_days(issues.start).start, before=cycle.list_days(issues.stop).start)


def _lies_in(numbers: range) -> ColumnElement[bool]:
    return _ENTRIES.number.between(numbers.start, numbers.stop - 1)


def replace_ranked(connection: Connection, cycle: Cycle, replaced: Mapping[int, Mapping[int, int]]) -> None:
    """Replace numbers in the rankings of issues; `replaced` maps each issue to the new numbers by old number."""
    records = [
        {"cycle": cycle.value, "issue": issue, "numbers": _encode(replaced[issue].get(each, each) for each in numbers)}
        for issue, numbers in read_rankings(connection, cycle, replaced).items()
    ]
    RowWriter(connection).update(schema.rankings, records)


def read_rankings(connection: Connection, cycle: Cycle, issues: Collection[int]) -> dict[int, list[int]]:
    """Return the numbers of the stories of issues, best first, by issue, without issues that have no ranking."""
    if not issues:
        return {}
    dialect = connection.dialect.name
    values = {"cycle": cycle.value, "issues": write_numbers(issues, dialect=dialect)}
    rows = connection.execute(_select_issues(dialect), values).all()
    return {issue: json.decode(numbers, type=list[int]) for issue, numbers in rows}


def find_oldest_ranked(connection: Connection, cycle: Cycle) -> int | None:
    """Return the oldest of the newest issues with a ranking, of as many as a feed shows; None without any."""
    oldest: int | None = connection.scalar(_OLDEST, {"cycle": cycle.value, "limit": cycle.max_issues})
    return oldest


def read_best(connection: Connection, cycle: Cycle, *, limit: int) -> dict[int, list[DigestStory]]:
    """Return the `MAX_STORIES` best stories of the newest `limit` issues, by issue; at most as many as a feed shows."""
    rows = connection.execute(_BEST, {"cycle": cycle.value, "limit": limit}).all()
    return {issue: decode_headlines(headlines) for issue, headlines in rows}


# Statements are built once: building costs as much as reading a hundred rows.
_RANKING = select(_RANKINGS.issue, _RANKINGS.numbers).where(_RANKINGS.cycle == bindparam("cycle"))
_NEWEST = select(_RANKINGS.issue).where(_RANKINGS.cycle == bindparam("cycle")).order_by(_RANKINGS.issue.desc())
_NEWEST = _NEWEST.limit(bindparam("limit"))
_OLDEST = select(func.min(_NEWEST.subquery().c.issue))
_BEST = select(_RANKINGS.issue, _RANKINGS.headlines).where(_RANKINGS.cycle == bindparam("cycle"))
_BEST = _BEST.order_by(_RANKINGS.issue.desc()).limit(bindparam("limit"))


@cache
def _select_issues(dialect: str) -> Select[Any]:
    return _RANKING.where(is_listed(_RANKINGS.issue, "issues", dialect=dialect))


def _encode(numbers: Iterable[int]) -> str:
    return json.encode(list(numbers)).decode()
