"""Collect native fields, and remember where each comes from."""

from collections.abc import Iterable

import msgspec

from feeds.articles.dialects.field_finder import FoundField
from feeds.articles.field_problem import FieldProblem
from feeds.articles.parsed import TakenField
from feeds.articles.yaml_values import Path, Value
from feeds.model.errors import Level
from feeds.model.values import read_flag


class Translation(msgspec.Struct, frozen=True, kw_only=True):
    """Native fields, the paths of their origins in the post, the names of these origins, and problems of the post.

    The path of a value that comes from no field is empty.
    """

    fields: dict[str, Value]
    origins: dict[Path, Path]
    names: dict[str, str]
    problems: list[FieldProblem]
    taken: tuple[TakenField, ...]


class NativeFields:
    """The native fields of one post, while they are collected. `defaults` are names from the configuration."""

    def __init__(self, defaults: frozenset[str]) -> None:
        self.fields: dict[str, Value] = {}
        self.origins: dict[Path, Path] = {}
        self._names: dict[str, str] = {}
        self._problems: list[FieldProblem] = []
        self._taken: dict[str, str] = {}
        self._defaults = defaults

    @property
    def is_hidden(self) -> bool:
        """Whether the post is a draft or not published."""
        return is_true(self.fields.get("draft")) or not is_true(self.fields.get("published", "true"))

    def get_text(self, native: str) -> str:
        """Return the text of a native field; empty if there is none."""
        value = self.fields.get(native)
        return value if isinstance(value, str) else ""

    def take(self, native: str, value: Value, found: FoundField) -> None:
        """Take a value from a field."""
        self.fields[native] = value
        self.origins[native,] = found.path
        self.note(native, [found])

    def take_other(self, native: str, value: Value, place: str) -> None:
        """Take a value from a place that is not a field."""
        self.fields[native] = value
        self.origins[native,] = ()
        self._taken[native] = place

    def take_items(self, native: str, items: Iterable[tuple[Path, Value]], origins: Iterable[FoundField]) -> None:
        """Take a list whose items have paths of their own; an empty list takes nothing."""
        values: list[Value] = []
        for path, value in items:
            self.origins[native, len(values)] = path
            values.append(value)
        if values:
            self.fields[native] = values
            self.note(native, origins, other="names of folders")

    def note(self, native: str, origins: Iterable[FoundField], *, other: str = "") -> None:
        """Note the fields that a value was taken from; without any, `other` is the place."""
        names = [each.name for each in origins]
        if names:
            self._names[native] = names[0]
        places = [f"{name} (configuration)" if name in self._defaults else name for name in names]
        self._taken[native] = ", ".join(places) or other

    def report(self, code: str, message: str, *, at: Path = (), level: Level = Level.WARNING) -> None:
        """Add a problem with the value at a path in the post."""
        self._problems.append(FieldProblem(at, level, code, message))

    def finish(self) -> Translation:
        """Return everything that was taken."""
        return Translation(
            fields=self.fields,
            origins=self.origins,
            names=self._names,
            problems=self._problems,
            taken=tuple(TakenField(field, origin) for field, origin in self._taken.items()),
        )


def is_flag(value: Value) -> bool:
    """Return whether a value is true or false."""
    return isinstance(value, str) and read_flag(value.strip()) is not None


def is_true(value: Value) -> bool:
    """Return whether a value is true."""
    return isinstance(value, str) and read_flag(value.strip()) is True
