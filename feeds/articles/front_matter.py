"""Read the YAML front matter of a file as plain values, safely, and locate each value in the file.

libyaml parses YAML 1.1, with a schema of our own: every scalar stays the text that its author typed, except a plain
null. Tags are ignored. No message quotes a value, because the file holds a secret.
"""

import re
from collections.abc import Callable, Iterable
from typing import TypeAlias, cast

import msgspec
from yaml._yaml import CParser
from yaml.error import MarkedYAMLError
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)
from yaml.reader import ReaderError

from feeds.articles.secured import find_repeated_secret
from feeds.articles.source import Source, split_front_matter, wrap_yaml
from feeds.articles.yaml_errors import explain_yaml_error
from feeds.model.errors import ArticleError, Level, Problem

Value: TypeAlias = str | list["Value"] | dict[str, "Value"] | None
Path: TypeAlias = tuple[str | int, ...]
"""The keys and list indexes that lead to a value; () is the whole front matter."""

MAX_DEPTH = 50
MAX_NODES = 100_000

_NULLS = frozenset(("", "~", "null", "Null", "NULL"))

# The complement of what libyaml's reader accepts (reader.c, yaml_parser_update_buffer).
_REFUSED = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")

# The keys that messages may quote; any other key may be part of a secret.
_KNOWN_NAMES = (
    "_id aliases ampWebUrl authors cdnAmpWebUrl deleted description domain excerpt featuredContent heat height id"
    " images locale merged_into name originalUrl parent provider published publishedDateTime quality related removed"
    " renamed_from retired shortname successor title topics type updatedDateTime url webUrl width"
)
_KNOWN_KEYS = frozenset(_KNOWN_NAMES.split())

# libyaml reports these errors after the text that causes them, so messages point at the start of the text.
_LATE_PROBLEMS = frozenset(("found unexpected end of stream", "could not find expected ':'"))


class FrontMatter(msgspec.Struct, frozen=True):
    """The fields of one file, their source, and their problems. Values are shared; never modify a value."""

    source: Source
    fields: dict[str, Value]
    problems: tuple[Problem, ...] = ()


def load_front_matter(data: bytes, path: str) -> FrontMatter:
    """Read the front matter in a file's bytes.

    Raises:
        ArticleError: the file is not UTF-8, has no complete front matter, or its front matter is not a YAML mapping.
    """
    return _load(split_front_matter(data, path))


def load_yaml_mapping(data: bytes, path: str) -> FrontMatter:
    """Read the bytes of a file that holds only YAML.

    Raises:
        ArticleError: the file is not UTF-8, or not a YAML mapping.
    """
    return _load(wrap_yaml(data, path))


def _load(source: Source) -> FrontMatter:
    try:
        return FrontMatter(source, _compose(source))
    except ReaderError:
        source, warning = _strip_refused(source)
        return FrontMatter(source, _compose(source), (warning,))


def locate_values(source: Source, paths: Iterable[Path]) -> list[tuple[int, int]]:
    """Return the line and column in the file, both from 1, of the value at each of `paths`, in the same order.

    An absent value is located at the start of the closest value around, and the front matter itself at 1:1. The
    function parses the text again, and is meant for files with a problem to report.
    """
    starts: dict[Path, int] = {}
    parser = _open_parser(source.yaml)
    while not isinstance(event := parser(), StreamEndEvent):
        if isinstance(event, CollectionStartEvent):
            _record_starts(parser, event, (), starts=starts)
    return [_locate_value(source, starts, path) for path in paths]


def _compose(source: Source) -> dict[str, Value]:
    composer = _Composer(source.yaml)
    try:
        value = composer.compose()
        if composer.has_anchors:
            _refuse_repeated_secret(source.yaml)
    except MarkedYAMLError as error:
        raise _translate(source, error) from None
    except _RefusedError as error:
        raise source.make_error(error.index, error.code, message=error.message) from None
    if isinstance(value, dict):
        return value
    problem = "is empty" if value is None else "is not a mapping"
    message = f"The front matter {problem}; write each field on its own line as `key: value`."
    raise source.make_error(0, "not-a-mapping", message=message)


def _refuse_repeated_secret(yaml: str) -> None:
    if event := find_repeated_secret(_open_parser(yaml)):
        message = "Nothing may repeat a value of `secured`; remove the anchors (`&`) and aliases (`*`) around it."
        raise _RefusedError(event, "secured-repeated", message=message)


def _translate(source: Source, error: MarkedYAMLError) -> ArticleError:
    problem = error.problem or ""
    mark = (error.context_mark if problem in _LATE_PROBLEMS else None) or error.problem_mark or error.context_mark
    index = mark.index if mark else 0
    if _is_tab_indented(source.yaml, index):
        message = "YAML does not allow tabs as indentation; replace the tab with spaces."
        return source.make_error(index, "tab", message=message)
    return source.make_error(index, "yaml", message=explain_yaml_error(problem))


def _is_tab_indented(text: str, index: int) -> bool:
    line = text[text.rfind("\n", 0, index) + 1 : index + 1]
    return "\t" in line and not line.strip()


def _strip_refused(source: Source) -> tuple[Source, Problem]:
    first = _REFUSED.search(source.yaml)
    line, column = source.position(first.start() if first else 0)
    message = "Control characters are left out from here on; delete them."
    stripped = _REFUSED.sub("", source.yaml)
    text = source.text[: source.offset] + stripped + source.text[source.offset + len(source.yaml) :]
    warning = Problem(source.path, line, column, Level.WARNING, "control-character", message)
    return msgspec.structs.replace(source, yaml=stripped, text=text), warning


