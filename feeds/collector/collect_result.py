"""Describe the result and the progress of a collect."""

from collections.abc import Callable

import msgspec

from feeds.model.errors import Problem

Progress = Callable[[int, int], object]
"""A callback that gets the number of files read and the number of files to read."""


class CollectResult(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a collect.

    `read`, `files_unchanged` and `files_removed` count article files: parsed, unchanged, and deleted since the last
    collect. `rejected` counts the files with a rejected current version, and `problems` lists the problems of the
    current version of every file, by path. These figures cover only the files to collect. `added`, `changed`,
    `withdrawn` and `unchanged` count the entries of the whole catalog. `scopes` name the feeds with a visible change.
    `settings` are the settings that feeds show with other values than before: the values before and now, by
    name; empty for the default value.
    `seconds` holds the duration of each phase.
    """

    read: int
    files_unchanged: int
    files_removed: int
    rejected: int
    added: int
    changed: int
    withdrawn: int
    unchanged: int
    problems: tuple[Problem, ...]
    scopes: frozenset[str]
    version: int
    settings: dict[str, tuple[str, str]]
    seconds: dict[str, float]
