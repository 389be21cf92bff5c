"""Find out if a stream is a terminal, its width and colours; measure and cut texts by columns; write JSON."""

import json
import os
import unicodedata
from typing import TextIO

import msgspec

_DEFAULT_COLUMNS = 80


def is_terminal(stream: TextIO | None) -> bool:
    """Return whether a stream is a terminal with a person in front.

    A dumb terminal (TERM=dumb) counts as a pipe: usually an editor runs the command and parses the lines.
    """
    return stream is not None and stream.isatty() and not _is_dumb()  # Python sets a closed standard stream to None


def wants_colors() -> bool:
    """Return whether to use colours on a terminal; see https://no-color.org."""
    return not os.environ.get("NO_COLOR") and not _is_dumb()


def count_columns(stream: TextIO) -> int:
    """Return the width of a stream's terminal in columns: COLUMNS if set, 80 if the width is unknown."""
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given):
        return int(given)
    try:
        return os.get_terminal_size(stream.fileno()).columns or _DEFAULT_COLUMNS
    except OSError:
        return _DEFAULT_COLUMNS


def measure(text: str) -> int:
    """Return the width of a text in columns: two for a Chinese character, none for a combining accent."""
    return len(text) if text.isascii() else sum(_measure_character(character) for character in text)


def pad(text: str, columns: int) -> str:
    """Fill a text with spaces up to a width in columns."""
    return text + " " * (columns - measure(text))


def clip(text: str, max_columns: int) -> str:
    """Cut a text wider than `max_columns`, and end the cut text with an ellipsis."""
    if measure(text) <= max_columns:
        return text
    end, used = 0, 1
    while (used := used + _measure_character(text[end])) <= max_columns:
        end += 1
    return f"{text[:end].rstrip()}…"


def write_json(value: object) -> str:
    """Write a value as JSON, with escapes for characters that a terminal would obey or hide."""
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    return "".join(each if each == "\n" or each.isprintable() else json.dumps(each)[1:-1] for each in text)


def _is_dumb() -> bool:
    return os.environ.get("TERM") == "dumb"


def _measure_character(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
