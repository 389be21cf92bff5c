"""Keep the former versions of entries that closed digests show, and no others."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from feeds.catalog import schema
from feeds.catalog.digest_rankings import replace_ranked
from feeds.catalog.facts import read_fact
from feeds.catalog.rows import Record, RowWriter, look_up
from feeds.catalog.search_index.entry_words import index_words
from feeds.catalog.search_index.numbers import NumberAllocator
from feeds.catalog.stored import Replacement, make_record
from feeds.model.clock import find_day
from feeds.model.entry import Entry, decode_entry
from feeds.model.periods import Cycle


class FormerVersionWriter:
    """Write former versions over a connection, before the current commit closes any days."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows = RowWriter(connection)
        self._numbers = NumberAllocator(connection, schema.former_versions)
        self._closings: dict[int, int] = {}
        self._end = int(read_fact(connection, "closed") or 0)
        self._created = int(read_fact(connection, "created") or 0)

    def write(self, replacements: Sequence[Replacement]) -> None:
        """Keep the versions that were shown when a day or week with their date was closed."""
        self._closings |= self._read_closings(replacements)
        rows: list[tuple[Record, Entry]] = []
        replaced: defaultdict[tuple[Cycle, int], dict[int, int]] = defaultdict(dict)
        for each in replacements:
            if issues := self._list_issues(each):
                number = self._numbers.allocate(each.before.published)
                record = make_record(each.before, number=number, until=each.until, document=each.document)
                rows.append((record, decode_entry(each.document)))
                for issue in issues:
                    replaced[issue][each.before.number] = number
        names = schema.former_versions.columns.keys()
        self._rows.insert(schema.former_versions, [{name: record[name] for name in names} for record, _ in rows])
        index_words(self._connection, rows)
        for cycle in Cycle:
            of_cycle = {issue: numbers for (each, issue), numbers in replaced.items() if each is cycle}
            replace_ranked(self._connection, cycle, of_cycle)

    def _list_issues(self, replacement: Replacement) -> list[tuple[Cycle, int]]:
        """Return the closed issues that may show the replaced version."""
        before = replacement.before
        issues = [(cycle, cycle.find_issue(find_day(before.published))) for cycle in Cycle]
        closings = [self._closings.get(cycle.list_days(issue)[-1]) for cycle, issue in issues]
        return [
            issue
            for issue, closed in zip(issues, closings, strict=True)
            if closed is not None and before.released <= closed and before.since <= closed < replacement.until
        ]

    def _read_closings(self, replacements: Sequence[Replacement]) -> Mapping[int, int]:
        """Return the closing times of closed days that end issues; the first collect closed all earlier days."""
        days = {find_day(each.before.published) for each in replacements}
        last_days = {cycle.list_days(cycle.find_issue(day))[-1] for day in days for cycle in Cycle}
        closed = {day for day in last_days if day < self._end} - self._closings.keys()
        closings = schema.closings.c
        found = look_up(self._connection, closings.closed, key=closings.day, keys=closed)
        return {day: found.get(day, self._created) for day in closed}
