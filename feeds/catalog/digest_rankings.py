"""Rank the entries of digests when days are closed, so that a digest need not read the figures of all its entries.

A ranking is the order at the time of closing, and never changes. If a story is edited, reranked or withdrawn later, the
number of its former version takes the place of the entry's number.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any

from msgspec import json
from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, select

from feeds.catalog import schema
from feeds.catalog.rows import Record, RowWriter, Stored, is_listed, write_numbers
from feeds.catalog.search_index.numbers import DAYS, find_number_day, list_entry_numbers
from feeds.model.periods import Cycle

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
            yield {"cycle": cycle.value, "issue": issue, "numbers": _encode(numbers)}
        issues = range(issues.start, issue)


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
    return dict(_decode(connection.execute(_select_issues(dialect), values).all()))


def read_newest_rankings(connection: Connection, cycle: Cycle) -> list[tuple[int, list[int]]]:
    """Return the newest issues with a ranking, newest first, and the ranked numbers."""
    # One more than a feed shows, because a reader of issues looks at the next one.
    values = {"cycle": cycle.value, "limit": cycle.max_issues + 1}
    return list(_decode(connection.execute(_NEWEST, values).all()))


# Statements are built once: building costs as much as reading a hundred rows.
_RANKING = select(_RANKINGS.issue, _RANKINGS.numbers).where(_RANKINGS.cycle == bindparam("cycle"))
_NEWEST = _RANKING.order_by(_RANKINGS.issue.desc()).limit(bindparam("limit"))


@cache
def _select_issues(dialect: str) -> Select[Any]:
    return _RANKING.where(is_listed(_RANKINGS.issue, "issues", dialect=dialect))


def _encode(numbers: Iterable[int]) -> str:
    return json.encode(list(numbers)).decode()


def _decode(rows: Iterable[Stored]) -> Iterator[tuple[int, list[int]]]:
    return ((issue, json.decode(numbers, type=list[int])) for issue, numbers in rows)
