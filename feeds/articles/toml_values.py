"""Build plain values of bounded size from TOML, and find where each value starts."""

import re
import tomllib
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from feeds.articles.yaml_values import AT_KEY, MAX_DEPTH, MAX_NODES, Path, Value

_POSITION = re.compile(r" \(at line (\d+), column (\d+)\)$")

# A library of the standard library needs quadratic time for a key of many parts.
_PART = r"""(?:[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')"""
_DEEP_KEY = re.compile(rf"(?<![A-Za-z0-9_-]){_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{{MAX_DEPTH}}}")

_TOKEN = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}'
    r"|'''(?:[^']|'(?!''))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|[\[\]{}=.,\n]"
    r"|[^\s\[\]{}=.,\"'\#]+",
    re.DOTALL,
)
_OPENING, _CLOSING = frozenset("[{"), frozenset("]}")

# The messages of the library, without the parts that quote the file, which holds a secret.
_EXPLANATIONS = {
    "Cannot overwrite a value": "This key is given twice; keep one.",
    "Cannot declare": "This table is given twice, or its name is a key with a value; keep one.",
    "Cannot mutate": "A table in braces or brackets cannot get more keys; write all its keys in one place.",
    "Cannot redefine": "This key is given twice; keep one.",
    "Duplicate inline table key": "A key is given twice in the same braces; keep one.",
    "Expected ']": "A table name that starts with `[` has no `]`; close it.",
    'Expected "': "Unclosed quote; close it.",
    r"Found invalid character '\n'": "A text in quotes must end on its line; use three quotes for several lines.",
    "Found invalid character": "Control characters are not allowed here; delete them.",
    "Expected newline or end of document": (
        "Something follows the value on this line; put a text in quotes, and each field on its own line."
    ),
    "Expected '=' after a key": "Missing `=`; write each field as `key = value`.",
    "Invalid value": 'A text needs quotes; write `key = "text"`.',
    "Invalid initial character for a key part": "A key has letters, digits, `_` and `-`; put other keys in quotes.",
    "Invalid statement": "A line must be `key = value` or `[table]`; put the text in quotes after a key.",
    "Unclosed array": "A list that starts with `[` has no `]`, or misses a comma; close it.",
    "Unclosed inline table": "A table that starts with `{` has no `}`, or misses a comma; close it.",
    "Unterminated string": "Unclosed quote; close it.",
    "Unescaped '\\' in a string": "Unknown escape in double quotes; use single quotes, or two backslashes.",
    "Illegal character": "A text in quotes must end on its line, without control characters; fix the line.",
    "Invalid hex value": "This escape is not a character; write the character itself.",
    "Escaped character is not a Unicode scalar value": "This escape is not a character; write the character itself.",
    "Invalid date or datetime": "This is not a date of the calendar; write a date such as 2020-12-31T23:59:00Z.",
}


class RefusedTomlError(Exception):
    """Text that is not TOML, or TOML that front matter may not contain; `index` is a character of the text."""

    def __init__(self, index: int, code: str, *, message: str) -> None:
        super().__init__(message)
        self.index = index
        self.code = code
        self.message = message


def parse_toml(text: str) -> dict[str, Value]:
    """Return the values of a TOML text as texts, lists and mappings; numbers stay as typed, dates become ISO 8601.

    Raises:
        RefusedTomlError: the text is not TOML, or front matter may not contain it.
    """
    if deep := _DEEP_KEY.search(text):
        raise _refuse_depth(deep.start())
    try:
        table = tomllib.loads(text.replace("\r\n", "\n"), parse_float=str)
    except tomllib.TOMLDecodeError as error:
        raise _translate(text, str(error)) from None
    except RecursionError:
        raise _refuse_depth(0) from None
    except ValueError:  # a number with too many digits, or a date that no calendar has
        message = "A number has too many digits, or a date is not in the calendar; put the text in quotes."
        raise RefusedTomlError(0, "toml", message=message) from None
    return _Converter().convert_table(table, 0)


