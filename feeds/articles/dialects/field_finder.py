"""Find the fields of a post by any of their names."""

from collections.abc import Iterable, Iterator

import msgspec

from feeds.articles.field_names import fold
from feeds.articles.yaml_values import Path, Value


class FoundField(msgspec.Struct, frozen=True):
    """A field of a post: its path in the front matter, and its value."""

    path: Path
    value: Value

    @property
    def name(self) -> str:
        """The name as authors write it in messages, such as `header.image`."""
        return ".".join(str(part) for part in self.path if isinstance(part, str))


class FieldFinder:
    """The fields of a post, by names without case, hyphens and underscores."""

    def __init__(self, fields: dict[str, Value]) -> None:
        self._fields = fields
        self._names = {fold(name): name for name in reversed(fields)}

    def find(self, name: str) -> FoundField | None:
        """Return the field with a name, with dots for fields inside mappings; None if it is absent or empty."""
        path: Path = ()
        value: Value = None
        inside, names = self._fields, self._names
        for part in name.split("."):
            key = names.get(fold(part))
            if key is None:
                return None
            path, value = (*path, key), inside[key]
            inside = value if isinstance(value, dict) else {}
            names = {fold(each): each for each in reversed(inside)}
        is_empty = not value or (isinstance(value, str) and not value.strip())
        return None if is_empty else FoundField(path, value)

    def find_all(self, names: Iterable[str]) -> Iterator[FoundField]:
        """Yield the fields that exist and are not empty, in the order of the names."""
        for name in names:
            if found := self.find(name):
                yield found


def is_secured(name: str) -> bool:
    """Return whether a name, with dots for fields inside mappings, may be that of a secret."""
    return any(fold(part.strip()) == "secured" for part in name.split("."))


def list_items(found: FoundField) -> Iterator[tuple[Path, Value]]:
    """Yield the items of a list with their paths, or a single value with the path of the field."""
    if isinstance(found.value, list):
        yield from (((*found.path, index), item) for index, item in enumerate(found.value) if item is not None)
    else:
        yield found.path, found.value