def _open_parser(yaml: str) -> Callable[[], Event]:
    # The parser returns None only after the end of the stream, and no caller reads further.
    return cast("Callable[[], Event]", CParser(yaml).get_event)


def _record_starts(parser: Callable[[], Event], event: Event, path: Path, *, starts: dict[Path, int]) -> None:
    if path and event.start_mark:
        starts[path] = event.start_mark.index
    if isinstance(event, MappingStartEvent):
        while isinstance(key := parser(), ScalarEvent):
            _record_starts(parser, parser(), (*path, key.value), starts=starts)
    elif isinstance(event, CollectionStartEvent):
        index = 0
        while not isinstance(item := parser(), SequenceEndEvent):
            _record_starts(parser, item, (*path, index), starts=starts)
            index += 1


def _locate_value(source: Source, starts: dict[Path, int], path: Path) -> tuple[int, int]:
    while path and path not in starts:
        path = path[:-1]
    return source.position(starts[path]) if path else (1, 1)


class _RefusedError(Exception):
    """Valid YAML that front matter may not contain."""

    def __init__(self, event: Event, code: str, *, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.index = event.start_mark.index if event.start_mark else 0


class _Composer:
    """Build plain values of bounded size from parser events, in half the time of building from nodes."""

    def __init__(self, yaml: str) -> None:
        self._next = _open_parser(yaml)
        self._nodes = 0
        # A repeated part counts each time, so a small text cannot become a large value.
        self._anchors: dict[str, tuple[Value, int] | None] = {}

    @property
    def has_anchors(self) -> bool:
        return bool(self._anchors)

    def compose(self) -> Value:
        self._next()
        if isinstance(self._next(), StreamEndEvent):
            return None
        value = self._compose_value(self._next(), 0)
        self._next()
        extra = self._next()
        if not isinstance(extra, StreamEndEvent):
            raise _RefusedError(extra, "yaml", message=explain_yaml_error("did not find expected <document start>"))
        return value

    def _compose_value(self, event: Event, depth: int) -> Value:
        if type(event) is ScalarEvent:
            value = None if event.value in _NULLS and event.implicit[0] else event.value
            if event.anchor is not None:
                self._anchors[event.anchor] = (value, 1)
            return value
        if isinstance(event, CollectionStartEvent):
            return self._compose_collection(event, depth)
        return self._repeat(cast("AliasEvent", event))

    def _compose_collection(self, event: CollectionStartEvent, depth: int) -> Value:
        if depth == MAX_DEPTH:
            message = f"Values are nested more than {MAX_DEPTH} levels deep; use fewer levels."
            raise _RefusedError(event, "too-deep", message=message)
        nodes_before = self._nodes
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        is_mapping = isinstance(event, MappingStartEvent)
        value = self._compose_mapping(depth + 1) if is_mapping else self._compose_list(depth + 1)
        self._count(event, len(value) + 1)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, self._nodes - nodes_before)
        return value

    def _compose_list(self, depth: int) -> list[Value]:
        result: list[Value] = []
        while type(event := self._next()) is not SequenceEndEvent:
            result.append(self._compose_value(event, depth))
        return result

    def _compose_mapping(self, depth: int) -> dict[str, Value]:
        result: dict[str, Value] = {}
        merged: dict[str, Value] = {}
        read = self._next
        while type(key := read()) is ScalarEvent:
            name = key.value
            if key.anchor is not None:
                self._anchors[key.anchor] = (name, 1)
            event = read()
            # Nearly all values are texts; a call for each text would add a tenth to the time for a file.
            value: Value
            if type(event) is ScalarEvent and event.anchor is None and event.value not in _NULLS:
                value = event.value
            else:
                value = self._compose_value(event, depth)
            if name == "<<" and key.implicit[0]:
                merged = self._merge(event, value) | merged
            elif name in result:
                key_name = f" `{name}`" if name in _KNOWN_KEYS else ""
                message = f"Duplicate key{key_name}; keep one."
                raise _RefusedError(key, "duplicate-key", message=message)
            else:
                result[name] = value
        if not isinstance(key, MappingEndEvent):
            message = "A key must be plain text; put a value that starts with `{`, `[` or `*` in double quotes."
            raise _RefusedError(key, "bad-key", message=message)
        return merged | result if merged else result

    def _merge(self, event: Event, value: Value) -> dict[str, Value]:
        merged: dict[str, Value] = {}
        for part in value if isinstance(value, list) else [value]:
            if not isinstance(part, dict):
                message = "`<<` repeats only mappings; use an alias of a mapping, or quote `<<` as a key."
                raise _RefusedError(event, "bad-merge", message=message)
            merged = part | merged
            self._count(event, len(part))
        return merged

    def _repeat(self, event: AliasEvent) -> Value:
        anchored = self._anchors.get(event.anchor or "")
        if anchored is None:
            message = "No complete value before this alias has its name; put the text in double quotes."
            raise _RefusedError(event, "bad-alias", message=message)
        value, nodes = anchored
        self._count(event, nodes)
        return value

    def _count(self, event: Event, nodes: int) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            message = f"The front matter has more than {MAX_NODES:,} values, including repeated values; shorten it."
            raise _RefusedError(event, "too-large", message=message)