def find_toml_starts(text: str) -> dict[Path, int]:
    """Return where the values and keys of a TOML text start; values inside lists and braces have no place of their own.

    The key of a value has the path of the value and AT_KEY.
    """
    starts: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    for statement in _split_statements(text):
        if statement[0][0] == "[":
            table = _record_header(statement, starts=starts, counts=counts)
        elif (equals := _find_equals(statement)) and equals + 1 < len(statement):
            path = (*table, *_read_key(statement[:equals]))
            starts.setdefault((*path, AT_KEY), statement[0][1])
            starts.setdefault(path, statement[equals + 1][1])
    return starts


def _refuse_depth(index: int) -> RefusedTomlError:
    message = f"Values are nested more than {MAX_DEPTH} levels deep; use fewer levels."
    return RefusedTomlError(index, "too-deep", message=message)


def _translate(text: str, error: str) -> RefusedTomlError:
    reason = _POSITION.sub("", error)
    position = _POSITION.search(error)
    index = _find_index(text, int(position[1]), int(position[2])) if position else len(text.rstrip())
    explained = next((message for start, message in _EXPLANATIONS.items() if reason.startswith(start)), None)
    message = explained or "Invalid TOML; write each field as `key = value`, and texts in quotes."
    return RefusedTomlError(index, "toml", message=message)


def _find_index(text: str, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    return min(start + column - 1, len(text))


class _Converter:
    """Make plain values of parsed TOML, and count them."""

    def __init__(self) -> None:
        self._values = 0

    def convert_table(self, table: dict[str, Any], depth: int) -> dict[str, Value]:
        self._count(len(table) + 1)
        return {key: self._convert(value, depth + 1) for key, value in table.items()}

    def _convert(self, value: Any, depth: int) -> Value:  # noqa: ANN401 the library gives values of any type
        if isinstance(value, str):
            return value
        if isinstance(value, dict | list) and depth == MAX_DEPTH:
            raise _refuse_depth(0)
        if isinstance(value, dict):
            return self.convert_table(value, depth)
        if isinstance(value, list):
            self._count(len(value) + 1)
            return [self._convert(item, depth + 1) for item in value]
        return _write(value)

    def _count(self, values: int) -> None:
        self._values += values
        if self._values > MAX_NODES:
            message = f"The front matter has more than {MAX_NODES:,} values; shorten it."
            raise RefusedTomlError(0, "too-large", message=message)


def _write(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    try:
        return str(value)
    except ValueError:  # a hexadecimal number with too many digits
        message = "A number has too many digits; put the text in quotes."
        raise RefusedTomlError(0, "toml", message=message) from None


def _split_statements(text: str) -> Iterator[list[tuple[str, int]]]:
    """Yield the words of each statement with their places, without comments."""
    statement: list[tuple[str, int]] = []
    depth = 0
    for match in _TOKEN.finditer(text):
        word = match[0]
        if word == "\n" and depth == 0:
            if statement:
                yield statement
            statement = []
        elif word != "\n" and not word.startswith("#"):
            statement.append((word, match.start()))
            depth += (word in _OPENING) - (word in _CLOSING)
    if statement:
        yield statement


def _record_header(statement: list[tuple[str, int]], *, starts: dict[Path, int], counts: dict[Path, int]) -> Path:
    """Record the start of a table, and return its path."""
    is_item = len(statement) > 1 and statement[1][0] == "["
    path = _resolve(_read_key([word for word in statement if word[0] not in "[]"]), counts=counts)
    start = statement[0][1]
    if is_item:
        starts.setdefault(path, start)
        starts.setdefault((*path, AT_KEY), start)
        counts[path] = counts.get(path, -1) + 1
        path = (*path, counts[path])
    starts.setdefault(path, start)
    starts.setdefault((*path, AT_KEY), start)
    return path


def _resolve(key: Path, *, counts: dict[Path, int]) -> Path:
    """Return the path of a header: a list of tables inside means its last item."""
    path: Path = ()
    for part in key[:-1]:
        path = (*path, part)
        if path in counts:
            path = (*path, counts[path])
    return (*path, *key[-1:])


def _find_equals(statement: list[tuple[str, int]]) -> int:
    return next((number for number, (word, _) in enumerate(statement) if word == "="), 0)


def _read_key(words: list[tuple[str, int]]) -> Path:
    return tuple(_unquote(word) for word, _ in words if word != ".")


def _unquote(word: str) -> str:
    if word[:1] not in {'"', "'"}:
        return word
    try:
        return str(tomllib.loads(f"key = {word}")["key"])
    except ValueError:
        return word
