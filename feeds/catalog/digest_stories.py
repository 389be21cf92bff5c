"""Read the stories of digests: in the version at the time when the issue was closed, with their rank."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import Connection, Select, Table, literal, select

from feeds.catalog import schema
from feeds.catalog.rows import is_listed, write_numbers
from feeds.model.entry import DigestStory, decode_headline
from feeds.model.periods import Cycle

Story: TypeAlias = tuple[int, int, int, str, int]
"""The rank of a story, and the number: sorted, the best stories come first."""


class StoryReader:
    """Read the stories of a cycle's issues over one connection."""

    def __init__(self, connection: Connection, cycle: Cycle) -> None:
        self._connection = connection
        self._cycle = cycle
        self._closings = _Closings(connection)
        self._documents: dict[int, str] = {}

    def find_closing(self, issue: int) -> int | None:
        """Return the time when an issue was closed, in seconds; None if the issue is not closed."""
        return self._closings.find(self._cycle.list_days(issue)[-1])

    def find_open_issue(self) -> int:
        """Return the first issue that is not closed."""
        return self._cycle.find_issue(self._closings.end)

    def read(self, numbers: Mapping[int, Sequence[int]], *, with_documents: bool) -> dict[int, list[Story]]:
        """Return the stories among entries and former versions with these numbers, by issue.

        With `with_documents`, reading their headlines needs no further statement.
        """
        issues = {number: issue for issue, members in numbers.items() for number in members}
        closings = {issue: self.find_closing(issue) or 0 for issue in numbers}
        stories: defaultdict[int, list[Story]] = defaultdict(list)
        # One by one, and unpacked at once, because there may be thousands.
        for number, document, heat, quality, published, id, released, since, until in self._read_rows(
            list(issues), with_documents=with_documents
        ):
            issue = issues[number]
            closed = closings[issue]
            if released <= closed and since <= closed and (until is None or closed < until):
                rank = (1 if heat is None else -heat, 1 if quality is None else -quality, -published, id)
                stories[issue].append((*rank, number))
                if with_documents:
                    self._documents[number] = document
        return stories

    def read_headlines(self, numbers: Sequence[int]) -> dict[int, DigestStory]:
        """Return the headlines of entries and former versions, by number."""
        missing = [number for number in numbers if number not in self._documents]
        rows = self._read_rows(missing, with_documents=True)
        self._documents |= {number: document for number, document, *_ in rows}
        return {number: decode_headline(self._documents[number]) for number in numbers}

    def _read_rows(self, numbers: Sequence[int], *, with_documents: bool) -> Iterator[Sequence[Any]]:
        dialect = self._connection.dialect.name
        for table in (schema.entries, schema.former_versions):
            own = sorted(number for number in numbers if (number < 0) == (table is schema.former_versions))
            if own:
                found = _select(table, with_documents=with_documents, dialect=dialect)
                yield from self._connection.execute(found, {"numbers": write_numbers(own, dialect=dialect)}).all()


# Statements are built once: building costs as much as reading a hundred rows.
@cache
def _select(table: Table, *, with_documents: bool, dialect: str) -> Select[Any]:
    columns = table.c
    wanted = [columns[name] for name in ("peak_heat", "quality", "published", "id", "released", "since")]
    document = columns.document if with_documents else literal("")
    until = columns.until if table is schema.former_versions else columns.expires
    return select(columns.number, document, *wanted, until).where(is_listed(columns.number, "numbers", dialect=dialect))


_FACTS, _CLOSINGS = schema.facts.c, schema.closings.c
_CLOSED = select(_FACTS.name, _FACTS.value).where((_FACTS.name == "created") | (_FACTS.name == "closed"))
_TIMES = select(_CLOSINGS.day, _CLOSINGS.closed)


class _Closings:
    """The closing times of days."""

    def __init__(self, connection: Connection) -> None:
        known = {name: int(value) for name, value in connection.execute(_CLOSED)}
        self._created = known.get("created", 0)
        self.end = known.get("closed", 0)
        """The first day that is not closed."""

        self._times = {row.day: row.closed for row in connection.execute(_TIMES)}

    def find(self, day: int) -> int | None:
        """Return the closing time of a day, in seconds; None if the day is not closed."""
        return self._times.get(day, self._created) if day < self.end else None
