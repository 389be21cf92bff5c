"""Write lists of problems as text, as JSON, or as GitHub workflow commands."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path

import msgspec

from feeds.model.errors import Level, Problem
from feeds.model.text import escape_controls


class ReportFormat(StrEnum):
    """The formats of a list of problems."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


class TakenFields(msgspec.Struct, frozen=True):
    """The address of a post in the shape of another tool, its fields, and where each was taken from."""

    path: str
    address: str
    fields: dict[str, str]


def write_report(
    problems: Iterable[Problem], format: ReportFormat, *, others: Mapping[str, object] | None = None
) -> str:
    """Write problems as lines `path:line:column: level code message`, as JSON, or as GitHub workflow commands.

    The JSON object also has the numbers of errors and warnings, after `others`.
    See https://docs.github.com/actions/reference/workflow-commands-for-github-actions.
    """
    printable = [make_printable(problem) for problem in problems]
    match format:
        case ReportFormat.JSON:
            levels = Counter(problem.level for problem in printable)
            numbers = {"errors": levels[Level.ERROR], "warnings": levels[Level.WARNING]}
            report = {**(others or {}), **numbers, "problems": printable}
            return msgspec.json.format(msgspec.json.encode(report), indent=2).decode()
        case ReportFormat.GITHUB:
            return "\n".join(_write_github(problem) for problem in printable)
        case ReportFormat.TEXT:
            return "\n".join(str(problem) for problem in printable)


def make_printable(problem: Problem) -> Problem:
    """Escape control characters and bytes outside UTF-8: a file name may contain anything except a slash."""
    return msgspec.structs.replace(
        problem, path=escape_controls(problem.path), message=escape_controls(problem.message)
    )


def escape_taken(post: TakenFields) -> TakenFields:
    """Escape control characters and bytes outside UTF-8 in the texts about a post."""
    fields = {field: escape_controls(origin) for field, origin in post.fields.items()}
    return TakenFields(escape_controls(post.path), escape_controls(post.address), fields)


def _write_github(problem: Problem) -> str:
    file, title = _escape_property(_shorten(problem.path)), _escape_property(problem.code)
    position = f"file={file},line={problem.line},col={problem.column}"
    return f"::{problem.level} {position},title={title}::{_escape(problem.message)}"


def _shorten(path: str) -> str:
    """Return a path below the current folder as GitHub names the file: without the folder, and without `./`."""
    return os.path.normpath(path).removeprefix(f"{Path.cwd()}/")


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
