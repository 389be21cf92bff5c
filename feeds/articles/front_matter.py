"""Read the front matter of a file as plain values, safely, and locate each value in the file.

libyaml parses YAML 1.1, with a schema of our own: every scalar stays the text that its author typed, except a plain
null. Tags are ignored. TOML becomes values of the same kinds. No message quotes a value, because the file holds a
secret.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import msgspec
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import CollectionStartEvent, Event, MappingStartEvent, ScalarEvent, SequenceEndEvent, StreamEndEvent
from yaml.reader import ReaderError

from feeds.articles.field_names import KNOWN_NAMES, SILENT_NAMES
from feeds.articles.libyaml_messages import REFUSED_ESCAPE, explain_yaml_error
from feeds.articles.secured import find_repeated_secret
from feeds.articles.source import Source, Syntax, split_front_matter, wrap_yaml
from feeds.articles.surrogates import has_surrogate_pairs, join_surrogate_pairs
from feeds.articles.toml_values import RefusedTomlError, find_toml_starts, parse_toml
from feeds.articles.yaml_comments import find_cut_texts, may_cut_texts
from feeds.articles.yaml_values import AT_KEY, Composer, Path, RefusedError, Value, open_parser
from feeds.model.errors import ArticleError, Level, Problem

_MAX_CUT_TEXTS = 50

# The complement of what libyaml's reader accepts (reader.c, yaml_parser_update_buffer).
_REFUSED = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")

# libyaml reports these errors after the text that causes them, so messages point at the start of the text.
_LATE_PROBLEMS = frozenset(("found unexpected end of stream", "could not find expected ':'"))


class FrontMatter(msgspec.Struct, frozen=True):
    """The fields of one file, their source, and their problems. Values are shared; never modify a value."""

    source: Source
    fields: dict[str, Value]
    problems: tuple[Problem, ...] = ()
    has_unknown_names: bool = False


def load_front_matter(data: bytes, path: str, *, may_be_empty: bool = False) -> FrontMatter:
    """Read the front matter in a file's bytes; without fields, it is an error unless it `may_be_empty`.

    Raises:
        ArticleError: the file is not UTF-8, has no complete front matter, or its front matter is not a mapping.
    """
    source = split_front_matter(data, path)
    if may_be_empty and not source.yaml.strip():
        return FrontMatter(source, {})
    return _load_toml(source) if source.syntax is Syntax.TOML else _load(source)


def load_yaml_mapping(data: bytes, path: str) -> FrontMatter:
    """Read the bytes of a file that holds only YAML.

    Raises:
        ArticleError: the file is not UTF-8, or not a YAML mapping.
    """
    return _load(wrap_yaml(data, path))


def _load_toml(source: Source) -> FrontMatter:
    try:
        fields = parse_toml(source.yaml)
    except RefusedTomlError as error:
        raise source.make_error(error.index, error.code, message=error.message) from None
    if not fields:
        message = "The front matter is empty; write each field on its own line as `key = value`."
        raise source.make_error(0, "not-a-mapping", message=message)
    return FrontMatter(source, fields, has_unknown_names=True)


def _load(source: Source) -> FrontMatter:
    try:
        return _compose(source)
    except YAMLError as error:
        if not _is_repairable(error, source):
            raise _translate(source, error) from None
    source, warnings = _strip_refused(source)
    try:
        source = join_surrogate_pairs(source)
        return _compose(source, warnings)
    except MarkedYAMLError as error:
        raise _translate(source, error) from None


def _is_repairable(error: YAMLError, source: Source) -> bool:
    is_refused_escape = isinstance(error, MarkedYAMLError) and error.problem == REFUSED_ESCAPE
    return isinstance(error, ReaderError) or (is_refused_escape and has_surrogate_pairs(source))


def locate_values(source: Source, paths: Iterable[Path]) -> list[tuple[int, int]]:
    """Return the line and column in the file, both from 1, of the value at each of `paths`, in the same order.

    An absent value is located at the start of the closest value around, and the front matter itself at 1:1. The
    function parses the text again, and is meant for files with a problem to report.
    """
    if source.syntax is Syntax.TOML:
        toml_starts = find_toml_starts(source.yaml)
        return [_locate_value(source, toml_starts, path) for path in paths]
    starts: dict[Path, int] = {}
    parser = open_parser(source.yaml)
    while not isinstance(event := parser(), StreamEndEvent):
        if isinstance(event, CollectionStartEvent):
            _record_starts(parser, event, (), starts=starts)
    return [_locate_value(source, starts, path) for path in paths]


def _compose(source: Source, warnings: tuple[Problem, ...] = ()) -> FrontMatter:
    composer = Composer(source.yaml, known_names=SILENT_NAMES)
    try:
        value = composer.compose()
        if composer.has_anchors:
            _refuse_repeated_secret(source.yaml)
    except RefusedError as error:
        raise source.make_error(error.index, error.code, message=error.message) from None
    if isinstance(value, dict):
        duplicates = (_report_duplicate(source, index, key=key) for index, key in composer.duplicates)
        cut = _report_cut_texts(source) if may_cut_texts(source.yaml) else ()
        problems = tuple(sorted((*warnings, *duplicates, *cut)))
        return FrontMatter(source, value, problems, has_unknown_names=composer.has_unknown_names)
    problem = "is empty" if value is None else "is not a mapping"
    message = f"The front matter {problem}; write each field on its own line as `key: value`."
    raise source.make_error(0, "not-a-mapping", message=message)


def _report_duplicate(source: Source, index: int, *, key: str) -> Problem:
    # Any other key may be part of a secret.
    name = f" `{key}`" if key in KNOWN_NAMES else ""
    return source.make_problem(index, "duplicate-key", message=f"Duplicate key{name}; keep one.")


def _report_cut_texts(source: Source) -> Iterator[Problem]:
    for index, name in islice(find_cut_texts(source.yaml), _MAX_CUT_TEXTS):
        message = (
            f"YAML ignores the rest of this line, so `{name}` is cut; put the text in double quotes, or the comment on"
            " another line."
        )
        yield Problem(source.path, *source.position(index), Level.WARNING, "cut-by-comment", message)


def _refuse_repeated_secret(yaml: str) -> None:
    if event := find_repeated_secret(open_parser(yaml)):
        message = "Nothing may repeat a value of `secured`; remove the anchors (`&`) and aliases (`*`) around it."
        raise RefusedError(event, "secured-repeated", message=message)


def _translate(source: Source, error: YAMLError) -> ArticleError:
    if not isinstance(error, MarkedYAMLError):
        return source.make_error(0, "yaml", message=explain_yaml_error(""))
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


def _strip_refused(source: Source) -> tuple[Source, tuple[Problem, ...]]:
    first = _REFUSED.search(source.yaml)
    if first is None:
        return source, ()
    line, column = source.position(first.start())
    message = "Control characters are left out from here on; delete them."
    stripped = _REFUSED.sub("", source.yaml)
    text = source.text[: source.offset] + stripped + source.text[source.offset + len(source.yaml) :]
    warning = Problem(source.path, line, column, Level.WARNING, "control-character", message)
    return msgspec.structs.replace(source, yaml=stripped, text=text), (warning,)


def _record_starts(parser: Callable[[], Event], event: Event, path: Path, *, starts: dict[Path, int]) -> None:
    if path and event.start_mark:
        starts.setdefault(path, event.start_mark.index)
    if isinstance(event, MappingStartEvent):
        while isinstance(key := parser(), ScalarEvent):
            if key.start_mark:
                starts.setdefault((*path, key.value, AT_KEY), key.start_mark.index)
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
