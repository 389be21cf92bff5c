"""Put into words the problems that lie between files, and write problems for people, programs and GitHub."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec

from feeds.model.errors import Level, Problem


class ReportFormat(StrEnum):
    """The ways to write a list of problems."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


def describe_duplicates(url: str, paths: Sequence[str]) -> list[Problem]:
    """Report published articles that have one address: all but the first of `paths`."""
    first, *others = paths
    message = f"this article has the same address as {first} ({url}), so the two make one entry; remove one"
    return [Problem(path, 1, 1, Level.WARNING, "duplicate-url", message) for path in others]


def describe_clash(key: str, slug: str, *, path: str) -> Problem:
    """Report a topic whose own slug is another topic's; `path` is a file that names it."""
    message = f"the topic “{key}” would have the same address as another one, so its is /topics/{slug}; rename one"
    return Problem(path, 1, 1, Level.WARNING, "topic-clash", message)


def write_report(problems: Iterable[Problem], format: ReportFormat) -> str:
    """Write problems as lines `path:line:column: level code message`, a JSON list, or GitHub's workflow commands.

    See https://docs.github.com/actions/reference/workflow-commands-for-github-actions for the last.
    """
    printable = [make_printable(problem) for problem in problems]
    match format:
        case ReportFormat.JSON:
            return msgspec.json.format(msgspec.json.encode(printable), indent=2).decode()
        case ReportFormat.GITHUB:
            return "\n".join(_write_github(problem) for problem in printable)
        case ReportFormat.TEXT:
            return "\n".join(str(problem) for problem in printable)


def make_printable(problem: Problem) -> Problem:
    """Write control characters and bytes that are not UTF-8 as escapes: a file's name may hold anything but a slash."""
    return msgspec.structs.replace(
        problem, path=_escape_controls(problem.path), message=_escape_controls(problem.message)
    )


def _escape_controls(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)


def _write_github(problem: Problem) -> str:
    file, title = _escape_property(problem.path), _escape_property(problem.code)
    place = f"file={file},line={problem.line},col={problem.column}"
    return f"::{problem.level} {place},title={title}::{_escape(problem.message)}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
