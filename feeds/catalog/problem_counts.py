"""Read the problems of all article files, as the last collect found them, without reading the other files."""

from collections.abc import Iterator

import msgspec
from sqlalchemy import Connection, literal_column, select

from feeds.catalog import schema
from feeds.model.errors import Level, Problem

# A constant: SQLite uses an index of some rows only for a condition without parameters.
_PROBLEMS = select(schema.files.c.problems).where(schema.files.c.problems != literal_column("''"))
_DECODER = msgspec.json.Decoder(tuple[Problem, ...])


class ProblemCounts(msgspec.Struct, frozen=True):
    """The number of rejected files, and the number of warnings in all files."""

    rejected_files: int
    warnings: int


def count_problems(connection: Connection) -> ProblemCounts:
    """Count the problems of the current version of every file."""
    rejected = warnings = 0
    for problems in _read_problems(connection):
        rejected += any(problem.level is Level.ERROR for problem in problems)
        warnings += sum(problem.level is Level.WARNING for problem in problems)
    return ProblemCounts(rejected, warnings)


def list_problems(connection: Connection, level: Level, *, limit: int) -> list[Problem]:
    """List the first `limit` problems of a level by path and position."""
    found = (problem for problems in _read_problems(connection) for problem in problems if problem.level is level)
    return sorted(found)[:limit]


def _read_problems(connection: Connection) -> Iterator[tuple[Problem, ...]]:
    for document in connection.scalars(_PROBLEMS):
        yield _DECODER.decode(document)
